"""Keys of a portal. Their secrets are kept beside the log, as hashes; the log says which keys there are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from domain.accounts.credentials import AlreadyExpired
from domain.commands import Command, Whose, handles
from domain.errors import NotPermitted
from domain.portals.admission import portal_to_change
from domain.portals.portal import Portal
from domain.portals.refusals import OverlapOutOfRange
from domain.portals.terms import Scope, scope_problems
from domain.roles import Role
from domain.values import refuse_if, text_problems
from domain.work import Work

LONGEST_OVERLAP = 30 * 24
"""Hours."""


@dataclass(frozen=True, kw_only=True)
class IssuePortalKey(Command):
    """`ends_at` None: good until it is revoked."""

    portal_id: UUID
    name: str
    scopes: tuple[Scope, ...]
    ends_at: datetime | None = None

    @property
    def key_id(self) -> UUID:
        return uuid5(self.command_id, "key")


@dataclass(frozen=True, kw_only=True)
class RotatePortalKey(Command):
    """Another key like this one, which stays good for as many hours as are given."""

    portal_id: UUID
    key_id: UUID
    overlap_hours: int = 24

    @property
    def new_key_id(self) -> UUID:
        return uuid5(self.command_id, "key")


@dataclass(frozen=True, kw_only=True)
class RevokePortalKey(Command):
    """Counts at once, in every process."""

    portal_id: UUID
    key_id: UUID


@handles(IssuePortalKey, by={Role.PORTAL}, on=Whose.PORTAL)
def issue_portal_key(command: IssuePortalKey, work: Work) -> Portal:
    by_a_person(work)
    portal = portal_to_change(work, command.portal_id, command.expected_version)
    refuse_if([*text_problems("name", command.name, 100), *scope_problems(command.scopes)])
    if command.ends_at is not None and command.ends_at <= work.at:
        refuse_if([AlreadyExpired("endsAt")])
    scopes = frozenset(command.scopes)
    portal.issue_key(command.key_id, command.name, scopes, command.ends_at, work)
    return portal


@handles(RotatePortalKey, by={Role.PORTAL}, on=Whose.PORTAL)
def rotate_portal_key(command: RotatePortalKey, work: Work) -> Portal:
    by_a_person(work)
    portal = portal_to_change(work, command.portal_id, command.expected_version)
    overlap = overlap_of(command.overlap_hours)
    portal.rotate_key(command.key_id, command.new_key_id, overlap, work)
    return portal


@handles(RevokePortalKey, by={Role.PORTAL}, on=Whose.PORTAL)
def revoke_portal_key(command: RevokePortalKey, work: Work) -> Portal:
    by_a_person(work)
    portal = portal_to_change(work, command.portal_id, command.expected_version)
    portal.revoke_key(command.key_id, work)
    return portal


def by_a_person(work: Work) -> None:
    """A key is no way to more keys; raises NotPermitted."""
    if work.actor.account is None and not work.actor.is_coordinator:
        raise NotPermitted


def overlap_of(hours: int) -> timedelta:
    """Raises InvalidInput."""
    if not 0 <= hours <= LONGEST_OVERLAP:
        refuse_if([OverlapOutOfRange("overlapHours", limit=LONGEST_OVERLAP)])
    return timedelta(hours=hours)
