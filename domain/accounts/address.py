"""An account's e-mail address changes; that of a closed one, or a former one, may be another account's."""

from dataclasses import dataclass, field
from uuid import UUID

from domain.accounts.account import Account, account_to_change
from domain.accounts.email import parse_email
from domain.accounts.invitations import free_email_key
from domain.commands import Command, Whose, handles
from domain.work import Work


@dataclass(frozen=True, kw_only=True)
class ChangeEmail(Command):
    """Given once a link in a letter to the new address was followed."""

    account_id: UUID
    email: str = field(repr=False)


@handles(ChangeEmail, by=set(), on=Whose.SELF)
def change_email(command: ChangeEmail, work: Work) -> Account:
    account = account_to_change(work, command.account_id, command.expected_version)
    email = parse_email(command.email)
    if email != account.email.clear:
        key = free_email_key(work, email)
        account.change_email(email, work)
        work.claim(key, account.id)
    return account
