"""What a handler sees of the outside: the streams it works on, the clock, claims and texts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.aggregate import Aggregate, Event
from domain.commands import Permission
from domain.errors import StaleVersion
from domain.roles import Actor
from domain.visibility import audience_of, may_see

A = TypeVar("A", bound=Aggregate)

POLAND = ZoneInfo("Europe/Warsaw")


@dataclass(frozen=True)
class Receipt:
    """The answer to a command: the stream it was about, its version, and the log position to wait for."""

    stream_id: UUID
    version: int
    position: int
    changed: bool = True
    """False where there was nothing to do: the stream already was as the command wants it."""


@dataclass(frozen=True)
class Envelope:
    """What all events of one command have in common."""

    command_id: UUID
    command_digest: bytes
    actor: str
    on_behalf_of: str | None
    causation_id: UUID
    correlation_id: UUID


PERSONAL_KEY = "personal:"
"""A claim on a key that begins so is stored, and looked for, under a keyed hash of it."""


@dataclass(frozen=True)
class Claim:
    """A key that one stream holds for ever, such as `news-slug:100704:nowy-most`."""

    key: str
    stream_id: UUID


@dataclass(frozen=True)
class Save:
    """What one command decided, to be stored as a whole."""

    changed: Sequence[Aggregate]
    envelope: Envelope
    claims: Sequence[Claim] = ()

    @property
    def events(self) -> Sequence[Event]:
        return [
            cast("Event", event) for aggregate in self.changed for event in aggregate.pending_events
        ]


class ClaimTaken(Exception):
    """Another stream holds the key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class VersionConflict(Exception):
    """Somebody wrote to one of the streams since it was loaded."""


class CommandRepeated(Exception):
    """The command id is in the log already: `EventStore.receipt` has the answer."""


class EventStore(Protocol):
    def load(self, aggregate: type[A], stream_id: UUID) -> A | None: ...

    def append(self, *saves: Save) -> int:
        """Stores all of them or nothing, in one transaction; returns the last position.

        Raises VersionConflict, ClaimTaken, CommandRepeated, or errors.StorageUnavailable.
        """
        ...

    def receipt(self, command_id: UUID, digest: bytes) -> Receipt | None:
        """The answer that the command got when it happened; raises CommandIdReused."""
        ...

    def position_of(self, stream_id: UUID) -> int:
        """Position of the stream's last event."""
        ...

    def last_position(self) -> int:
        """Of the whole log; 0 while it is empty."""
        ...

    def holder(self, key: str) -> UUID | None:
        """The stream that holds a claim."""
        ...


class Texts(Protocol):
    def render(self, markdown: str) -> str:
        """Sanitised HTML."""
        ...

    def mentioned_in(self, text: str, near: str) -> Sequence[str]:
        """TERC codes of the municipalities that a text names, in the order of their first mention.

        `near`: the author's TERC, since of several places of one name the nearer one is meant.
        """
        ...


class Work:
    """One command's work: what it loaded and began, to be stored together."""

    def __init__(
        self,
        store: EventStore,
        texts: Texts,
        actor: Actor,
        permission: Permission,
        at: datetime,
        is_member: Callable[[str], bool],
    ) -> None:
        """`is_member`: whether the municipality of a TERC code is an active member of the network."""
        self._store = store
        self._permission = permission
        self._is_member = is_member
        self.actor = actor
        self.at = at
        self.texts = texts
        self.touched: list[Aggregate] = []
        self.claims: list[Claim] = []

    @property
    def today(self) -> date:
        """In Polish time: what a clerk's calendar shows."""
        return polish_day(self.at)

    def find(self, aggregate: type[A], stream_id: UUID) -> A | None:
        """To decide by it, whoever the actor is: without a check of who may see it, and not stored."""
        return self._in_hand(aggregate, stream_id) or self._store.load(aggregate, stream_id)

    def see(self, aggregate: type[A], stream_id: UUID) -> A | None:
        """To look it up for the actor: None as well where the actor may not know of it."""
        found = self.find(aggregate, stream_id)
        return found if found is not None and self._sees(found) else None

    def load(self, aggregate: type[A], stream_id: UUID, expected: int | None = None) -> A | None:
        """To change it. None as `see` has it; raises NotPermitted, StaleVersion."""
        in_hand = self._in_hand(aggregate, stream_id)
        if in_hand is not None:
            return in_hand
        found = self.see(aggregate, stream_id)
        if found is not None:
            self._permission.check_stream(self.actor, found)
            if expected is not None and expected != found.version:
                raise StaleVersion(expected=expected, current=found.version)
            self.touched.append(found)
        return found

    def add(self, begun: A) -> A:
        self._permission.check_stream(self.actor, begun)
        self.touched.append(begun)
        return begun

    def _sees(self, stream: Aggregate) -> bool:
        """The rule that readers apply (`domain.visibility`); everybody knows of what is its own affair."""
        if self.actor.account is not None and self.actor.account == stream.account:
            return True
        if self.actor.portal is not None and self.actor.portal == stream.portal:
            return True
        whole = self.find(*stream.part_of) if stream.part_of is not None else stream
        level = (stream.level or whole.level) if whole is not None else None
        if whole is None or level is None:
            return False

        def seen(*, member: bool) -> bool:
            audience = audience_of(self.actor, member=member)
            return may_see(audience, level, whole.owner, whole.participants)

        # Asked for last: most of what is changed is the actor's own.
        terc = self.actor.municipality
        return seen(member=False) or (
            terc is not None and seen(member=True) and self._is_member(terc)
        )

    def _in_hand(self, aggregate: type[A], stream_id: UUID) -> A | None:
        """One stream is one object, however often a handler asks for it."""
        matching = (touched for touched in self.touched if touched.id == stream_id)
        found = next(matching, None)
        return found if isinstance(found, aggregate) else None

    def claim(self, key: str, stream_id: UUID) -> None:
        self.claims.append(Claim(key, stream_id))

    def holder(self, key: str) -> UUID | None:
        return self._store.holder(key)

    def last_position(self) -> int:
        return self._store.last_position()


def polish_day(at: datetime) -> date:
    return at.astimezone(POLAND).date()
