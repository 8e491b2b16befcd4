"""The past that is kept is what the log says it was."""

from collections.abc import Iterator

import pytest

from domain.initiatives.states import InitiativeState
from tests.funds import Funds, funds
from tests.pasts import assert_known_is_every_prefix


@pytest.fixture
def given(database_url: str) -> Iterator[Funds]:
    with funds(database_url) as found:
        yield found


def test_initiatives_of_every_state_were_known_as_each_prefix_says(given: Funds) -> None:
    for state in InitiativeState:
        if state in PATHS_TRIED:
            given.reached(state)
    assert_known_is_every_prefix(given.net, "initiatives")


PATHS_TRIED = (InitiativeState.DURABILITY, InitiativeState.PROTEST_FILED)
