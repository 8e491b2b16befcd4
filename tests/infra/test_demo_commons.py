"""What the demo's towns share: every state has something true to show, and every loading ends the same."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

import pytest

from domain.meetings import MeetingState
from domain.municipalities import SuspendMember
from domain.practices import AdoptionState, PracticeState, SolutionState
from domain.questions import QuestionState
from infra import demo
from infra.demo.telling import Outcome, Telling, in_order_of_time
from tests.infra.demos import NOW, door
from tests.network import Network, network

STATES: dict[str, type[StrEnum]] = {
    "read_meetings.meetings": MeetingState,
    "read_practices.practices": PracticeState,
    "read_practices.adoptions": AdoptionState,
    "read_practices.solutions": SolutionState,
    "read_questions.questions": QuestionState,
}


def states(net: Network, table: str) -> set[str]:
    return {state for (state,) in net.rows(f"SELECT DISTINCT state FROM {table}")}


def test_demo_has_something_in_every_state(demo_network: Network) -> None:
    for table, every in STATES.items():
        assert states(demo_network, table) == set(every), table
    assert states(demo_network, "read_meetings.action_items") == {"OPEN", "DONE", "DROPPED"}
    assert demo_network.value("SELECT max(number) FROM read_practices.solutions") == 3
    assert demo_network.value("SELECT count(*) FROM parked_events") == 0


def test_so_it_has_on_another_day_and_loading_again_adds_nothing(database_url: str) -> None:
    day = datetime(2027, 4, 2, 23, 30, tzinfo=UTC)
    with network(database_url) as net:
        assert demo.load(door(net, day)).refused == []
        stored = net.value("SELECT count(*) FROM events")
        assert demo.load(door(net, day + timedelta(days=90))).refused == []
        assert net.value("SELECT count(*) FROM events") == stored
        net.project()
        for table, every in STATES.items():
            assert states(net, table) == set(every), table


def test_demo_has_a_portal_that_is_admitted_and_one_that_waits(demo_network: Network) -> None:
    assert demo_network.rows(
        "SELECT state, scopes, requests_per_minute, (SELECT count(*) FROM read_portals.keys k "
        "WHERE k.portal_id = p.id) FROM read_portals.portals p ORDER BY state"
    ) == [("ACTIVE", ["CHANGES", "READ_PUBLIC"], 300, 1), ("REGISTERED", [], None, 0)]
    assert demo_network.value("SELECT count(*) FROM portal_keys") == 0
    assert demo_network.value("SELECT count(*) FROM read_portals.webhooks") == 0
    unmarked = "SELECT name FROM read_portals.portals WHERE name NOT LIKE '%%(przykład)'"
    assert demo_network.rows(unmarked) == []


def test_what_the_demo_made_up_says_so(demo_network: Network) -> None:
    for table in (
        "read_practices.practices", "read_practices.solutions", "read_questions.questions",
        "read_meetings.series",
    ):  # fmt: skip
        unmarked = f"SELECT title FROM {table} WHERE title NOT LIKE '%%(przykład)'"
        assert demo_network.rows(unmarked) == [], table
    meetings = (
        "SELECT held_on::text FROM read_meetings.meetings WHERE title NOT LIKE '%%(przykład)'"
    )
    assert demo_network.rows(meetings) == [("2025-08-12",)]


def test_log_tells_it_in_the_order_of_time(demo_network: Network) -> None:
    recorded = demo_network.rows(
        "SELECT recorded_at FROM events WHERE position > (SELECT max(position) FROM events "
        "WHERE type = 'Municipality.Admitted') ORDER BY position"
    )
    assert recorded == sorted(recorded)
    assert max(recorded)[0] <= NOW


def loaded_until(net: Network, half: int) -> None:
    def stop(done: int, _all: int) -> None:
        if done == half:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.load(door(net), stop)


def test_half_a_loading_is_made_up_for_by_the_next(database_url: str) -> None:
    with network(database_url) as net:
        loaded_until(net, 300)
        half = net.events()
        assert demo.load(door(net, NOW + timedelta(days=1))).refused == []
        whole = net.events()
        assert whole[: len(half)] == half
        last = net.value("SELECT max(position) FROM events")
        assert demo.load(door(net)) == Outcome(last, [])
        assert net.events() == whole


def test_what_no_longer_fits_is_left_out_and_told(database_url: str) -> None:
    """A network that went its own way since keeps it."""
    with network(database_url) as net:
        loaded_until(net, 60)
        net.give(SuspendMember(command_id=uuid4(), terc="100108", reason="Na własną prośbę."))
        outcome = demo.load(door(net))
        assert "not_a_member" in {refusal.code for refusal in outcome.refused}
        net.project()
        owners = net.rows("SELECT owner_terc, count(*) FROM read_practices.practices GROUP BY 1")
        assert "100108" not in dict(owners)
        assert sum(dict(owners).values()) == 11


def test_what_has_no_time_comes_last() -> None:
    telling = Telling(UUID(int=0), NOW.date())
    for hour in (2, None, 1):
        at = None if hour is None else telling.moment(0, hour)
        telling.add(SuspendMember(command_id=uuid4(), terc="100108", reason="Próba."), at=at)
    times = [one.at for one in in_order_of_time(telling.told)]
    assert times == [telling.moment(0, 1), telling.moment(0, 2), None]
