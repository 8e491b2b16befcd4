"""What an initiative shows of programmes and calls; what changes there, changes here."""

from domain.calls.call import FundingCall
from domain.calls.programme import Programme
from domain.calls.terms import CallTerms
from projections.calls import last_day
from projections.initiatives.deadlines import move_call_deadlines, retitle_call_deadlines
from projections.initiatives.rows import (
    InitiativeRow,
    NamedCall,
    NamedProgramme,
)
from projections.log import Recorded
from projections.projection import on
from projections.rows import Rows


class RegisterFolds:
    @on(Programme.Registered)
    def _programme_registered(
        self, recorded: Recorded, event: Programme.Registered, rows: Rows
    ) -> None:
        facts = event.facts
        rows.add(
            NamedProgramme(
                id=recorded.stream_id, code=event.code, name=facts.name, fund=facts.fund.value
            )
        )

    @on(Programme.Corrected)
    def _programme_corrected(
        self, recorded: Recorded, event: Programme.Corrected, rows: Rows
    ) -> None:
        programme = rows.change(NamedProgramme, recorded.stream_id)
        programme.name, programme.fund = event.facts.name, event.facts.fund.value
        for row in rows.each(InitiativeRow, "programme_id", programme.id):
            row.programme = programme.brief()

    @on(FundingCall.Announced)
    def _call_announced(self, recorded: Recorded, event: FundingCall.Announced, rows: Rows) -> None:
        rows.add(
            NamedCall(
                id=recorded.stream_id,
                programme_id=event.programme_id,
                number=event.terms.number,
                title=event.terms.title,
                closes_on=last_day(event.terms.closes_at),
            )
        )

    @on(FundingCall.DatesMoved)
    def _call_moved(self, recorded: Recorded, event: FundingCall.DatesMoved, rows: Rows) -> None:
        call = rows.change(NamedCall, recorded.stream_id)
        call.closes_on = last_day(event.closes_at)
        move_call_deadlines(recorded, call, rows)

    @on(FundingCall.Corrected)
    def _call_corrected(self, recorded: Recorded, event: FundingCall.Corrected, rows: Rows) -> None:
        terms: CallTerms = event.terms
        call = rows.change(NamedCall, recorded.stream_id)
        call.number, call.title = terms.number, terms.title
        for row in rows.each(InitiativeRow, "call_id", call.id):
            row.call = call.brief()
        retitle_call_deadlines(recorded, call, rows)
