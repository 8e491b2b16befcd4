"""Indicators (wskaźniki) of an initiative: what it is to bring, and what of it is reached.

Streams of their own, because no guard looks at them. Any partner keeps them up to date.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain.aggregate import Aggregate
from domain.commands import Command, Whose, handles
from domain.errors import DomainError, FieldProblem
from domain.initiatives.commands.order import ROLES
from domain.initiatives.commands.records import AmongPartners, begun, of_partners
from domain.initiatives.states import Document
from domain.initiatives.unmet import StepRefused, in_future
from domain.values import date_problems, refuse_if, text_problems
from domain.work import Work

LIMIT = 2**31 - 1


class IndicatorKind(StrEnum):
    """OUTPUT (produkt): what is made. RESULT (rezultat): what comes of it."""

    OUTPUT = "OUTPUT"
    RESULT = "RESULT"


class IndicatorDropped(DomainError):
    code = "indicator_dropped"
    pl = "Z tego wskaźnika zrezygnowano."
    en = "This indicator was dropped."


class ValueOutOfRange(FieldProblem):
    code = "value_out_of_range"
    pl = "Wartość {value} (w setnych) w polu „{field}” jest spoza zakresu od 0 do {limit}."
    en = "The value {value} (in hundredths) in the field “{field}” is outside 0 to {limit}."


@dataclass(frozen=True, kw_only=True)
class DefineIndicator(Command):
    """`baseline` and `target` in hundredths of the `unit`."""

    initiative_id: UUID
    kind: IndicatorKind
    name: str
    unit: str
    target: int
    baseline: int = 0


@dataclass(frozen=True, kw_only=True)
class RetargetIndicator(Command):
    indicator_id: UUID
    target: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class MeasureIndicator(Command):
    """All that was reached by the day `on`, in hundredths of the unit; `document` shows it."""

    indicator_id: UUID
    value: int
    on: date | None = None
    document: Document | None = None


@dataclass(frozen=True, kw_only=True)
class DropIndicator(Command):
    indicator_id: UUID
    reason: str


class Indicator(AmongPartners, Aggregate):
    class Defined(Aggregate.Created):
        initiative_id: UUID
        municipality: str
        kind: IndicatorKind
        name: str
        unit: str
        baseline: int
        target: int

    class Retargeted(Aggregate.Event):
        target: int
        reason: str

    class Measured(Aggregate.Event):
        """`effective_on` is the day up to which it was measured."""

        value: int
        municipality: str
        document: Document | None

    class Dropped(Aggregate.Event):
        reason: str

    def __init__(self, *, initiative_id: UUID, municipality: str, target: int) -> None:
        self.initiative_id = initiative_id
        self.municipality = municipality
        self.target = target
        self.measured: dict[date, int] = {}
        self.dropped = False

    @property
    def level(self) -> None:
        """Unlike notes, it is known to whoever knows of the initiative."""
        return None

    def retarget(self, target: int, reason: str, work: Work) -> None:
        if target != self.target:
            self._require_kept()
            self.record(Indicator.Retargeted, work.at, work.today, target=target, reason=reason)

    def measure(self, value: int, by: str, document: Document | None, on: date, work: Work) -> None:
        if self.measured.get(on) != value:
            self._require_kept()
            facts = {"value": value, "municipality": by, "document": document}
            self.record(Indicator.Measured, work.at, on, **facts)

    def drop(self, reason: str, work: Work) -> None:
        if not self.dropped:
            self.record(Indicator.Dropped, work.at, work.today, reason=reason)

    def _require_kept(self) -> None:
        if self.dropped:
            raise IndicatorDropped

    @event(Retargeted)
    def _retargeted(self, target: int) -> None:
        self.target = target

    @event(Measured)
    def _measured(self, value: int, effective_on: date) -> None:
        self.measured[effective_on] = value

    @event(Dropped)
    def _dropped(self) -> None:
        self.dropped = True


@handles(DefineIndicator, by=ROLES)
def define_indicator(command: DefineIndicator, work: Work) -> Indicator:
    refuse_if(
        [
            *text_problems("name", command.name, 300),
            *text_problems("unit", command.unit, 50),
            *_value_problems("baseline", command.baseline),
            *_value_problems("target", command.target),
        ]
    )
    return begun(
        Indicator,
        Indicator.Defined,
        uuid5(command.command_id, "indicator"),
        command.initiative_id,
        work,
        kind=command.kind,
        name=command.name,
        unit=command.unit,
        baseline=command.baseline,
        target=command.target,
    )


@handles(RetargetIndicator, by=ROLES, on=Whose.NETWORK)
def retarget_indicator(command: RetargetIndicator, work: Work) -> Indicator:
    refuse_if(
        [
            *text_problems("reason", command.reason, 1000),
            *_value_problems("target", command.target),
        ]
    )
    indicator = of_partners(Indicator, command.indicator_id, command.expected_version, work)
    indicator.retarget(command.target, command.reason, work)
    return indicator


@handles(MeasureIndicator, by=ROLES, on=Whose.NETWORK)
def measure_indicator(command: MeasureIndicator, work: Work) -> Indicator:
    refuse_if(_value_problems("value", command.value))
    if command.document is not None:
        command.document.check()
    on = command.on or work.today
    refuse_if(date_problems("on", on, work.today))
    if on > work.today:
        raise StepRefused([in_future(on)])
    indicator = of_partners(Indicator, command.indicator_id, command.expected_version, work)
    by = work.actor.municipality or indicator.municipality
    indicator.measure(command.value, by, command.document, on, work)
    return indicator


@handles(DropIndicator, by=ROLES, on=Whose.NETWORK)
def drop_indicator(command: DropIndicator, work: Work) -> Indicator:
    refuse_if(text_problems("reason", command.reason, 1000))
    indicator = of_partners(Indicator, command.indicator_id, command.expected_version, work)
    indicator.drop(command.reason, work)
    return indicator


def _value_problems(field: str, value: int) -> list[FieldProblem]:
    return [] if 0 <= value <= LIMIT else [ValueOutOfRange(field, value=value, limit=LIMIT)]
