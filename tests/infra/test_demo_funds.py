"""The demo's initiatives: something true to show in every state that matters, and loading twice changes nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.cooperation import Cooperation
from infra import demo
from infra.event_store import PostgresEventStore
from infra.texts import PolishTexts
from tests.network import VAULT, Network, network

MONEY = "SELECT i.state, i.requested, i.granted, i.paid FROM read_initiatives.initiatives i WHERE title LIKE 'Stacja%%'"


def loaded(net: Network, at: datetime) -> int:
    store = PostgresEventStore(net.pool, announce=lambda _position: None, vault=VAULT)
    return demo.load(Cooperation(store, PolishTexts(net.pool), now=lambda: at))


def test_demo_has_initiatives_in_many_states_and_is_loaded_once(database_url: str) -> None:
    at = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)
    with network(database_url) as net:
        loaded(net, at)
        stored = net.value("SELECT count(*) FROM events")
        loaded(net, at + timedelta(days=3))
        assert net.value("SELECT count(*) FROM events") == stored
        net.project()

        states = [
            state
            for (state,) in net.rows(
                "SELECT DISTINCT state FROM read_initiatives.initiatives ORDER BY 1"
            )
        ]
        assert states == [
            "CLOSED", "CORRECTION_REQUESTED", "DURABILITY", "IDEA", "IN_IMPLEMENTATION", "IN_PREPARATION",
            "MERIT_ASSESSMENT", "NOT_FUNDED", "PARTNERSHIP_BUILDING", "PROTEST_FILED", "REJECTED", "SELECTED",
            "SUBMITTED", "TERMINATED", "WITHDRAWN",
        ]  # fmt: skip
        public = "SELECT count(*) FROM read_initiatives.initiatives WHERE visibility = 'PUBLIC'"
        assert net.value(public) >= 4
        unmarked = (
            "SELECT title FROM read_initiatives.initiatives WHERE title NOT LIKE '%%(przykład)'"
        )
        assert net.rows(unmarked) == []
        assert net.value("SELECT count(*) FROM parked_events") == 0


def test_main_story_balances_to_the_grosz(database_url: str) -> None:
    with network(database_url) as net:
        loaded(net, datetime(2026, 11, 24, 10, 0, tzinfo=UTC))
        net.project()
        budget: Any = net.value(
            "SELECT partners FROM read_initiatives.budgets b JOIN read_initiatives.initiatives i "
            "ON i.budget_id = b.id WHERE i.title LIKE 'Stacja%%'"
        )
        assert len(budget) == 5
        for partner in budget:
            paid = partner["grant"] + partner["ownPublic"] + partner["ownPrivate"]
            assert partner["eligible"] == paid
            assert partner["grant"] * 10_000 <= partner["eligible"] * 8_500
        state, requested, granted, paid = net.rows(MONEY)[0]
        assert state == "IN_IMPLEMENTATION"
        assert requested == sum(partner["grant"] for partner in budget)
        assert granted == requested - 10_000_000
        assert paid == 21_250_000
