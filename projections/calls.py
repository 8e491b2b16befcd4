"""Programmes and calls as lists and look-ups show them."""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from domain.calls.call import FundingCall
from domain.calls.interest import CallInterest
from domain.calls.programme import Programme, ProgrammeFacts
from domain.calls.terms import CallTerms
from domain.municipalities import municipality_id
from domain.values import without_diacritics
from domain.work import polish_day
from projections.log import Recorded
from projections.municipalities import polish_order
from projections.names import NamedMunicipality, NamesMunicipalities, Shown, named
from projections.projection import on
from projections.rows import Row, Rows


class ProgrammeRow(Row):
    table: ClassVar[str] = "programmes"

    id: UUID
    code: str
    name: str
    name_sort: str
    fund: str
    since: int
    until: int
    institution: str
    link: str | None
    version: int
    updated_at: datetime


class CallRow(Row):
    table: ClassVar[str] = "calls"

    id: UUID
    programme_id: UUID
    programme: dict[str, Any]
    number: str
    title: str
    title_search: str
    summary: str
    state: str
    opens_at: datetime
    closes_at: datetime
    closes_on: date
    allocation: int
    max_rate: int
    min_grant: int | None
    max_grant: int | None
    territories: list[str]
    kinds: list[str]
    partnership_required: bool
    rate_per_partner: bool
    flat_rates: list[dict[str, Any]]
    category_limits: list[dict[str, Any]]
    durability_years: int | None
    link: str | None
    outcome: str | None
    version: int
    announced_at: datetime
    updated_at: datetime


class MoveRow(Row):
    table: ClassVar[str] = "moves"
    key: ClassVar[tuple[str, ...]] = ("call_id", "version")

    call_id: UUID
    version: int
    recorded_at: datetime
    opens_at: datetime
    closes_at: datetime
    reason: str


class InterestRow(Row):
    table: ClassVar[str] = "interests"

    id: UUID
    call_id: UUID
    call: dict[str, Any]
    municipality_id: UUID
    municipality: dict[str, Any]
    municipality_terc: str
    offer: str
    offer_search: str
    declared_on: date
    withdrawn: bool


class CallsProjection(NamesMunicipalities):
    name = "calls"
    version = 2
    rows = (NamedMunicipality, ProgrammeRow, CallRow, MoveRow, InterestRow)
    keyed_by_stream = CallRow
    shown = (Shown(InterestRow),)

    @on(Programme.Registered)
    def _programme_registered(
        self, recorded: Recorded, event: Programme.Registered, rows: Rows
    ) -> None:
        rows.add(
            ProgrammeRow(
                id=recorded.stream_id,
                code=event.code,
                version=recorded.version,
                updated_at=recorded.recorded_at,
                **programme_columns(event.facts),
            )
        )

    @on(Programme.Corrected)
    def _programme_corrected(
        self, recorded: Recorded, event: Programme.Corrected, rows: Rows
    ) -> None:
        row = rows.change(ProgrammeRow, recorded.stream_id)
        row.version, row.updated_at = recorded.version, recorded.recorded_at
        for name, value in programme_columns(event.facts).items():
            setattr(row, name, value)
        rows.execute(
            "UPDATE calls SET programme = programme || "
            "jsonb_build_object('name', %s::text, 'fund', %s::text) WHERE programme_id = %s",
            (event.facts.name, event.facts.fund, recorded.stream_id),
            changes=CallRow,
        )

    @on(FundingCall.Announced)
    def _announced(self, recorded: Recorded, event: FundingCall.Announced, rows: Rows) -> None:
        programme = rows.read(ProgrammeRow, event.programme_id)
        rows.add(
            CallRow(
                id=recorded.stream_id,
                programme_id=programme.id,
                programme=brief_programme(programme),
                state="ANNOUNCED",
                outcome=None,
                version=recorded.version,
                announced_at=recorded.recorded_at,
                updated_at=recorded.recorded_at,
                **terms_columns(event.terms),
            )
        )

    @on(FundingCall.Opened)
    def _opened(self, recorded: Recorded, _event: FundingCall.Opened, rows: Rows) -> None:
        _changed(recorded, rows).state = "OPEN"

    @on(FundingCall.Closed)
    def _closed(self, recorded: Recorded, _event: FundingCall.Closed, rows: Rows) -> None:
        _changed(recorded, rows).state = "CLOSED"

    @on(FundingCall.DatesMoved)
    def _dates_moved(self, recorded: Recorded, event: FundingCall.DatesMoved, rows: Rows) -> None:
        row = _changed(recorded, rows)
        rows.add(
            MoveRow(
                call_id=row.id,
                version=recorded.version,
                recorded_at=recorded.recorded_at,
                opens_at=row.opens_at,
                closes_at=row.closes_at,
                reason=event.reason,
            )
        )
        row.opens_at, row.closes_at = event.opens_at, event.closes_at
        row.closes_on = last_day(event.closes_at)

    @on(FundingCall.Corrected)
    def _corrected(self, recorded: Recorded, event: FundingCall.Corrected, rows: Rows) -> None:
        row = _changed(recorded, rows)
        for name, value in terms_columns(event.terms).items():
            setattr(row, name, value)
        rows.execute(
            "UPDATE interests SET call = call || "
            "jsonb_build_object('number', %s::text, 'title', %s::text) WHERE call_id = %s",
            (row.number, row.title, row.id),
            changes=InterestRow,
        )

    @on(FundingCall.Resolved)
    def _resolved(self, recorded: Recorded, event: FundingCall.Resolved, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.state, row.outcome = "RESOLVED", event.document

    @on(FundingCall.Cancelled)
    def _cancelled(self, recorded: Recorded, event: FundingCall.Cancelled, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.state, row.outcome = "CANCELLED", event.reason

    @on(CallInterest.Declared)
    def _declared(self, recorded: Recorded, event: CallInterest.Declared, rows: Rows) -> None:
        call, who = rows.read(CallRow, event.call_id), named(rows, event.municipality)
        rows.add(
            InterestRow(
                id=recorded.stream_id,
                call_id=call.id,
                call={"id": str(call.id), "number": call.number, "title": call.title},
                municipality_id=municipality_id(event.municipality),
                municipality=who,
                municipality_terc=event.municipality,
                offer=event.offer,
                offer_search=_search(who, event.offer),
                declared_on=recorded.effective_on,
                withdrawn=False,
            )
        )

    @on(CallInterest.Renewed)
    def _renewed(self, recorded: Recorded, event: CallInterest.Renewed, rows: Rows) -> None:
        row = rows.change(InterestRow, recorded.stream_id)
        row.offer, row.declared_on, row.withdrawn = event.offer, recorded.effective_on, False
        row.offer_search = _search(row.municipality, event.offer)

    @on(CallInterest.Withdrawn)
    def _withdrawn(self, recorded: Recorded, _event: CallInterest.Withdrawn, rows: Rows) -> None:
        rows.change(InterestRow, recorded.stream_id).withdrawn = True


def _search(municipality: dict[str, Any], offer: str) -> str:
    return without_diacritics(f"{municipality['name']} {offer}").lower()


def last_day(closes_at: datetime) -> date:
    """A call that closes at midnight takes its last application on the day before."""
    return polish_day(closes_at - timedelta(microseconds=1))


def programme_columns(facts: ProgrammeFacts) -> dict[str, Any]:
    return {
        "name": facts.name,
        "name_sort": polish_order(facts.name),
        "fund": facts.fund.value,
        "since": facts.since,
        "until": facts.until,
        "institution": facts.institution,
        "link": facts.link,
    }


def brief_programme(programme: ProgrammeRow) -> dict[str, Any]:
    return {
        "id": str(programme.id),
        "code": programme.code,
        "name": programme.name,
        "fund": programme.fund,
    }


def terms_columns(terms: CallTerms) -> dict[str, Any]:
    return {
        "number": terms.number,
        "title": terms.title,
        "title_search": without_diacritics(f"{terms.number} {terms.title}").lower(),
        "summary": terms.summary,
        "opens_at": terms.opens_at,
        "closes_at": terms.closes_at,
        "closes_on": last_day(terms.closes_at),
        "allocation": terms.allocation,
        "max_rate": terms.max_rate,
        "min_grant": terms.min_grant,
        "max_grant": terms.max_grant,
        "territories": list(terms.territories),
        "kinds": [kind.value for kind in terms.kinds],
        "partnership_required": terms.partnership_required,
        "rate_per_partner": terms.rate_per_partner,
        "flat_rates": [
            {"category": rate.category, "maxRate": rate.max_rate, "bases": list(rate.bases)}
            for rate in terms.flat_rates
        ],
        "category_limits": [
            {"category": limit.category, "maxShare": limit.max_share}
            for limit in terms.category_limits
        ],
        "durability_years": terms.durability_years,
        "link": terms.link,
    }


def _changed(recorded: Recorded, rows: Rows) -> CallRow:
    row = rows.change(CallRow, recorded.stream_id)
    row.version = recorded.version
    row.updated_at = recorded.recorded_at
    return row
