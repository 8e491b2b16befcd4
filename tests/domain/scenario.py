"""given(what happened).when(a command).then(the event it makes | the error it is refused with)."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

import pytest

from domain.aggregate import Aggregate, Event
from domain.commands import Command
from domain.cooperation import Cooperation
from domain.errors import CommandIdReused, DomainError, InvalidInput
from domain.roles import OPERATOR, Actor
from domain.work import ClaimTaken, CommandRepeated, Receipt, Save, VersionConflict
from tests.domain.texts import PlainTexts

A = TypeVar("A", bound=Aggregate)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


class MemoryStore:
    """The port of the domain, kept in memory: all or nothing, as the database does it."""

    def __init__(self) -> None:
        self.log: list[tuple[Event, UUID, bytes]] = []
        self._claims: dict[str, UUID] = {}

    @property
    def events(self) -> list[Event]:
        return [event for event, _, _ in self.log]

    def load(self, aggregate: type[A], stream_id: UUID) -> A | None:
        state: Any = None
        for event in self._stream(stream_id):
            state = event.mutate(state)
        return state if isinstance(state, aggregate) else None

    def append(self, *saves: Save) -> int:
        for save in saves:
            self._check(save)
        for save in saves:
            envelope = save.envelope
            self._claims.update((claim.key, claim.stream_id) for claim in save.claims)
            self.log += [(e, envelope.command_id, envelope.command_digest) for e in save.events]
        return len(self.log)

    def receipt(self, command_id: UUID, digest: bytes) -> Receipt | None:
        found = [(at, *row) for at, row in enumerate(self.log, 1) if row[1] == command_id]
        if not found:
            return None
        if found[0][3] != digest:
            raise CommandIdReused(command_id=command_id)
        stream_id = found[0][1].originator_id
        versions = [e.originator_version for _, e, _, _ in found if e.originator_id == stream_id]
        return Receipt(stream_id, max(versions), found[-1][0])

    def position_of(self, stream_id: UUID) -> int:
        return max(at for at, e in enumerate(self.events, 1) if e.originator_id == stream_id)

    def last_position(self) -> int:
        return len(self.log)

    def holder(self, key: str) -> UUID | None:
        return self._claims.get(key)

    def _check(self, save: Save) -> None:
        if any(save.envelope.command_id == command_id for _, command_id, _ in self.log):
            raise CommandRepeated
        for event in save.events:
            expected = len(self._stream(event.originator_id)) + 1
            if event.originator_version < expected:
                raise VersionConflict
        for claim in save.claims:
            if claim.key in self._claims:
                raise ClaimTaken(claim.key)

    def _stream(self, stream_id: UUID) -> list[Event]:
        return [event for event in self.events if event.originator_id == stream_id]


@dataclass
class Scenario:
    store: MemoryStore = field(default_factory=MemoryStore)
    actor: Actor = OPERATOR
    command: Command | None = None

    def by(self, actor: Actor) -> "Scenario":
        return Scenario(self.store, actor)

    def and_given(self, *commands: Command) -> "Scenario":
        for command in commands:
            self._execute(command)
        return self

    def when(self, command: Command) -> "Scenario":
        return Scenario(deepcopy(self.store), self.actor, command)

    def then(self, *expected: Any) -> Receipt | None:
        """Events: each a class, or a class with facts that it states. An error: its class, nothing stored."""
        assert self.command is not None
        if expected and _is_error(expected[0]):
            self.refused(expected[0])
            return None
        before = len(self.store.log)
        receipt = self._execute(self.command)
        _assert_said(self.store.events[before:], expected)
        return receipt

    def refused(self, error: type[DomainError]) -> DomainError:
        assert self.command is not None
        before = list(self.store.log)
        with pytest.raises(error) as refusal:
            self._execute(self.command)
        assert self.store.log == before, "a refusal stores nothing"
        assert refusal.value.message("pl") != refusal.value.message("en")
        return refusal.value

    def invalid(self, **problems: str) -> None:
        """The input is refused with these codes, by field, and no other."""
        refusal = self.refused(InvalidInput)
        assert isinstance(refusal, InvalidInput)
        assert {problem.field: problem.code for problem in refusal.problems} == problems

    def _execute(self, command: Command) -> Receipt:
        return Cooperation(self.store, PlainTexts(), lambda: NOW).execute(command, self.actor)


def given(*commands: Command) -> Scenario:
    """By the operator, whose help is the last resort of all."""
    return Scenario().and_given(*commands)


def said(event: type[Event], **facts: Any) -> tuple[type[Event], dict[str, Any]]:
    return event, facts


def _is_error(expected: Any) -> bool:
    return isinstance(expected, type) and issubclass(expected, DomainError)


def _assert_said(events: Sequence[Event], expected: Sequence[Any]) -> None:
    wanted = [one if isinstance(one, tuple) else (one, {}) for one in expected]
    assert [type(event) for event in events] == [kind for kind, _ in wanted]
    for event, (_, facts) in zip(events, wanted, strict=True):
        assert {name: getattr(event, name) for name in facts} == facts
