"""Account: Invited → Active ⇄ Suspended → Closed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain.aggregate import Aggregate
from domain.errors import DomainError, NotFound, NotPermitted
from domain.personal import Forgotten, Personal
from domain.roles import (
    ROLES_OF_A_MUNICIPALITY,
    ROLES_OF_A_PORTAL,
    ROLES_OF_THE_NETWORK,
    Actor,
    Role,
)
from domain.values import Terc
from domain.visibility import Level
from domain.work import Work


class AccountState(StrEnum):
    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"


class AccountNotFound(NotFound):
    code = "account_not_found"
    pl = "Nie ma takiego konta."
    en = "There is no such account."


class AccountClosed(DomainError):
    code = "account_closed"
    pl = "Konto jest zamknięte i nie można go już zmienić."
    en = "The account is closed and can no longer be changed."


class NotActive(DomainError):
    code = "account_not_active"
    pl = "Przy obecnym stanie konta ({state}) nie jest to możliwe."
    en = "The account's present state ({state}) does not allow this."


class EmailTaken(DomainError):
    code = "email_taken"
    pl = "Ten adres e-mail ma już konto."
    en = "This e-mail address has an account already."


class RoleNotGrantable(DomainError):
    code = "role_not_grantable"
    pl = "Roli {role} nie może mieć konto tego rodzaju."
    en = "The role {role} is not for an account of this kind."


class Account(Aggregate):
    """`municipality` None: of the network itself, or of a portal. Secrets never stand in its events."""

    class Invited(Aggregate.Created):
        municipality: str | None
        email: Personal
        name: Personal
        roles: tuple[Role, ...]
        by_mail: bool
        portal: UUID | None = None

    class InvitationRenewed(Aggregate.Event):
        pass

    class Activated(Aggregate.Event):
        pass

    class Renamed(Aggregate.Event):
        name: Personal

    class EmailChanged(Aggregate.Event):
        """The account's holder has shown that letters to the new address are read."""

        email: Personal

    class RoleGranted(Aggregate.Event):
        role: Role

    class RoleRevoked(Aggregate.Event):
        role: Role

    class Suspended(Aggregate.Event):
        reason: Personal | None

    class Reinstated(Aggregate.Event):
        pass

    class Closed(Aggregate.Event):
        reason: Personal | None

    class PasswordSet(Aggregate.Event):
        pass

    class SecondFactorAdded(Aggregate.Event):
        pass

    class SecondFactorRemoved(Aggregate.Event):
        pass

    class IdentityLinked(Aggregate.Event):
        """`issuer` is the address of an OpenID Connect provider; who the person is there isn't said."""

        issuer: str

    class IdentityUnlinked(Aggregate.Event):
        issuer: str

    class AccessTokenIssued(Aggregate.Event):
        token_id: UUID
        scopes: tuple[Role, ...]
        expires_at: datetime | None = None

    class AccessTokenRevoked(Aggregate.Event):
        token_id: UUID

    def __init__(
        self,
        *,
        municipality: str | None,
        email: Personal,
        name: Personal,
        roles: tuple[Role, ...],
        portal: UUID | None,
    ) -> None:
        self.municipality = Terc(municipality) if municipality is not None else None
        self.of_portal = portal
        self.email = email
        self.name = name
        self.roles = frozenset(roles)
        self.state = AccountState.INVITED
        self.second_factor = False
        self.issuers: frozenset[str] = frozenset()
        self.tokens: dict[UUID, tuple[Role, ...]] = {}

    @property
    def owner(self) -> str | None:
        return self.municipality

    @property
    def level(self) -> Level:
        return Level.ADMINISTRATION

    @property
    def person_id(self) -> UUID:
        return person_of(self.id)

    def claim_taken(self, _key: str) -> DomainError:
        return EmailTaken()

    def actor(self) -> Actor:
        """Who acts through it now: nobody with a role, unless it is active."""
        roles = self.roles if self.state is AccountState.ACTIVE else frozenset[Role]()
        return Actor.of(self.id, roles, self.municipality, self.of_portal)

    def renew_invitation(self, work: Work) -> None:
        self._require(AccountState.INVITED)
        self.record(Account.InvitationRenewed, work.at, work.today)

    def activate(self, work: Work) -> None:
        if self.state is not AccountState.ACTIVE:
            self._require(AccountState.INVITED)
            self.record(Account.Activated, work.at, work.today)

    def rename(self, name: str, work: Work) -> None:
        self._require_open()
        if name != self.name.value:
            self.record(Account.Renamed, work.at, work.today, name=self._personal(name))

    def answers_to(self, email: str) -> bool:
        """Whether this is its address now; of a forgotten person's account nobody can tell any more."""
        return self.state is not AccountState.CLOSED and self.email.clear in (email, None)

    def change_email(self, email: str, work: Work) -> None:
        self._require(AccountState.ACTIVE)
        if email != self.email.clear:
            self.record(Account.EmailChanged, work.at, work.today, email=self._personal(email))

    def grant(self, role: Role, work: Work) -> None:
        self._require_open()
        check_grantable({role}, self.municipality, self.of_portal, work.actor)
        if role not in self.roles:
            self.record(Account.RoleGranted, work.at, work.today, role=role)

    def revoke(self, role: Role, work: Work) -> None:
        self._require_open()
        if role in self.roles:
            self.record(Account.RoleRevoked, work.at, work.today, role=role)

    def suspend(self, reason: str, work: Work) -> None:
        if self.state is not AccountState.SUSPENDED:
            self._require(AccountState.ACTIVE)
            self.record(Account.Suspended, work.at, work.today, reason=self._reason(reason))

    def reinstate(self, work: Work) -> None:
        if self.state is not AccountState.ACTIVE:
            self._require(AccountState.SUSPENDED)
            self.record(Account.Reinstated, work.at, work.today)

    def close(self, reason: str, work: Work) -> None:
        if self.state is not AccountState.CLOSED:
            self.record(Account.Closed, work.at, work.today, reason=self._reason(reason))

    def set_password(self, work: Work) -> None:
        self._require(AccountState.ACTIVE)
        self.record(Account.PasswordSet, work.at, work.today)

    def use_second_factor(self, work: Work, *, wanted: bool) -> None:
        self._require(AccountState.ACTIVE)
        if wanted != self.second_factor:
            kind = Account.SecondFactorAdded if wanted else Account.SecondFactorRemoved
            self.record(kind, work.at, work.today)

    def link(self, issuer: str, work: Work) -> None:
        self._require(AccountState.ACTIVE)
        if issuer not in self.issuers:
            self.record(Account.IdentityLinked, work.at, work.today, issuer=issuer)

    def unlink(self, issuer: str, work: Work) -> None:
        self._require_open()
        if issuer in self.issuers:
            self.record(Account.IdentityUnlinked, work.at, work.today, issuer=issuer)

    def issue_token(
        self, token_id: UUID, scopes: frozenset[Role], expires_at: datetime | None, work: Work
    ) -> None:
        self._require(AccountState.ACTIVE)
        if not scopes <= self.roles:
            raise NotPermitted
        if token_id not in self.tokens:
            self.record(
                Account.AccessTokenIssued,
                work.at,
                work.today,
                token_id=token_id,
                scopes=tuple(sorted(scopes)),
                expires_at=expires_at,
            )

    def revoke_token(self, token_id: UUID, work: Work) -> None:
        if token_id in self.tokens:
            self.record(Account.AccessTokenRevoked, work.at, work.today, token_id=token_id)

    def _personal(self, text: str) -> Personal:
        return Personal(self.person_id, text)

    def _reason(self, text: str) -> Personal | None:
        """Of a person who is forgotten nothing is kept, and the account can still be closed."""
        return None if isinstance(self.email.value, Forgotten) else self._personal(text)

    def _require(self, state: AccountState) -> None:
        self._require_open()
        if self.state is not state:
            raise NotActive(state=self.state.value)

    def _require_open(self) -> None:
        if self.state is AccountState.CLOSED:
            raise AccountClosed

    @event(InvitationRenewed)
    def _invitation_renewed(self) -> None:
        pass

    @event(Activated)
    def _activated(self) -> None:
        self.state = AccountState.ACTIVE

    @event(Renamed)
    def _renamed(self, name: Personal) -> None:
        self.name = name

    @event(EmailChanged)
    def _email_changed(self, email: Personal) -> None:
        self.email = email

    @event(RoleGranted)
    def _role_granted(self, role: Role) -> None:
        self.roles |= {role}

    @event(RoleRevoked)
    def _role_revoked(self, role: Role) -> None:
        self.roles -= {role}

    @event(Suspended)
    def _suspended(self) -> None:
        self.state = AccountState.SUSPENDED

    @event(Reinstated)
    def _reinstated(self) -> None:
        self.state = AccountState.ACTIVE

    @event(Closed)
    def _closed(self) -> None:
        self.state = AccountState.CLOSED
        self.tokens = {}
        self.issuers = frozenset()
        self.second_factor = False

    @event(PasswordSet)
    def _password_set(self) -> None:
        pass

    @event(SecondFactorAdded)
    def _second_factor_added(self) -> None:
        self.second_factor = True

    @event(SecondFactorRemoved)
    def _second_factor_removed(self) -> None:
        self.second_factor = False

    @event(IdentityLinked)
    def _identity_linked(self, issuer: str) -> None:
        self.issuers |= {issuer}

    @event(IdentityUnlinked)
    def _identity_unlinked(self, issuer: str) -> None:
        self.issuers -= {issuer}

    @event(AccessTokenIssued)
    def _access_token_issued(self, token_id: UUID, scopes: tuple[Role, ...]) -> None:
        self.tokens[token_id] = scopes

    @event(AccessTokenRevoked)
    def _access_token_revoked(self, token_id: UUID) -> None:
        del self.tokens[token_id]


def person_of(account_id: UUID) -> UUID:
    """Whose key seals what the account says of its holder. The account's id is random, so this is too."""
    return uuid5(account_id, "person")


def check_grantable(
    roles: set[Role], municipality: str | None, portal: UUID | None, by: Actor
) -> None:
    """Roles of the network and of portals are for their own accounts, given by a coordinator.

    Raises RoleNotGrantable, NotPermitted.
    """
    if portal is not None:
        allowed = ROLES_OF_A_PORTAL
    else:
        allowed = ROLES_OF_THE_NETWORK if municipality is None else ROLES_OF_A_MUNICIPALITY
    for role in sorted(roles - allowed):
        raise RoleNotGrantable(role=role.value)
    if municipality is None and not by.is_coordinator:
        raise NotPermitted


def account_to_change(work: Work, account_id: UUID, expected: int | None) -> Account:
    """Raises AccountNotFound, NotPermitted, StaleVersion."""
    account = work.load(Account, account_id, expected)
    if account is None:
        raise AccountNotFound
    return account
