"""What an account may do, and whether it may do anything."""

from dataclasses import dataclass, field
from uuid import UUID

from domain.accounts.account import Account, account_to_change
from domain.commands import Command, handles
from domain.roles import Role
from domain.values import refuse_if, text_problems
from domain.work import Work


@dataclass(frozen=True, kw_only=True)
class GrantRole(Command):
    account_id: UUID
    role: Role


@dataclass(frozen=True, kw_only=True)
class RevokeRole(Command):
    account_id: UUID
    role: Role


@dataclass(frozen=True, kw_only=True)
class RenameAccount(Command):
    account_id: UUID
    name: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class SuspendAccount(Command):
    """Nothing can be done through it from this moment on. The reason is about a person: not in `repr`."""

    account_id: UUID
    reason: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ReinstateAccount(Command):
    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class CloseAccount(Command):
    """For good; the address may be invited again, to another account."""

    account_id: UUID
    reason: str = field(repr=False)


@handles(GrantRole, by={Role.MUNICIPALITY_ADMIN})
def grant_role(command: GrantRole, work: Work) -> Account:
    account = account_to_change(work, command.account_id, command.expected_version)
    account.grant(command.role, work)
    return account


@handles(RevokeRole, by={Role.MUNICIPALITY_ADMIN})
def revoke_role(command: RevokeRole, work: Work) -> Account:
    account = account_to_change(work, command.account_id, command.expected_version)
    account.revoke(command.role, work)
    return account


@handles(RenameAccount, by={Role.MUNICIPALITY_ADMIN})
def rename_account(command: RenameAccount, work: Work) -> Account:
    account = account_to_change(work, command.account_id, command.expected_version)
    name = command.name.strip()
    refuse_if(text_problems("name", name, 200))
    account.rename(name, work)
    return account


@handles(SuspendAccount, by={Role.MUNICIPALITY_ADMIN})
def suspend_account(command: SuspendAccount, work: Work) -> Account:
    account = account_to_change(work, command.account_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    account.suspend(command.reason, work)
    return account


@handles(ReinstateAccount, by={Role.MUNICIPALITY_ADMIN})
def reinstate_account(command: ReinstateAccount, work: Work) -> Account:
    account = account_to_change(work, command.account_id, command.expected_version)
    account.reinstate(work)
    return account


@handles(CloseAccount, by={Role.MUNICIPALITY_ADMIN})
def close_account(command: CloseAccount, work: Work) -> Account:
    account = account_to_change(work, command.account_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    account.close(command.reason, work)
    return account
