"""The demo's meeting of 12 August 2025, as anyone may read it."""

from datetime import UTC, datetime

from domain.cooperation import Cooperation
from infra import demo
from infra.event_store import PostgresEventStore
from infra.texts import PolishTexts
from tests.network import VAULT, Network, network

MEETING = "SELECT id FROM read_meetings.meetings WHERE held_on = '2025-08-12'"


def loaded(net: Network) -> None:
    store = PostgresEventStore(net.pool, announce=lambda _position: None, vault=VAULT)
    now = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    demo.load(Cooperation(store, PolishTexts(net.pool), now=lambda: now))


def test_meeting_is_recorded_on_the_13th_and_true_on_the_12th(database_url: str) -> None:
    with network(database_url) as net:
        loaded(net)
        stored = net.value("SELECT count(*) FROM events")
        loaded(net)
        assert net.value("SELECT count(*) FROM events") == stored
        net.project()
        assert net.rows(
            "SELECT host->>'name', invited->0->>'name', state, visibility FROM read_meetings.meetings"
        ) == [("Bełchatów", "Opoczno", "MINUTES_PUBLISHED", "PUBLIC")]
        assert net.rows(
            "SELECT name, office, municipality->>'name' FROM read_meetings.guests ORDER BY place"
        ) == [
            ("Michał Konecki", "Burmistrz Opoczna", "Opoczno"),
            ("Jan Zięba", "Zastępca Burmistrza", "Opoczno"),
            ("Patryk Marjan", "Prezydent Bełchatowa", "Bełchatów"),
            ("Wojciech Piasecki", "Wiceprezydent", "Bełchatów"),
        ]
        assert net.value("SELECT count(*) FROM read_meetings.decisions") == 3
        assert net.rows(
            "SELECT effective_on::text, (recorded_at AT TIME ZONE 'Europe/Warsaw')::date::text "
            "FROM events WHERE type = 'Meeting.Held'"
        ) == [("2025-08-12", "2025-08-13")]


def test_who_was_mayor_of_opoczno_on_that_day(database_url: str) -> None:
    with network(database_url) as net:
        loaded(net)
        net.project()
        assert net.rows(
            "SELECT name, title, since_known FROM read_municipalities.office_holders "
            "WHERE terc = '100704' AND office = 'HEAD' AND since <= '2025-08-12' "
            "AND (until IS NULL OR until > '2025-08-12')"
        ) == [("Michał Konecki", "BURMISTRZ", False)]
