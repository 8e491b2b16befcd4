"""The demo's meeting of 12 August 2025, as anyone may read it."""

from tests.network import Network

MEETING = "SELECT id FROM read_meetings.meetings WHERE held_on = '2025-08-12'"


def test_meeting_is_recorded_on_the_13th_and_true_on_the_12th(demo_network: Network) -> None:
    assert demo_network.rows(
        "SELECT host->>'name', invited->0->>'name', state, visibility FROM read_meetings.meetings "
        "WHERE id = %s",
        demo_network.value(MEETING),
    ) == [("Bełchatów", "Opoczno", "MINUTES_PUBLISHED", "PUBLIC")]
    assert demo_network.rows(
        "SELECT name, office, municipality->>'name' FROM read_meetings.guests "
        "WHERE meeting_id = %s ORDER BY place",
        demo_network.value(MEETING),
    ) == [
        ("Michał Konecki", "Burmistrz Opoczna", "Opoczno"),
        ("Jan Zięba", "Zastępca Burmistrza", "Opoczno"),
        ("Patryk Marjan", "Prezydent Bełchatowa", "Bełchatów"),
        ("Wojciech Piasecki", "Wiceprezydent", "Bełchatów"),
    ]
    decided = "SELECT count(*) FROM read_meetings.decisions WHERE meeting_id = %s"
    assert demo_network.value(decided, demo_network.value(MEETING)) == 3
    assert demo_network.rows(
        "SELECT effective_on::text, (recorded_at AT TIME ZONE 'Europe/Warsaw')::date::text "
        "FROM events WHERE type = 'Meeting.Held' AND stream_id = %s",
        demo_network.value(MEETING),
    ) == [("2025-08-12", "2025-08-13")]


def test_who_was_mayor_of_opoczno_on_that_day(demo_network: Network) -> None:
    assert demo_network.rows(
        "SELECT name, title, since_known FROM read_municipalities.office_holders "
        "WHERE terc = '100704' AND office = 'HEAD' AND since <= '2025-08-12' "
        "AND (until IS NULL OR until > '2025-08-12')"
    ) == [("Michał Konecki", "BURMISTRZ", False)]
