"""The aggregate of a municipality: facts with the day since which each is true."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from eventsourcing.domain import event

from domain.aggregate import Aggregate, stream_of
from domain.errors import DomainError, NotFound
from domain.municipalities.facts import (
    MunicipalityFacts,
    MunicipalityKind,
    Population,
    population_problems,
)
from domain.municipalities.terms import (
    OfficeHolder,
    OfficeOccupied,
    TitleAgainstLaw,
    UnknownTerm,
    overlaps,
    title_allowed,
)
from domain.values import Terc, date_problems, parse_terc, refuse_if, text_problems
from domain.visibility import Level
from domain.work import Work


class Membership(StrEnum):
    NONE = "NONE"
    INVITED = "INVITED"
    APPLIED = "APPLIED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    LEFT = "LEFT"


class UnknownMunicipality(NotFound):
    code = "unknown_municipality"
    pl = "W rejestrze nie ma gminy o kodzie TERC {terc}."
    en = "No municipality with the TERC code {terc} is registered."


class NotAMember(DomainError):
    code = "not_a_member"
    pl = "Gmina {name} nie jest czynnym członkiem sieci."
    en = "The municipality {name} is not an active member of the network."


class MembershipForbids(DomainError):
    code = "membership_forbids"
    pl = "Przy obecnym członkostwie gminy ({membership}) nie jest to możliwe."
    en = "The municipality's present membership ({membership}) does not allow this."


class BeforeLastChange(DomainError):
    code = "before_last_change"
    pl = "Ostatnia taka zmiana jest z dnia {last}: następna nie może być wcześniejsza."
    en = "The last such change is of {last}: the next one can't be earlier."


class Municipality(Aggregate):
    class Registered(Aggregate.Created):
        EVER_TRUE = True
        terc: str
        facts: MunicipalityFacts

    class Renamed(Aggregate.Event):
        name: str

    class KindChanged(Aggregate.Event):
        kind: MunicipalityKind

    class PopulationRecorded(Aggregate.Event):
        population: Population

    class Invited(Aggregate.Event):
        pass

    class Applied(Aggregate.Event):
        pass

    class Admitted(Aggregate.Event):
        pass

    class Suspended(Aggregate.Event):
        reason: str

    class Reinstated(Aggregate.Event):
        pass

    class Left(Aggregate.Event):
        reason: str

    class OfficeTaken(Aggregate.Event):
        holder: OfficeHolder

    class OfficeLeft(Aggregate.Event):
        """`effective_on` is the first day without the office."""

        holder_id: UUID

    class TermCorrected(Aggregate.Event):
        holder: OfficeHolder
        reason: str

    def __init__(self, *, terc: str, facts: MunicipalityFacts) -> None:
        self.terc = Terc(terc)
        self.facts = facts
        self.named_since = date.min
        self.kind_since = date.min
        self.membership = Membership.NONE
        self.membership_since = date.min
        self.holders: dict[UUID, OfficeHolder] = {}

    @property
    def owner(self) -> str:
        return self.terc

    @property
    def level(self) -> Level:
        return Level.PUBLIC

    def rename(self, name: str, on: date, work: Work) -> None:
        refuse_if(text_problems("name", name, 100))
        refuse_if(date_problems("effectiveOn", on, work.today, latest=work.today))
        if name != self.facts.name:
            _not_before(self.named_since, on)
            self.record(Municipality.Renamed, work.at, on, name=name)

    def change_kind(self, kind: MunicipalityKind, on: date, work: Work) -> None:
        refuse_if(date_problems("effectiveOn", on, work.today, latest=work.today))
        if kind is not self.facts.kind:
            _not_before(self.kind_since, on)
            self.record(Municipality.KindChanged, work.at, on, kind=kind)

    def record_population(self, population: Population, work: Work) -> None:
        refuse_if(population_problems(population))
        if population != self.facts.population:
            on = date(population.year, 12, 31)
            self.record(Municipality.PopulationRecorded, work.at, on, population=population)

    def invite(self, on: date, work: Work) -> None:
        self._move(
            Municipality.Invited, Membership.INVITED, {Membership.NONE, Membership.LEFT}, on, work
        )

    def apply_for_membership(self, on: date, work: Work) -> None:
        self._move(
            Municipality.Applied, Membership.APPLIED, {Membership.NONE, Membership.LEFT}, on, work
        )

    def admit(self, on: date, work: Work) -> None:
        candidates = {Membership.INVITED, Membership.APPLIED}
        self._move(Municipality.Admitted, Membership.ACTIVE, candidates, on, work)

    def suspend(self, reason: str, on: date, work: Work) -> None:
        refuse_if(text_problems("reason", reason, 1000, multiline=True))
        self._move(
            Municipality.Suspended,
            Membership.SUSPENDED,
            {Membership.ACTIVE},
            on,
            work,
            reason=reason,
        )

    def reinstate(self, on: date, work: Work) -> None:
        self._move(Municipality.Reinstated, Membership.ACTIVE, {Membership.SUSPENDED}, on, work)

    def leave(self, reason: str, on: date, work: Work) -> None:
        refuse_if(text_problems("reason", reason, 1000, required=False, multiline=True))
        members = {Membership.ACTIVE, Membership.SUSPENDED}
        self._move(Municipality.Left, Membership.LEFT, members, on, work, reason=reason)

    def take_office(self, holder: OfficeHolder, work: Work) -> None:
        if holder.id not in self.holders:
            self._check_term(holder, work)
            self.record(Municipality.OfficeTaken, work.at, holder.since, holder=holder)

    def leave_office(self, holder_id: UUID, on: date, work: Work) -> None:
        holder = self._holder(holder_id)
        if holder.until != on:
            self._check_term(replace(holder, until=on), work)
            self.record(Municipality.OfficeLeft, work.at, on, holder_id=holder_id)

    def correct_term(self, holder: OfficeHolder, reason: str, work: Work) -> None:
        refuse_if(text_problems("reason", reason, 1000, multiline=True))
        if holder != self._holder(holder.id):
            self._check_term(holder, work)
            self.record(
                Municipality.TermCorrected, work.at, holder.since, holder=holder, reason=reason
            )

    def _move(
        self,
        change: type,
        to: Membership,
        allowed: set[Membership],
        on: date,
        work: Work,
        **facts: str,
    ) -> None:
        refuse_if(date_problems("effectiveOn", on, work.today, latest=work.today))
        if self.membership is to:
            return
        if self.membership not in allowed:
            raise MembershipForbids(membership=self.membership.value)
        _not_before(self.membership_since, on)
        self.record(change, work.at, on, **facts)

    def _holder(self, holder_id: UUID) -> OfficeHolder:
        if holder_id not in self.holders:
            raise UnknownTerm
        return self.holders[holder_id]

    def _check_term(self, holder: OfficeHolder, work: Work) -> None:
        holder.check(work.today)
        if not title_allowed(holder.title, self.facts):
            raise TitleAgainstLaw(title=holder.title.value)
        others = [other for other in self.holders.values() if other.id != holder.id]
        if any(overlaps(holder, other) for other in others):
            raise OfficeOccupied(since=holder.since)

    @event(Renamed)
    def _renamed(self, name: str, effective_on: date) -> None:
        self.facts = replace(self.facts, name=name)
        self.named_since = effective_on

    @event(KindChanged)
    def _kind_changed(self, kind: MunicipalityKind, effective_on: date) -> None:
        self.facts = replace(self.facts, kind=kind)
        self.kind_since = effective_on

    @event(PopulationRecorded)
    def _population_recorded(self, population: Population) -> None:
        self.facts = replace(self.facts, population=population)

    @event(Invited)
    def _invited(self, effective_on: date) -> None:
        self.membership, self.membership_since = Membership.INVITED, effective_on

    @event(Applied)
    def _applied(self, effective_on: date) -> None:
        self.membership, self.membership_since = Membership.APPLIED, effective_on

    @event(Admitted)
    def _admitted(self, effective_on: date) -> None:
        self.membership, self.membership_since = Membership.ACTIVE, effective_on

    @event(Suspended)
    def _suspended(self, effective_on: date) -> None:
        self.membership, self.membership_since = Membership.SUSPENDED, effective_on

    @event(Reinstated)
    def _reinstated(self, effective_on: date) -> None:
        self.membership, self.membership_since = Membership.ACTIVE, effective_on

    @event(Left)
    def _left(self, effective_on: date) -> None:
        self.membership, self.membership_since = Membership.LEFT, effective_on

    @event(OfficeTaken)
    def _office_taken(self, holder: OfficeHolder) -> None:
        self.holders[holder.id] = holder

    @event(OfficeLeft)
    def _office_left(self, holder_id: UUID, effective_on: date) -> None:
        self.holders[holder_id] = replace(self.holders[holder_id], until=effective_on)

    @event(TermCorrected)
    def _term_corrected(self, holder: OfficeHolder) -> None:
        self.holders[holder.id] = holder


def _not_before(last: date, on: date) -> None:
    if on < last:
        raise BeforeLastChange(last=last)


@lru_cache(maxsize=4096)
def municipality_id(terc: str) -> UUID:
    """The stream follows from the code, so that two registrations of one code meet in one stream."""
    return stream_of("municipality", terc)


def is_active_member(
    load: Callable[[type[Municipality], UUID], Municipality | None], terc: str
) -> bool:
    found = load(Municipality, municipality_id(terc))
    return found is not None and found.membership is Membership.ACTIVE


def known_municipality(work: Work, terc: str, field: str = "terc") -> Municipality:
    """Raises InvalidInput for a malformed code, UnknownMunicipality."""
    code = parse_terc(terc, field)
    found = work.find(Municipality, municipality_id(code))
    if found is None:
        raise UnknownMunicipality(terc=code)
    return found


def active_member(work: Work, terc: str, field: str = "municipality") -> Municipality:
    """What only members may do; raises NotAMember beside what `known_municipality` raises."""
    found = known_municipality(work, terc, field)
    if found.membership is not Membership.ACTIVE:
        raise NotAMember(name=found.facts.name)
    return found


def municipality_to_change(work: Work, terc: str, expected: int | None) -> Municipality:
    code = parse_terc(terc)
    found = work.load(Municipality, municipality_id(code), expected)
    if found is None:
        raise UnknownMunicipality(terc=code)
    return found
