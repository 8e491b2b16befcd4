"""Accounts as their administrators see them."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from domain.accounts import Account, AccountState
from domain.accounts.account import person_of
from domain.municipalities import municipality_id
from domain.personal import Personal
from projections.log import Recorded
from projections.municipalities import polish_order
from projections.names import NamedMunicipality, NamesMunicipalities, Shown, named
from projections.personal import PersonalColumns
from projections.projection import on
from projections.rows import Row, Rows


class AccountRow(Row):
    table: ClassVar[str] = "accounts"

    id: UUID
    person_id: UUID
    municipality_id: UUID | None
    municipality: dict[str, Any] | None
    owner_terc: str | None
    email: str | None
    name: str | None
    name_sort: str | None
    state: str
    roles: list[str]
    second_factor: bool
    access_tokens: int
    invited_at: datetime
    activated_at: datetime | None
    updated_at: datetime
    version: int


class AccountsProjection(NamesMunicipalities):
    name = "accounts"
    version = 2
    rows = (NamedMunicipality, AccountRow)
    keyed_by_stream = AccountRow
    shown = (Shown(AccountRow),)
    personal = (PersonalColumns(AccountRow, "person_id", ("email", "name", "name_sort")),)

    @on(Account.Invited)
    def _invited(self, recorded: Recorded, event: Account.Invited, rows: Rows) -> None:
        terc = event.municipality
        row = AccountRow(
            id=recorded.stream_id,
            person_id=person_of(recorded.stream_id),
            municipality_id=None if terc is None else municipality_id(terc),
            municipality=None if terc is None else named(rows, terc),
            owner_terc=terc,
            email=event.email.clear,
            name=None,
            name_sort=None,
            state=AccountState.INVITED,
            roles=[role.value for role in event.roles],
            second_factor=False,
            access_tokens=0,
            invited_at=recorded.recorded_at,
            activated_at=None,
            updated_at=recorded.recorded_at,
            version=recorded.version,
        )
        _name(row, event.name)
        rows.add(row)

    @on(Account.Activated, Account.Suspended, Account.Reinstated, Account.Closed)
    def _moved(self, recorded: Recorded, event: Any, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.state = _STATES[type(event)]
        if isinstance(event, Account.Activated):
            row.activated_at = recorded.recorded_at
        if isinstance(event, Account.Closed):
            row.second_factor, row.access_tokens = False, 0

    @on(Account.Renamed)
    def _renamed(self, recorded: Recorded, event: Account.Renamed, rows: Rows) -> None:
        _name(_changed(recorded, rows), event.name)

    @on(Account.EmailChanged)
    def _email_changed(self, recorded: Recorded, event: Account.EmailChanged, rows: Rows) -> None:
        _changed(recorded, rows).email = event.email.clear

    @on(Account.RoleGranted)
    def _role_granted(self, recorded: Recorded, event: Account.RoleGranted, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.roles = sorted({*row.roles, event.role.value})

    @on(Account.RoleRevoked)
    def _role_revoked(self, recorded: Recorded, event: Account.RoleRevoked, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.roles = sorted({*row.roles} - {event.role.value})

    @on(Account.SecondFactorAdded, Account.SecondFactorRemoved)
    def _second_factor(self, recorded: Recorded, event: Any, rows: Rows) -> None:
        _changed(recorded, rows).second_factor = isinstance(event, Account.SecondFactorAdded)

    @on(Account.AccessTokenIssued)
    def _token_issued(
        self, recorded: Recorded, _event: Account.AccessTokenIssued, rows: Rows
    ) -> None:
        _changed(recorded, rows).access_tokens += 1

    @on(Account.AccessTokenRevoked)
    def _token_revoked(
        self, recorded: Recorded, _event: Account.AccessTokenRevoked, rows: Rows
    ) -> None:
        _changed(recorded, rows).access_tokens -= 1

    @on(
        Account.InvitationRenewed,
        Account.PasswordSet,
        Account.IdentityLinked,
        Account.IdentityUnlinked,
    )
    def _touched(self, recorded: Recorded, _event: Any, rows: Rows) -> None:
        _changed(recorded, rows)


_STATES = {
    Account.Activated: AccountState.ACTIVE,
    Account.Reinstated: AccountState.ACTIVE,
    Account.Suspended: AccountState.SUSPENDED,
    Account.Closed: AccountState.CLOSED,
}


def _changed(recorded: Recorded, rows: Rows) -> AccountRow:
    row = rows.change(AccountRow, recorded.stream_id)
    row.version = recorded.version
    row.updated_at = recorded.recorded_at
    return row


def _name(row: AccountRow, name: Personal) -> None:
    row.name = name.clear
    row.name_sort = None if row.name is None else polish_order(row.name)


__all__ = ["AccountRow", "AccountsProjection"]
