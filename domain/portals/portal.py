"""Portal: Registered → Active ⇄ Suspended → Closed, or Rejected; its keys and its webhooks.

Secrets never stand in its events: of a key they say its id, of a webhook where it leads.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain.aggregate import Aggregate
from domain.errors import DomainError, NotFound
from domain.personal import Personal
from domain.portals.refusals import (
    KeyNotFound,
    PortalClosed,
    PortalNameTaken,
    PortalNotActive,
    ScopeNotGranted,
    TooManyKeys,
    TooManyWebhooks,
    WebhookNotFound,
)
from domain.portals.terms import ChangeKind, PortalFacts, PortalTerms, Scope
from domain.visibility import Level
from domain.work import Work

T = TypeVar("T")

KEYS = 10
WEBHOOKS = 10


class PortalState(StrEnum):
    REGISTERED = "REGISTERED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    REJECTED = "REJECTED"
    CLOSED = "CLOSED"


class PauseCause(StrEnum):
    ASKED = "ASKED"
    """By the portal itself, or by the coordinator."""
    FAILING = "FAILING"
    """Deliveries failed for days."""
    GONE = "GONE"
    """The receiver answered that it is there no more (410)."""


@dataclass(frozen=True)
class Key:
    """`ends_at`: until when it is good; None: until it is revoked."""

    id: UUID
    name: str
    scopes: frozenset[Scope]
    ends_at: datetime | None

    def good_at(self, at: datetime) -> bool:
        return self.ends_at is None or at < self.ends_at


@dataclass(frozen=True)
class Webhook:
    id: UUID
    url: str
    kinds: frozenset[ChangeKind]
    paused: PauseCause | None = None


class Portal(Aggregate):
    class Registered(Aggregate.Created):
        facts: PortalFacts
        contact_name: Personal
        contact_email: Personal
        wanted: tuple[Scope, ...]

    class Approved(Aggregate.Event):
        terms: PortalTerms

    class Rejected(Aggregate.Event):
        reason: str

    class TermsChanged(Aggregate.Event):
        terms: PortalTerms

    class Suspended(Aggregate.Event):
        reason: str

    class Reinstated(Aggregate.Event):
        pass

    class Closed(Aggregate.Event):
        reason: str

    class KeyIssued(Aggregate.Event):
        key_id: UUID
        name: str
        scopes: tuple[Scope, ...]
        ends_at: datetime | None

    class KeyRotated(Aggregate.Event):
        """`new_key_id` is as the old one was; that one is good until `ends_at`."""

        key_id: UUID
        new_key_id: UUID
        ends_at: datetime

    class KeyRevoked(Aggregate.Event):
        key_id: UUID

    class WebhookAdded(Aggregate.Event):
        webhook_id: UUID
        url: str
        kinds: tuple[ChangeKind, ...]

    class WebhookChanged(Aggregate.Event):
        webhook_id: UUID
        url: str
        kinds: tuple[ChangeKind, ...]

    class WebhookSecretRotated(Aggregate.Event):
        """The old secret signs beside the new one until `ends_at`."""

        webhook_id: UUID
        ends_at: datetime

    class WebhookPaused(Aggregate.Event):
        webhook_id: UUID
        cause: PauseCause

    class WebhookResumed(Aggregate.Event):
        webhook_id: UUID

    class WebhookRemoved(Aggregate.Event):
        webhook_id: UUID

    def __init__(
        self, *, facts: PortalFacts, contact_name: Personal, contact_email: Personal
    ) -> None:
        self.facts = facts
        self.contact_name = contact_name
        self.contact_email = contact_email
        self.state = PortalState.REGISTERED
        self.terms = PortalTerms(())
        self.keys: dict[UUID, Key] = {}
        self.webhooks: dict[UUID, Webhook] = {}

    @property
    def owner(self) -> None:
        return None

    @property
    def level(self) -> Level:
        return Level.PORTAL

    @property
    def portal(self) -> UUID:
        return self.id

    @property
    def ended(self) -> bool:
        return self.state in {PortalState.REJECTED, PortalState.CLOSED}

    def claim_taken(self, _key: str) -> DomainError:
        return PortalNameTaken(name=self.facts.name)

    def good_key(self, key_id: UUID, at: datetime) -> Key | None:
        """None: it opens nothing (any more). With the scopes that both it and its portal have."""
        key = self.keys.get(key_id)
        if self.state is not PortalState.ACTIVE or key is None or not key.good_at(at):
            return None
        return replace(key, scopes=key.scopes & set(self.terms.scopes))

    def approve(self, terms: PortalTerms, work: Work) -> None:
        if self.state is not PortalState.ACTIVE:
            self._require(PortalState.REGISTERED)
            self.record(Portal.Approved, work.at, work.today, terms=terms)

    def reject(self, reason: str, work: Work) -> None:
        if self.state is not PortalState.REJECTED:
            self._require(PortalState.REGISTERED)
            self.record(Portal.Rejected, work.at, work.today, reason=reason)

    def change_terms(self, terms: PortalTerms, work: Work) -> None:
        self._require(PortalState.ACTIVE, PortalState.SUSPENDED)
        if terms != self.terms:
            self.record(Portal.TermsChanged, work.at, work.today, terms=terms)

    def suspend(self, reason: str, work: Work) -> None:
        if self.state is not PortalState.SUSPENDED:
            self._require(PortalState.ACTIVE)
            self.record(Portal.Suspended, work.at, work.today, reason=reason)

    def reinstate(self, work: Work) -> None:
        if self.state is not PortalState.ACTIVE:
            self._require(PortalState.SUSPENDED)
            self.record(Portal.Reinstated, work.at, work.today)

    def close(self, reason: str, work: Work) -> None:
        if self.state is not PortalState.CLOSED:
            self._require(PortalState.ACTIVE, PortalState.SUSPENDED)
            self.record(Portal.Closed, work.at, work.today, reason=reason)

    def issue_key(
        self,
        key_id: UUID,
        name: str,
        scopes: frozenset[Scope],
        ends_at: datetime | None,
        work: Work,
    ) -> None:
        self._require(PortalState.ACTIVE)
        self._require_room_for_a_key(work.at)
        for scope in sorted(scopes - set(self.terms.scopes)):
            raise ScopeNotGranted(scope=scope.value)
        self.record(
            Portal.KeyIssued,
            work.at,
            work.today,
            key_id=key_id,
            name=name,
            scopes=tuple(sorted(scopes)),
            ends_at=ends_at,
        )

    def rotate_key(self, key_id: UUID, new_key_id: UUID, overlap: timedelta, work: Work) -> None:
        self._require(PortalState.ACTIVE)
        key = self._key(key_id)
        if not key.good_at(work.at):
            raise KeyNotFound
        self._require_room_for_a_key(work.at)
        ends_at = min(work.at + overlap, key.ends_at or work.at + overlap)
        self.record(
            Portal.KeyRotated,
            work.at,
            work.today,
            key_id=key_id,
            new_key_id=new_key_id,
            ends_at=ends_at,
        )

    def revoke_key(self, key_id: UUID, work: Work) -> None:
        if key_id in self.keys:
            self.record(Portal.KeyRevoked, work.at, work.today, key_id=key_id)

    def add_webhook(
        self, webhook_id: UUID, url: str, kinds: frozenset[ChangeKind], work: Work
    ) -> None:
        self._require_webhooks()
        if len(self.webhooks) >= WEBHOOKS:
            raise TooManyWebhooks(limit=WEBHOOKS)
        kind = Portal.WebhookAdded
        self.record(
            kind, work.at, work.today, webhook_id=webhook_id, url=url, kinds=tuple(sorted(kinds))
        )

    def change_webhook(
        self, webhook_id: UUID, url: str, kinds: frozenset[ChangeKind], work: Work
    ) -> None:
        self._require_webhooks()
        webhook = self._webhook(webhook_id)
        if (url, kinds) != (webhook.url, webhook.kinds):
            told = tuple(sorted(kinds))
            kind = Portal.WebhookChanged
            self.record(kind, work.at, work.today, webhook_id=webhook_id, url=url, kinds=told)

    def rotate_webhook_secret(self, webhook_id: UUID, overlap: timedelta, work: Work) -> None:
        self._require_webhooks()
        self._webhook(webhook_id)
        kind, ends_at = Portal.WebhookSecretRotated, work.at + overlap
        self.record(kind, work.at, work.today, webhook_id=webhook_id, ends_at=ends_at)

    def pause_webhook(self, webhook_id: UUID, cause: PauseCause, work: Work) -> None:
        if self._webhook(webhook_id).paused is None:
            kind = Portal.WebhookPaused
            self.record(kind, work.at, work.today, webhook_id=webhook_id, cause=cause)

    def resume_webhook(self, webhook_id: UUID, work: Work) -> None:
        self._require_webhooks()
        if self._webhook(webhook_id).paused is not None:
            self.record(Portal.WebhookResumed, work.at, work.today, webhook_id=webhook_id)

    def remove_webhook(self, webhook_id: UUID, work: Work) -> None:
        if webhook_id in self.webhooks:
            self.record(Portal.WebhookRemoved, work.at, work.today, webhook_id=webhook_id)

    def _require_webhooks(self) -> None:
        self._require(PortalState.ACTIVE)
        if Scope.WEBHOOKS not in self.terms.scopes:
            raise ScopeNotGranted(scope=Scope.WEBHOOKS.value)

    def _require_room_for_a_key(self, at: datetime) -> None:
        if sum(key.good_at(at) for key in self.keys.values()) >= KEYS:
            raise TooManyKeys(limit=KEYS)

    def _require(self, *states: PortalState) -> None:
        if self.ended:
            raise PortalClosed
        if self.state not in states:
            raise PortalNotActive(state=self.state.value)

    def _key(self, key_id: UUID) -> Key:
        return _found(self.keys.get(key_id), KeyNotFound)

    def _webhook(self, webhook_id: UUID) -> Webhook:
        return _found(self.webhooks.get(webhook_id), WebhookNotFound)

    @event(Approved)
    def _approved(self, terms: PortalTerms) -> None:
        self.state = PortalState.ACTIVE
        self.terms = terms

    @event(Rejected)
    def _rejected(self) -> None:
        self.state = PortalState.REJECTED

    @event(TermsChanged)
    def _terms_changed(self, terms: PortalTerms) -> None:
        self.terms = terms

    @event(Suspended)
    def _suspended(self) -> None:
        self.state = PortalState.SUSPENDED

    @event(Reinstated)
    def _reinstated(self) -> None:
        self.state = PortalState.ACTIVE

    @event(Closed)
    def _closed(self) -> None:
        self.state = PortalState.CLOSED
        self.keys = {}
        self.webhooks = {}

    @event(KeyIssued)
    def _key_issued(
        self, key_id: UUID, name: str, scopes: tuple[Scope, ...], ends_at: datetime | None
    ) -> None:
        self.keys[key_id] = Key(key_id, name, frozenset(scopes), ends_at)

    @event(KeyRotated)
    def _key_rotated(self, key_id: UUID, new_key_id: UUID, ends_at: datetime) -> None:
        old = self.keys[key_id]
        self.keys[new_key_id] = replace(old, id=new_key_id)
        self.keys[key_id] = replace(old, ends_at=ends_at)

    @event(KeyRevoked)
    def _key_revoked(self, key_id: UUID) -> None:
        del self.keys[key_id]

    @event(WebhookAdded)
    def _webhook_added(self, webhook_id: UUID, url: str, kinds: tuple[ChangeKind, ...]) -> None:
        self.webhooks[webhook_id] = Webhook(webhook_id, url, frozenset(kinds))

    @event(WebhookChanged)
    def _webhook_changed(self, webhook_id: UUID, url: str, kinds: tuple[ChangeKind, ...]) -> None:
        changed = replace(self.webhooks[webhook_id], url=url, kinds=frozenset(kinds))
        self.webhooks[webhook_id] = changed

    @event(WebhookSecretRotated)
    def _webhook_secret_rotated(self) -> None:
        pass

    @event(WebhookPaused)
    def _webhook_paused(self, webhook_id: UUID, cause: PauseCause) -> None:
        self.webhooks[webhook_id] = replace(self.webhooks[webhook_id], paused=cause)

    @event(WebhookResumed)
    def _webhook_resumed(self, webhook_id: UUID) -> None:
        self.webhooks[webhook_id] = replace(self.webhooks[webhook_id], paused=None)

    @event(WebhookRemoved)
    def _webhook_removed(self, webhook_id: UUID) -> None:
        del self.webhooks[webhook_id]


def contact_of(portal_id: UUID) -> UUID:
    """Whose key seals what a portal says of its contact. A portal's id is random, so this is too."""
    return uuid5(portal_id, "contact")


def _found(found: T | None, error: type[NotFound]) -> T:
    if found is None:
        raise error
    return found
