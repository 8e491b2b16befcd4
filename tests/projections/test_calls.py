"""The read model of programmes and calls."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from domain.calls.call import CorrectCall, KeepCallInTime, MoveCallDates
from domain.calls.interest import DeclareInterest, WithdrawInterest
from domain.calls.programme import CorrectProgramme, Fund, ProgrammeFacts
from domain.calls.terms import CostCategory, FlatRate
from domain.municipalities import RenameMunicipality
from projections.calls import CallsProjection
from tests.funds import Funds, funds, official
from tests.network import OPOCZNO

CALLS = "read_calls.calls"


def test_call_stands_in_its_read_model(database_url: str) -> None:
    with funds(database_url) as given:
        flat = FlatRate(CostCategory.OFFICE_AND_ADMINISTRATION, 1_500, (CostCategory.STAFF,))
        given.announce(number="FS.1/26", flat_rates=(flat,), durability_years=None)
        given.net.project()

        query = (
            f"SELECT state, number, title_search, closes_on, allocation, max_rate, territories, flat_rates, "
            f"durability_years, programme->>'name', programme->>'fund', version FROM {CALLS}"
        )
        assert given.net.rows(query) == [
            (
                "OPEN",
                "FS.1/26",
                "fs.1/26 wspolne przestrzenie",
                date(2027, 1, 1),
                5_000_000_000,
                8_500,
                ["10"],
                [{"category": "OFFICE_AND_ADMINISTRATION", "maxRate": 1_500, "bases": ["STAFF"]}],
                None,
                "Fundusz Sąsiedzki",
                "EU",
                2,
            )
        ]


def test_call_that_closes_at_polish_midnight_takes_its_last_application_the_day_before(
    database_url: str,
) -> None:
    with funds(database_url) as given:
        given.announce(closes_at=datetime(2026, 6, 30, 22, 0, tzinfo=UTC))
        given.net.project()
        assert given.net.value(f"SELECT closes_on FROM {CALLS}") == date(2026, 6, 30)


def story(given: Funds) -> Any:
    call = given.announce(number="FS.2/26")
    known = given.call(call).terms
    move = MoveCallDates(
        command_id=uuid4(),
        call_id=call,
        opens_at=known.opens_at,
        closes_at=datetime(2027, 3, 1, tzinfo=UTC),
        reason="Przedłużenie",
    )
    given.give(move)
    given.give(CorrectCall(command_id=uuid4(), call_id=call, terms=replace(known, allocation=1)))
    facts = ProgrammeFacts("Fundusz II", Fund.NATIONAL, 2021, 2029, "Ministerstwo")
    correct: Any = {"programme_id": given.programme, "facts": facts, "reason": "Zmiana"}
    given.give(CorrectProgramme(command_id=uuid4(), **correct))
    declare: Any = {"call_id": call, "municipality": OPOCZNO}
    given.give(DeclareInterest(command_id=uuid4(), **declare, offer="Szukamy"), official(OPOCZNO))
    renamed: Any = {"name": "Opoczno Nowe", "effective_on": date(2026, 1, 1)}
    given.give(RenameMunicipality(command_id=uuid4(), terc=OPOCZNO, **renamed))
    return declare


def test_moved_dates_corrections_and_names_show(database_url: str) -> None:
    with funds(database_url) as given:
        declare = story(given)
        given.net.project()

        query = f"SELECT closes_on, allocation, programme->>'name' FROM {CALLS}"
        assert given.net.rows(query) == [(date(2027, 3, 1), 1, "Fundusz II")]
        moves = "SELECT recorded_at, opens_at, closes_at, reason FROM read_calls.moves"
        opens, closed = (
            given.call(declare["call_id"]).terms.opens_at,
            datetime(2027, 1, 1, tzinfo=UTC),
        )
        assert given.net.rows(moves) == [(given.now, opens, closed, "Przedłużenie")]
        interests = "SELECT municipality->>'name', offer, withdrawn FROM read_calls.interests"
        assert given.net.rows(interests) == [("Opoczno Nowe", "Szukamy", False)]
        given.give(WithdrawInterest(command_id=uuid4(), **declare), official(OPOCZNO))
        given.net.project()
        assert given.net.rows(interests) == [("Opoczno Nowe", "Szukamy", True)]


def test_call_closes_in_the_read_model_when_its_time_has_come(database_url: str) -> None:
    with funds(database_url) as given:
        call = given.announce()
        given.later(400)
        given.give(KeepCallInTime(command_id=uuid4(), call_id=call))
        given.net.project()
        assert given.net.value(f"SELECT state FROM {CALLS}") == "CLOSED"


def test_rebuild_gives_the_same_rows(database_url: str) -> None:
    def dump(given: Funds) -> Any:
        return [
            given.net.rows(f"SELECT * FROM read_calls.{row.table} AS t ORDER BY t::text")
            for row in CallsProjection.rows
        ]

    with funds(database_url) as given:
        story(given)
        given.net.project()
        before = dump(given)
        given.net.connection.execute("DROP SCHEMA read_calls CASCADE")
        given.net.project()
        assert dump(given) == before
