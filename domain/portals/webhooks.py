"""Webhooks of a portal: where public changes are sent to, and of which kinds."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from domain.commands import Command, Whose, handles
from domain.errors import FieldProblem, Missing
from domain.portals.admission import portal_to_change
from domain.portals.keys import overlap_of
from domain.portals.portal import PauseCause, Portal
from domain.portals.refusals import NotEncrypted
from domain.portals.terms import ChangeKind
from domain.roles import Role
from domain.values import link_problems, refuse_if
from domain.work import Work


@dataclass(frozen=True, kw_only=True)
class AddWebhook(Command):
    """Hears of what happens from now on."""

    portal_id: UUID
    url: str
    kinds: tuple[ChangeKind, ...]

    @property
    def webhook_id(self) -> UUID:
        return uuid5(self.command_id, "webhook")


@dataclass(frozen=True, kw_only=True)
class ChangeWebhook(Command):
    portal_id: UUID
    webhook_id: UUID
    url: str
    kinds: tuple[ChangeKind, ...]


@dataclass(frozen=True, kw_only=True)
class RotateWebhookSecret(Command):
    """For as many hours as are given, deliveries carry the signatures of both secrets."""

    portal_id: UUID
    webhook_id: UUID
    overlap_hours: int = 24


@dataclass(frozen=True, kw_only=True)
class PauseWebhook(Command):
    portal_id: UUID
    webhook_id: UUID


@dataclass(frozen=True, kw_only=True)
class GiveUpWebhook(Command):
    """Pauses it because its receiver doesn't take what is sent; given by who delivers."""

    portal_id: UUID
    webhook_id: UUID
    cause: PauseCause


@dataclass(frozen=True, kw_only=True)
class ResumeWebhook(Command):
    """Goes on with the first change that didn't arrive."""

    portal_id: UUID
    webhook_id: UUID


@dataclass(frozen=True, kw_only=True)
class RemoveWebhook(Command):
    portal_id: UUID
    webhook_id: UUID


@handles(AddWebhook, by={Role.PORTAL}, on=Whose.PORTAL)
def add_webhook(command: AddWebhook, work: Work) -> Portal:
    portal = portal_to_change(work, command.portal_id, command.expected_version)
    refuse_if(_problems(command.url, command.kinds))
    portal.add_webhook(command.webhook_id, command.url, frozenset(command.kinds), work)
    return portal


@handles(ChangeWebhook, by={Role.PORTAL}, on=Whose.PORTAL)
def change_webhook(command: ChangeWebhook, work: Work) -> Portal:
    portal = portal_to_change(work, command.portal_id, command.expected_version)
    refuse_if(_problems(command.url, command.kinds))
    portal.change_webhook(command.webhook_id, command.url, frozenset(command.kinds), work)
    return portal


@handles(RotateWebhookSecret, by={Role.PORTAL}, on=Whose.PORTAL)
def rotate_webhook_secret(command: RotateWebhookSecret, work: Work) -> Portal:
    portal = portal_to_change(work, command.portal_id, command.expected_version)
    portal.rotate_webhook_secret(command.webhook_id, overlap_of(command.overlap_hours), work)
    return portal


@handles(PauseWebhook, by={Role.PORTAL}, on=Whose.PORTAL)
def pause_webhook(command: PauseWebhook, work: Work) -> Portal:
    portal = portal_to_change(work, command.portal_id, command.expected_version)
    portal.pause_webhook(command.webhook_id, PauseCause.ASKED, work)
    return portal


@handles(GiveUpWebhook, by=set(), on=Whose.NETWORK)
def give_up_webhook(command: GiveUpWebhook, work: Work) -> Portal:
    portal = portal_to_change(work, command.portal_id, command.expected_version)
    portal.pause_webhook(command.webhook_id, command.cause, work)
    return portal


@handles(ResumeWebhook, by={Role.PORTAL}, on=Whose.PORTAL)
def resume_webhook(command: ResumeWebhook, work: Work) -> Portal:
    portal = portal_to_change(work, command.portal_id, command.expected_version)
    portal.resume_webhook(command.webhook_id, work)
    return portal


@handles(RemoveWebhook, by={Role.PORTAL}, on=Whose.PORTAL)
def remove_webhook(command: RemoveWebhook, work: Work) -> Portal:
    portal = portal_to_change(work, command.portal_id, command.expected_version)
    portal.remove_webhook(command.webhook_id, work)
    return portal


def _problems(url: str, kinds: tuple[ChangeKind, ...]) -> Iterable[FieldProblem]:
    malformed = list(link_problems("url", url))
    yield from malformed
    if not malformed and not _encrypted_or_here(url):
        yield NotEncrypted("url")
    if not kinds:
        yield Missing("kinds")


def _encrypted_or_here(url: str) -> bool:
    """This machine itself is for trying things out: whoever delivers goes there only where told to."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" or parts.hostname in {"127.0.0.1", "localhost", "::1"}
