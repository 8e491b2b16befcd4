"""The past that is kept is what the log says it was, in the order of knowing and in that of coming true."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.calls.call import MoveCallDates
from domain.initiatives.commands import implementation, timeplan
from domain.initiatives.initiative import Initiative
from domain.initiatives.states import InitiativeState
from domain.municipalities import (
    Municipality,
    Population,
    RecordPopulation,
    RenameMunicipality,
    municipality_id,
)
from infra.history import Asked, history, known_at, state, told, true_on
from infra.log import EventLog
from projections.registry import PROJECTIONS
from projections.schema import create, drop
from projections.worker import ProjectionWorker
from tests.funds import Funds, funds
from tests.network import BELCHATOW
from tests.pasts import assert_known_is_every_prefix

FIRST = date(2025, 1, 1)
YEARS = st.integers(2015, 2025)
_numbers = count(100_100)


@pytest.fixture
def funded(database_url: str) -> Iterator[Funds]:
    with funds(database_url) as found:
        yield found


def test_initiatives_of_many_states_were_known_as_each_prefix_says(funded: Funds) -> None:
    for last in (InitiativeState.DURABILITY, InitiativeState.PROTEST_FILED):
        funded.reached(last)
    corrected = funded.reached(InitiativeState.MERIT_ASSESSMENT)
    facts = {"state": InitiativeState.SUBMITTED, "reason": "Inny wniosek"}
    funded.order(implementation.CorrectStatus, corrected, **facts)
    rename: dict[str, Any] = {"terc": BELCHATOW, "name": "Nowy Bełchatów", "effective_on": FIRST}
    funded.give(RenameMunicipality(command_id=uuid4(), **rename))
    funded.order(timeplan.SetMilestone, corrected, title="Odbiór", due_on=date(2027, 1, 1))
    assert_known_is_every_prefix(funded.net, "initiatives", every=4)


def test_what_other_streams_tell_reaches_the_past_of_who_shows_it(funded: Funds) -> None:
    found = funded.partnership()
    before = funded.net.value("SELECT max(position) FROM events")
    call = funded.initiative(found).call_id
    assert call is not None
    moved: dict[str, Any] = {
        "opens_at": datetime(2026, 1, 1, tzinfo=UTC),
        "closes_at": funded.now + timedelta(days=60),
        "reason": "Wniosek gmin",
    }
    funded.give(MoveCallDates(command_id=uuid4(), call_id=call, **moved))
    funded.net.project()
    due = (
        "SELECT known_from > %s, known_until > 2^61 FROM read_past_initiatives.deadlines "
        "WHERE axis = %s ORDER BY 1"
    )
    for axis in ("KNOWN", "TRUE"):
        assert funded.net.rows(due, before, axis)[-1] == (True, True)


def test_true_population_is_that_which_the_aggregate_comes_to(funded: Funds) -> None:
    """Whatever is written down in whichever order: the end of the year that was counted in decides."""

    @given(
        counted=st.lists(st.tuples(YEARS, st.integers(1, 4)), min_size=1, max_size=6),
        asked=st.lists(st.tuples(st.integers(0, 6), YEARS), min_size=2, max_size=5),
    )
    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def agree(counted: list[tuple[int, int]], asked: list[tuple[int, int]]) -> None:
        terc = str(next(_numbers))
        funded.net.register(terc)
        moments = [funded.now]
        for year, inhabitants in counted:
            funded.now += timedelta(seconds=1)
            people = Population(inhabitants, year, "GUS")
            funded.give(RecordPopulation(command_id=uuid4(), terc=terc, population=people))
            moments.append(funded.now)
        funded.net.project()
        for number, year in asked:
            moment = moments[min(number, len(moments) - 1)]
            for day in (date(year, 12, 30), date(year, 12, 31)):
                _compare_population(funded, terc, moment, day)

    agree()


def _compare_population(funded: Funds, terc: str, moment: datetime, day: date) -> None:
    stream = municipality_id(terc)
    entries = known_at(history(funded.net.connection, stream), moment)
    found = state(Municipality, true_on(entries, day))
    counted = found.facts.population if found else None
    rows = funded.net.rows(
        "SELECT population, population_year FROM read_past_municipalities.municipalities "
        "WHERE id = %s AND axis = 'TRUE' AND true_from <= %s AND true_until > %s "
        "AND known_from <= %s AND known_until > %s",
        stream, day, day, entries[-1].position, entries[-1].position,
    )  # fmt: skip
    assert rows == [(counted.count, counted.year) if counted else (None, None)]


def test_true_state_of_an_initiative_is_the_aggregates(funded: Funds) -> None:
    """Each step a day after the one before, each recorded three days late."""
    found = funded.reached(InitiativeState.DURABILITY)
    funded.net.project()
    entries = history(funded.net.connection, found)
    days = sorted({entry.effective_on for entry in entries})
    for day in [days[0] - timedelta(days=1), *days]:
        then = state(Initiative, true_on(entries, day))
        rows = funded.net.rows(
            "SELECT state FROM read_past_initiatives.initiatives WHERE id = %s AND axis = 'TRUE' "
            "AND true_from <= %s AND true_until > %s AND known_until > 2^61",
            found, day, day,
        )  # fmt: skip
        assert rows == ([] if then is None else [(then.state.value,)])


def test_each_columns_cause_is_where_its_value_last_changed(funded: Funds) -> None:
    """Against the plainest of oracles: the row of every prefix, compared with the one before."""
    found = funded.reached(InitiativeState.DURABILITY)
    projection = PROJECTIONS["initiatives"]
    log, connection = EventLog(), funded.net.connection
    positions = [entry.position for entry in history(connection, found)]
    expected: dict[str, int] = {}
    before: Any = None
    for position in positions:
        row = _row(told(connection, log, Asked(projection, position), found).rows, found)
        for name in row.__struct_fields__:
            if before is None or getattr(before, name) != getattr(row, name):
                expected[name] = position
        before = row
    causes = told(connection, log, Asked(projection), found).causes
    (named,) = (each for (kind, _), each in causes.items() if kind is type(before))
    assert {name: by.position for name, by in named.items()} == expected


def _row(rows: Any, stream_id: UUID) -> Any:
    return next(
        row
        for (kind, key), row in rows.items()
        if kind.table == "initiatives" and key == (stream_id,)
    )


def test_only_what_an_event_changes_is_kept_anew(funded: Funds) -> None:
    """Counted at the end of a year before it joined: one stretch as known; and of what was true, the time
    before that day, the time until it joined, and the time since."""
    tables = ("facts", "municipalities")
    count_rows = "SELECT count(*) FROM read_past_municipalities.{}"
    funded.net.project()
    before = [funded.net.value(count_rows.format(table)) for table in tables]
    people = Population(10_000, 2025, "GUS")
    funded.give(RecordPopulation(command_id=uuid4(), terc=BELCHATOW, population=people))
    funded.net.project()
    after = [funded.net.value(count_rows.format(table)) for table in tables]
    assert [now - then for now, then in zip(after, before, strict=True)] == [0, 4]


def test_batches_of_any_size_keep_the_same_past(funded: Funds) -> None:
    funded.reached(InitiativeState.SELECTED)
    funded.net.project()
    kept = (
        "SELECT stream_id, axis, known_from, known_until, true_from, true_until, title, state "
        "FROM {}.initiatives ORDER BY 1, 2, 3, 5"
    )
    before = funded.net.rows(kept.format("read_past_initiatives"))
    for batch in (1, 7):
        with funded.net.connection.transaction():
            drop(funded.net.connection, "read_again")
            create(funded.net.connection, PROJECTIONS["past_initiatives"], "read_again")
        worker = ProjectionWorker(
            PROJECTIONS["past_initiatives"], EventLog(), schema="read_again", batch=batch
        )
        worker.catch_up(funded.net.connection)
        assert funded.net.rows(kept.format("read_again")) == before
