"""What the parts of an initiative share. One stream, because guards span all of it; a room for each part."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from domain.initiatives import unmet
from domain.initiatives.states import Decisions, InitiativeState, Step
from domain.initiatives.unmet import StepRefused, Unmet
from domain.work import Work


class Part:
    """Mixed into `Initiative`: its events change the fields that the part declares."""

    id: UUID
    version: int
    path: list[Step]
    record: Any
    happened_on: date | None = None
    """The day that the command at hand speaks of; None: today."""

    @property
    def state(self) -> InitiativeState:
        return self.path[-1].state

    @property
    def decisions(self) -> Decisions:
        return self.path[-1].decisions

    def wrong_state(self, *allowed: InitiativeState) -> list[Unmet]:
        return (
            []
            if self.state in allowed
            else [unmet.wrong_state(self.state, sorted(allowed, key=_ORDER.index))]
        )

    def wrong_day(self, on: date, today: date) -> list[Unmet]:
        """A decision can be recorded later than it was made, but neither ahead of it nor out of order."""
        previous = self.path[-1].on
        found = [unmet.in_future(on)] if on > today else []
        return found + ([unmet.before_previous(on, previous)] if on < previous else [])

    def refuse_if_unmet(self, missing: Iterable[Unmet]) -> None:
        found = list(missing)
        if found:
            raise StepRefused(found)

    def tell(self, event: Any, work: Work, on: date | None = None, **facts: Any) -> None:
        self.record(event, work.at, on or self.happened_on or work.today, **facts)

    def take_step(
        self, event: Any, missing: Iterable[Unmet], work: Work, on: date | None = None, **facts: Any
    ) -> None:
        """Records the step, or nothing when the last step says the same; raises StepRefused."""
        day = on or work.today
        if self._stands_recorded(event, day, facts):
            return
        self.refuse_if_unmet([*missing, *self.wrong_day(day, work.today)])
        self.tell(event, work, day, **facts)

    def _stands_recorded(self, event: Any, on: date, facts: dict[str, Any]) -> bool:
        last = self.path[-1]
        if type(last.event) is not event or last.on != on:
            return False
        return all(getattr(last.event, name) == value for name, value in facts.items())


_ORDER = list(InitiativeState)
