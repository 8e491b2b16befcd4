"""That a secret was set, added or withdrawn; the secrets themselves are kept beside the log.

Given by the account itself. Whoever carries them out has written the secret first.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.accounts.account import Account, account_to_change
from domain.commands import Command, Whose, handles
from domain.errors import FieldProblem
from domain.roles import Role
from domain.values import link_problems, refuse_if
from domain.work import Work


class AlreadyExpired(FieldProblem):
    code = "already_expired"
    pl = "Data ważności w polu „{field}” już minęła."
    en = "The time in the field “{field}” has passed already."


@dataclass(frozen=True, kw_only=True)
class RecordPassword(Command):
    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class RecordSecondFactor(Command):
    """`wanted` False: the second factor is given up."""

    account_id: UUID
    wanted: bool


@dataclass(frozen=True, kw_only=True)
class LinkIdentity(Command):
    account_id: UUID
    issuer: str


@dataclass(frozen=True, kw_only=True)
class UnlinkIdentity(Command):
    account_id: UUID
    issuer: str


@dataclass(frozen=True, kw_only=True)
class IssueAccessToken(Command):
    """`scopes`: those of the account's roles that the token may use; none: it only reads."""

    account_id: UUID
    token_id: UUID
    scopes: frozenset[Role]
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RevokeAccessToken(Command):
    account_id: UUID
    token_id: UUID


@handles(RecordPassword, by=set(), on=Whose.SELF)
def record_password(command: RecordPassword, work: Work) -> Account:
    account = account_to_change(work, command.account_id, command.expected_version)
    account.set_password(work)
    return account


@handles(RecordSecondFactor, by=set(), on=Whose.SELF)
def record_second_factor(command: RecordSecondFactor, work: Work) -> Account:
    account = account_to_change(work, command.account_id, command.expected_version)
    account.use_second_factor(work, wanted=command.wanted)
    return account


@handles(LinkIdentity, by=set(), on=Whose.SELF)
def link_identity(command: LinkIdentity, work: Work) -> Account:
    account = account_to_change(work, command.account_id, command.expected_version)
    refuse_if(link_problems("issuer", command.issuer))
    account.link(command.issuer, work)
    return account


@handles(UnlinkIdentity, by=set(), on=Whose.SELF)
def unlink_identity(command: UnlinkIdentity, work: Work) -> Account:
    account = account_to_change(work, command.account_id, command.expected_version)
    account.unlink(command.issuer, work)
    return account


@handles(IssueAccessToken, by=set(), on=Whose.SELF)
def issue_access_token(command: IssueAccessToken, work: Work) -> Account:
    account = account_to_change(work, command.account_id, command.expected_version)
    if command.expires_at is not None and command.expires_at <= work.at:
        refuse_if([AlreadyExpired("expiresAt")])
    account.issue_token(command.token_id, command.scopes, command.expires_at, work)
    return account


@handles(RevokeAccessToken, by=set(), on=Whose.SELF)
def revoke_access_token(command: RevokeAccessToken, work: Work) -> Account:
    account = account_to_change(work, command.account_id, command.expected_version)
    account.revoke_token(command.token_id, work)
    return account
