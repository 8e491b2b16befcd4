"""Inviting somebody to an account, and accepting."""

from dataclasses import dataclass, field
from itertools import count
from uuid import UUID, uuid5

from domain.accounts.account import (
    Account,
    EmailTaken,
    account_to_change,
    check_grantable,
    person_of,
)
from domain.accounts.email import email_key, parse_email
from domain.commands import Command, Whose, handles
from domain.errors import Malformed
from domain.municipalities import known_municipality
from domain.personal import Personal
from domain.portals.portal import Portal
from domain.portals.refusals import PortalNotFound
from domain.roles import Role
from domain.values import refuse_if, text_problems
from domain.work import Work


@dataclass(frozen=True, kw_only=True)
class InviteAccount(Command):
    """`municipality` None: an account of the network, or of a portal.
    `by_mail`: whether a letter with the link is sent.

    Address and name are left out of `repr`, and so out of logs and of the command's digest.
    """

    municipality: str | None
    email: str = field(repr=False)
    name: str = field(repr=False)
    roles: frozenset[Role]
    by_mail: bool = True
    portal: UUID | None = None

    @property
    def account_id(self) -> UUID:
        return uuid5(self.command_id, "account")


@dataclass(frozen=True, kw_only=True)
class RenewInvitation(Command):
    """Sends another letter; links of earlier ones stay good until they expire."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class ActivateAccount(Command):
    """Given by the account itself, once it has shown what the letter brought."""

    account_id: UUID


@handles(InviteAccount, by={Role.MUNICIPALITY_ADMIN})
def invite_account(command: InviteAccount, work: Work) -> Account:
    municipality = command.municipality
    if municipality is not None:
        municipality = known_municipality(work, municipality).terc
    _check_portal(command, work)
    email = parse_email(command.email)
    name = command.name.strip()
    refuse_if(text_problems("name", name, 200))
    check_grantable(set(command.roles), municipality, command.portal, work.actor)
    person = person_of(command.account_id)
    begun = Account.begin(
        Account.Invited,
        command.account_id,
        work.at,
        work.today,
        municipality=municipality,
        email=Personal(person, email),
        name=Personal(person, name),
        roles=tuple(sorted(command.roles)),
        by_mail=command.by_mail,
        portal=command.portal,
    )
    work.add(begun)
    work.claim(free_email_key(work, email), begun.id)
    return begun


def _check_portal(command: InviteAccount, work: Work) -> None:
    """Raises PortalNotFound, InvalidInput."""
    if command.portal is None:
        return
    if command.municipality is not None:
        refuse_if([Malformed("portal", value=str(command.portal))])
    if work.find(Portal, command.portal) is None:
        raise PortalNotFound


@handles(RenewInvitation, by={Role.MUNICIPALITY_ADMIN})
def renew_invitation(command: RenewInvitation, work: Work) -> Account:
    account = account_to_change(work, command.account_id, command.expected_version)
    account.renew_invitation(work)
    return account


@handles(ActivateAccount, by=set(), on=Whose.SELF)
def activate_account(command: ActivateAccount, work: Work) -> Account:
    account = account_to_change(work, command.account_id, command.expected_version)
    account.activate(work)
    return account


def free_email_key(work: Work, email: str) -> str:
    """Behind the accounts that are closed, or have another address by now; of two who find it at once,
    one gets it. Raises EmailTaken.
    """
    for generation in count(1):
        key = email_key(email, generation)
        holder = work.holder(key)
        if holder is None:
            return key
        known = work.find(Account, holder)
        if known is not None and known.answers_to(email):
            raise EmailTaken
    raise AssertionError("counting doesn't end")
