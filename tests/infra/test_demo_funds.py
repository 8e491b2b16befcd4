"""The demo's initiatives: something true to show in every state that matters."""

from typing import Any

from tests.network import Network

MONEY = "SELECT i.state, i.requested, i.granted, i.paid FROM read_initiatives.initiatives i WHERE title LIKE 'Stacja%%'"


def test_demo_has_initiatives_in_many_states(demo_network: Network) -> None:
    states = [
        state
        for (state,) in demo_network.rows(
            "SELECT DISTINCT state FROM read_initiatives.initiatives ORDER BY 1"
        )
    ]
    assert states == [
        "CLOSED", "CORRECTION_REQUESTED", "DURABILITY", "IDEA", "IN_IMPLEMENTATION", "IN_PREPARATION",
        "MERIT_ASSESSMENT", "NOT_FUNDED", "PARTNERSHIP_BUILDING", "PROTEST_FILED", "REJECTED", "SELECTED",
        "SUBMITTED", "TERMINATED", "WITHDRAWN",
    ]  # fmt: skip
    public = "SELECT count(*) FROM read_initiatives.initiatives WHERE visibility = 'PUBLIC'"
    assert demo_network.value(public) >= 4
    unmarked = "SELECT title FROM read_initiatives.initiatives WHERE title NOT LIKE '%%(przykład)'"
    assert demo_network.rows(unmarked) == []
    assert demo_network.value("SELECT count(*) FROM parked_events") == 0


def test_main_story_balances_to_the_grosz(demo_network: Network) -> None:
    budget: Any = demo_network.value(
        "SELECT partners FROM read_initiatives.budgets b JOIN read_initiatives.initiatives i "
        "ON i.budget_id = b.id WHERE i.title LIKE 'Stacja%%'"
    )
    assert len(budget) == 5
    for partner in budget:
        paid = partner["grant"] + partner["ownPublic"] + partner["ownPrivate"]
        assert partner["eligible"] == paid
        assert partner["grant"] * 10_000 <= partner["eligible"] * 8_500
    state, requested, granted, paid = demo_network.rows(MONEY)[0]
    assert state == "IN_IMPLEMENTATION"
    assert requested == sum(partner["grant"] for partner in budget)
    assert granted == requested - 10_000_000
    assert paid == 21_250_000
