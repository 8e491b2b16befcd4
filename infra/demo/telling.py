"""How the demo is told: commands with fixed ids, each at the time at which an official would have given it.

Told again, it adds what is missing: a command that happened already answers as it did then.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from domain.calendar import working_day_from
from domain.commands import Command, OnBehalf
from domain.cooperation import Cooperation, Find
from domain.errors import DomainError, StorageUnavailable
from domain.roles import OPERATOR, Actor, Role
from domain.values import Terc
from domain.work import POLAND

EXAMPLE = "przykład"

Progress = Callable[[int, int], None]
"""Called with the commands done and their number."""

Step = dict[str, Any]
"""What happened, how many `days` before the loading, and `by` whom; the rest are the command's facts."""


class Told(NamedTuple):
    """`make` is given what loads a stream as it is by then; `at` None: now."""

    make: Callable[[Find], Command]
    by: Actor
    at: datetime | None


class Outcome(NamedTuple):
    """`refused`: what doesn't fit any more into a network that went its own way since."""

    position: int
    refused: list[DomainError]


@dataclass
class Telling:
    """Days are counted back from `start`, the day on which the demo began to be loaded, so that some
    things are always ahead, and loading the rest later gives the same commands."""

    namespace: UUID
    start: date
    names: dict[str, UUID] = field(default_factory=dict)
    """What the demo tells of, by a name such as `practice:lampy`, for links between them."""
    told: list[Told] = field(default_factory=list)

    def day(self, ago: int) -> date:
        return self.start - timedelta(days=ago)

    def workday(self, ago: int) -> date:
        return working_day_from(self.day(ago))

    def moment(self, ago: int, hour: int = 12) -> datetime:
        return datetime.combine(self.day(ago), time(hour), POLAND)

    def give(
        self, command: Any, key: str, /, *, by: str = "", at: datetime | None = None, **facts: Any
    ) -> Any:
        """`by`: TERC of the municipality whose official gives it; empty: the network's operator."""
        if by and issubclass(command, OnBehalf):
            facts["municipality"] = by
        made = command(command_id=self.id(key), **facts)
        self.add(made, by=by, at=at)
        return made

    def add(self, command: Command, *, by: str = "", at: datetime | None = None) -> None:
        self.later(lambda _find: command, by=by, at=at)

    def later(
        self, make: Callable[[Find], Command], *, by: str = "", at: datetime | None = None
    ) -> None:
        """For a command that names what only is known once those before it have happened."""
        self.told.append(Told(make, official(by) if by else OPERATOR, at))

    def id(self, key: str) -> UUID:
        return uuid5(self.namespace, key)


def official(terc: str) -> Actor:
    return Actor(f"demo-{terc}", frozenset({Role.EDITOR, Role.EXECUTIVE}), Terc(terc))


def stories(file: str, of: str) -> Iterator[dict[str, Any]]:
    text = (files(__package__) / file).read_text("utf-8")
    yield from tomllib.loads(text).get(of, ())


def marked(title: str) -> str:
    """So that nobody takes it for something real."""
    return f"{title} ({EXAMPLE})"


def in_order_of_time(told: Iterable[Told]) -> list[Told]:
    """As the log of a network that lived through it would have it; what has no time comes last."""
    return sorted(told, key=lambda one: (one.at is None, one.at and one.at.timestamp()))


def tell(cooperation: Cooperation, told: list[Told], progress: Progress) -> Outcome:
    outcome = Outcome(0, [])
    for done, one in enumerate(told, start=1):
        door = cooperation if one.at is None else cooperation.at(one.at)
        try:
            receipt = door.execute(door.look(one.make), one.by)
        except StorageUnavailable:
            raise
        except DomainError as refusal:
            outcome.refused.append(refusal)
        else:
            outcome = Outcome(max(outcome.position, receipt.position), outcome.refused)
        progress(done, len(told))
    return outcome
