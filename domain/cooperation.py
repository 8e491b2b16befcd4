"""The one door for writes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import domain.features  # noqa: F401  fills the dispatch table
from domain.aggregate import Aggregate
from domain.commands import HANDLERS, Command, check_speaker, digest
from domain.errors import DomainError, StaleVersion, StorageUnavailable
from domain.municipalities import is_active_member
from domain.roles import Actor
from domain.work import (
    ClaimTaken,
    CommandRepeated,
    Envelope,
    EventStore,
    Receipt,
    Save,
    Texts,
    VersionConflict,
    Work,
)

T = TypeVar("T")
Find = Callable[[type[Any], UUID], Any]

ATTEMPTS = 5


class Cooperation:
    """Executes commands. Thread-safe: it keeps nothing between two commands."""

    def __init__(self, store: EventStore, texts: Texts, now: Callable[[], datetime]) -> None:
        self.store = store
        self._texts = texts
        self._now = now

    def at(self, moment: datetime) -> "Cooperation":
        """The same door with its clock stopped: for a demo that tells of the past."""
        return Cooperation(self.store, self._texts, lambda: moment)

    def look(self, question: Callable[[Find], T]) -> T:
        """The answer to a question about streams as they are; `question` is given what loads them."""
        return question(self.store.load)

    def execute(
        self,
        command: Command,
        by: Actor,
        *,
        causation_id: UUID | None = None,
        correlation_id: UUID | None = None,
    ) -> Receipt:
        """Decides and stores, or raises a DomainError and stores nothing.

        Given again with the same id it answers as it did then. `causation_id` and `correlation_id`
        are for commands that follow from an event; a person's command is its own cause.
        """
        envelope = _envelope(command, by, causation_id, correlation_id)
        try:
            return self._decide_and_store(command, by, envelope)
        except StorageUnavailable:
            raise
        except (DomainError, CommandRepeated) as refusal:
            return self._answer_of_then(envelope, refusal)

    def rehearse(self, command: Command, by: Actor) -> bool:
        """Decides and stores nothing: whether anything would change, or the DomainError it is refused with.

        What another stream has claimed shows only when the command is executed.
        """
        _, save = self._decide(command, by, _envelope(command, by))
        return bool(save.changed)

    def execute_all(self, commands: Sequence[Command], by: Actor) -> list[Receipt | DomainError]:
        """Many commands in one transaction, for imports: each is stored or refused by itself."""
        if not commands:
            return []
        try:
            return self._together(commands, by)
        except StorageUnavailable:
            raise
        except (DomainError, VersionConflict, ClaimTaken, CommandRepeated):
            return [self._receipt_or_refusal(command, by) for command in commands]

    def _together(self, commands: Sequence[Command], by: Actor) -> list[Receipt | DomainError]:
        decided = [self._decide(command, by, _envelope(command, by)) for command in commands]
        if not all(save.changed for _, save in decided):
            raise CommandRepeated  # what has nothing to do may have happened already
        position = self.store.append(*(save for _, save in decided))
        return [Receipt(subject.id, subject.version, position) for subject, _ in decided]

    def _receipt_or_refusal(self, command: Command, by: Actor) -> Receipt | DomainError:
        try:
            return self.execute(command, by)
        except DomainError as refusal:
            return refusal

    def _decide(self, command: Command, by: Actor, envelope: Envelope) -> tuple[Any, Save]:
        handler, permission = HANDLERS[type(command)]
        permission.check(by)
        check_speaker(by, command)
        is_member = partial(is_active_member, self.store.load)
        work = Work(self.store, self._texts, by, permission, self._now(), is_member)
        subject = handler(command, work)
        changed = [aggregate for aggregate in work.touched if aggregate.pending_events]
        changed.sort(key=lambda aggregate: aggregate is not subject)
        return subject, Save(changed, envelope, work.claims)

    def _decide_and_store(self, command: Command, by: Actor, envelope: Envelope) -> Receipt:
        refused: set[str] = set()
        for attempt in range(ATTEMPTS):
            subject, save = self._decide(command, by, envelope)
            if not save.changed:
                return self._unchanged(envelope, subject.id, subject.version)
            try:
                position = self.store.append(save)
            except VersionConflict:
                # Decided anew on what the other wrote, unless the client named what it had seen.
                if command.expected_version is not None or attempt == ATTEMPTS - 1:
                    raise self._stale(command, subject) from None
            except ClaimTaken as taken:
                # Decided anew once: an import, unlike a person, takes the next free address.
                if taken.key in refused or attempt == ATTEMPTS - 1:
                    raise subject.claim_taken(taken.key) from taken
                refused.add(taken.key)
            else:
                return Receipt(subject.id, subject.version, position)
        raise AssertionError("the last attempt returns or raises")

    def _stale(self, command: Command, subject: Aggregate) -> StaleVersion:
        current = self.store.load(type(subject), subject.id)
        return StaleVersion(
            expected=command.expected_version, current=current.version if current else 0
        )

    def _unchanged(self, envelope: Envelope, stream_id: UUID, version: int) -> Receipt:
        then = self.store.receipt(envelope.command_id, envelope.command_digest)
        position = self.store.position_of(stream_id)
        return then or Receipt(stream_id, version, position, changed=False)

    def _answer_of_then(self, envelope: Envelope, refusal: Exception) -> Receipt:
        """A refusal may only mean that the command has happened already."""
        then = self.store.receipt(envelope.command_id, envelope.command_digest)
        if then is None:
            raise refusal
        return then


def _envelope(
    command: Command,
    by: Actor,
    causation_id: UUID | None = None,
    correlation_id: UUID | None = None,
) -> Envelope:
    return Envelope(
        command_id=command.command_id,
        command_digest=digest(command, by),
        actor=by.id,
        on_behalf_of=by.municipality,
        causation_id=causation_id or command.command_id,
        correlation_id=correlation_id or command.command_id,
    )
