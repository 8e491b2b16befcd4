"""A portal is registered, approved or rejected, and what the coordinator decides about it later on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID, uuid5

from domain.accounts.email import parse_email
from domain.commands import Command, Whose, handles
from domain.errors import FieldProblem
from domain.personal import Personal
from domain.portals.portal import Portal, contact_of
from domain.portals.refusals import PortalNameTaken, PortalNotFound
from domain.portals.terms import PortalFacts, PortalTerms, Scope, in_order, scope_problems
from domain.values import refuse_if, text_problems
from domain.work import Work


@dataclass(frozen=True, kw_only=True)
class RegisterPortal(Command):
    """Given once somebody has shown that the address is theirs; who that is stays out of `repr`.

    `scopes`: those that it asks for.
    """

    facts: PortalFacts
    contact_name: str = field(repr=False)
    contact_email: str = field(repr=False)
    scopes: tuple[Scope, ...]

    @property
    def portal_id(self) -> UUID:
        return self.id_of(self.command_id)

    @staticmethod
    def id_of(command_id: UUID) -> UUID:
        return uuid5(command_id, "portal")


@dataclass(frozen=True, kw_only=True)
class ApprovePortal(Command):
    """Its contact is invited to an account, which issues the portal's keys."""

    portal_id: UUID
    terms: PortalTerms


@dataclass(frozen=True, kw_only=True)
class RejectPortal(Command):
    portal_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChangePortalTerms(Command):
    portal_id: UUID
    terms: PortalTerms


@dataclass(frozen=True, kw_only=True)
class SuspendPortal(Command):
    """Its keys open nothing and its webhooks rest, from this moment on."""

    portal_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReinstatePortal(Command):
    portal_id: UUID


@dataclass(frozen=True, kw_only=True)
class ClosePortal(Command):
    """For good; its name may be registered again."""

    portal_id: UUID
    reason: str


@handles(RegisterPortal, by=set(), on=Whose.NETWORK)
def register_portal(command: RegisterPortal, work: Work) -> Portal:
    email, name = parse_email(command.contact_email, "contactEmail"), command.contact_name.strip()
    refuse_if(application_problems(command.facts, name, command.scopes))
    contact = contact_of(command.portal_id)
    begun = Portal.begin(
        Portal.Registered,
        command.portal_id,
        work.at,
        work.today,
        facts=command.facts,
        contact_name=Personal(contact, name),
        contact_email=Personal(contact, email),
        wanted=in_order(command.scopes),
    )
    work.claim(free_name_key(work, command.facts.name), begun.id)
    return work.add(begun)


@handles(ApprovePortal, by=set(), on=Whose.NETWORK)
def approve_portal(command: ApprovePortal, work: Work) -> Portal:
    portal = portal_to_change(work, command.portal_id, command.expected_version)
    refuse_if(command.terms.problems())
    portal.approve(command.terms.tidied(), work)
    return portal


@handles(RejectPortal, by=set(), on=Whose.NETWORK)
def reject_portal(command: RejectPortal, work: Work) -> Portal:
    portal = portal_to_change(work, command.portal_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    portal.reject(command.reason, work)
    return portal


@handles(ChangePortalTerms, by=set(), on=Whose.NETWORK)
def change_portal_terms(command: ChangePortalTerms, work: Work) -> Portal:
    portal = portal_to_change(work, command.portal_id, command.expected_version)
    refuse_if(command.terms.problems())
    portal.change_terms(command.terms.tidied(), work)
    return portal


@handles(SuspendPortal, by=set(), on=Whose.NETWORK)
def suspend_portal(command: SuspendPortal, work: Work) -> Portal:
    portal = portal_to_change(work, command.portal_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    portal.suspend(command.reason, work)
    return portal


@handles(ReinstatePortal, by=set(), on=Whose.NETWORK)
def reinstate_portal(command: ReinstatePortal, work: Work) -> Portal:
    portal = portal_to_change(work, command.portal_id, command.expected_version)
    portal.reinstate(work)
    return portal


@handles(ClosePortal, by=set(), on=Whose.NETWORK)
def close_portal(command: ClosePortal, work: Work) -> Portal:
    portal = portal_to_change(work, command.portal_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    portal.close(command.reason, work)
    return portal


def application_problems(
    facts: PortalFacts, contact_name: str, scopes: tuple[Scope, ...]
) -> Iterable[FieldProblem]:
    yield from facts.problems()
    yield from text_problems("contactName", contact_name, 200)
    yield from scope_problems(scopes)


def portal_to_change(work: Work, portal_id: UUID, expected: int | None) -> Portal:
    """Raises PortalNotFound, NotPermitted, StaleVersion."""
    portal = work.load(Portal, portal_id, expected)
    if portal is None:
        raise PortalNotFound
    return portal


def name_key(name: str, generation: int = 1) -> str:
    """However it is spelled: one name is one portal's at a time."""
    return f"portal-name:{generation}:{' '.join(name.casefold().split())}"


def free_name_key(work: Work, name: str) -> str:
    """Behind the portals that were rejected or closed. Raises PortalNameTaken."""
    for generation in count(1):
        key = name_key(name, generation)
        holder = work.holder(key)
        if holder is None:
            return key
        known = work.find(Portal, holder)
        if known is not None and not known.ended:
            raise PortalNameTaken(name=name)
    raise AssertionError("counting doesn't end")
