"""What did we know then, and what was true then: two questions with different answers."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from domain.cooperation import Cooperation
from domain.municipalities import Municipality, Population, RecordPopulation, RenameMunicipality
from domain.municipalities import municipality_id as municipality
from domain.news import NewsItem, NewsState
from domain.roles import OPERATOR
from infra.event_store import PostgresEventStore
from infra.history import Entry, history, known_at, state, true_on
from tests.domain.texts import PlainTexts
from tests.network import OPOCZNO, Network, network

MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
ID = municipality(OPOCZNO)


def test_history_has_every_event_with_its_envelope(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        item = net.draft("Nowy most").stream_id
        published = net.publish(item, date(2025, 8, 13))
        drafted, out = history(net.connection, item)

        assert [drafted.version, out.version] == [1, 2]
        assert (out.type, out.schema_version, out.position) == (
            "NewsItem.Published",
            1,
            published.position,
        )
        assert (out.actor, out.on_behalf_of, out.effective_on) == (
            "operator",
            None,
            date(2025, 8, 13),
        )
        assert out.command_id == out.causation_id == out.correlation_id
        assert out.id != drafted.id
        assert isinstance(drafted.event, NewsItem.Drafted)
        assert drafted.event.text.title == "Nowy most"
        assert history(net.connection, uuid4()) == []


def test_state_of_now_is_what_the_store_loads(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        item = net.published("Nowy most").stream_id
        net.correct(item, "Most otwarty")
        net.retract(item)
        loaded = PostgresEventStore(net.pool, lambda _: None).load(NewsItem, item)
        assert state(NewsItem, history(net.connection, item)) == loaded
        assert state(Municipality, history(net.connection, item)) is None


def test_known_and_true_are_two_questions(database_url: str) -> None:
    """Renamed on 1 March, which we learned on 10 March."""
    with network(database_url) as net:
        at(net, MARCH - timedelta(days=30)).register()
        rename(at(net, MARCH + timedelta(days=9)), "Nowe Opoczno", date(2026, 3, 1))
        entries = history(net.connection, ID)

        assert name(known_at(entries, MARCH + timedelta(days=8))) == "Opoczno"
        assert name(known_at(entries, MARCH + timedelta(days=9))) == "Nowe Opoczno"
        assert name(true_on(entries, date(2026, 2, 28))) == "Opoczno"
        assert name(true_on(entries, date(2026, 3, 1))) == "Nowe Opoczno"
        both = true_on(known_at(entries, MARCH + timedelta(days=8)), date(2026, 3, 5))
        assert name(both) == "Opoczno", "what on the 9th we took to be true on the 5th"
        assert known_at(entries, MARCH - timedelta(days=31)) == []
        assert state(Municipality, []) is None


def test_later_of_two_facts_of_one_day_holds(database_url: str) -> None:
    with network(database_url) as net:
        at(net, MARCH).register()
        rename(net, "Pomyłka", date(2026, 3, 1))
        rename(net, "Poprawka", date(2026, 3, 1))
        assert name(true_on(history(net.connection, ID), date(2026, 3, 1))) == "Poprawka"


def test_news_was_out_on_its_date_of_publication_though_drafted_later(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        item = net.published().stream_id
        day_after = state(NewsItem, true_on(history(net.connection, item), date(2025, 8, 14)))
        assert day_after is not None
        assert day_after.state is NewsState.PUBLISHED
        assert true_on(history(net.connection, item), date(2025, 8, 12)) == []


def test_population_is_that_of_the_year_that_is_asked_for(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        for year, count in ((2024, 33_000), (2022, 34_000), (2023, 33_500)):
            population = Population(count, year, "GUS")
            net.give(RecordPopulation(command_id=uuid4(), terc=OPOCZNO, population=population))
        entries = history(net.connection, ID)
        found = [state(Municipality, true_on(entries, date(year, 12, 31))) for year in (2022, 2023)]
        assert [m.facts.population for m in found if m] == [
            Population(34_000, 2022, "GUS"),
            Population(33_500, 2023, "GUS"),
        ]
        assert true_on(entries, date(2021, 12, 31)) == []
        recorded_last = state(Municipality, entries)
        assert recorded_last is not None
        assert recorded_last.facts.population == Population(33_500, 2023, "GUS")


def test_event_recorded_by_a_clock_that_is_behind_was_known_with_what_builds_on_it(
    database_url: str,
) -> None:
    with network(database_url) as net:
        at(net, MARCH).register()
        rename(at(net, MARCH + timedelta(hours=2)), "Drugie", date(2026, 3, 1))
        rename(at(net, MARCH + timedelta(hours=1)), "Trzecie", date(2026, 3, 1))
        entries = known_at(history(net.connection, ID), MARCH + timedelta(hours=1))
        assert [entry.version for entry in entries] == [1, 2, 3]


def test_event_that_came_true_before_what_it_rests_on_is_folded_behind_it(
    database_url: str,
) -> None:
    with network(database_url) as net:
        net.register()
        rename(net, "Nowe Opoczno", date(2024, 1, 1))
        begun, renamed = history(net.connection, ID)
        assert name([renamed, begun]) == "Nowe Opoczno"
        with pytest.raises(AssertionError):
            state(Municipality, [renamed])


def at(net: Network, moment: datetime) -> Network:
    """The same network, whose clock stands at that moment."""
    store = PostgresEventStore(net.pool, announce=lambda _position: None)
    net.cooperation = Cooperation(store, PlainTexts(), now=lambda: moment)
    return net


def rename(net: Network, name: str, on: date) -> None:
    command = RenameMunicipality(command_id=uuid4(), terc=OPOCZNO, name=name, effective_on=on)
    net.give(command, OPERATOR)


def name(entries: list[Entry]) -> str:
    found = state(Municipality, entries)
    assert found is not None
    return found.facts.name
