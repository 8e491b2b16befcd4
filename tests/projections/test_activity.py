"""The timeline: every event told or left out on purpose, and nobody told too much."""

from domain.aggregate import EVENT_TYPES
from projections.activity import KINDS, UNTOLD
from tests.api import common_space
from tests.network import OPOCZNO, network
from tests.readmodels import assert_equals_rebuilt


def test_every_event_is_told_or_left_out_on_purpose() -> None:
    aggregates = {
        name.split(".")[0]
        for name, event in EVENT_TYPES.items()
        if event.__module__.startswith("domain.")
    }
    assert aggregates == set(KINDS) | UNTOLD
    assert not set(KINDS) & UNTOLD


def test_public_is_told_of_what_is_public(database_url: str) -> None:
    with network(database_url) as net:
        common_space.fill(net)
        draft = net.draft("Szkic").stream_id
        net.published("Nowy most", tags=("drogi",))
        net.project()
        told = {
            kind
            for (kind,) in net.rows(
                "SELECT type FROM read_activity.activity WHERE visibility = 'PUBLIC'"
            )
        }
        assert "NewsItem.Published" in told
        assert "Meeting.MinutesPublished" in told
        assert "Municipality.OfficeTaken" in told
        assert "ModelSolution.VersionReleased" in told
        hidden = {
            "NewsItem.Drafted",
            "Practice.Drafted",
            "Question.Asked",
            "Meeting.AgendaItemAdded",
        }
        assert not told & (hidden | {"Meeting.MinutesSectionAdded", "ModelSolution.SectionAdded"})
        assert net.rows(
            "SELECT visibility, title FROM read_activity.activity WHERE subject_id = %s", draft
        ) == [("OWN", "Szkic")]
        assert net.rows(
            "SELECT title, topics FROM read_activity.activity WHERE type = 'NewsItem.Published'"
        ) == [("Nowy most", ["drogi"])]
        assert_equals_rebuilt(net, "activity")


def test_retracted_news_leaves_no_title_in_the_timeline(database_url: str) -> None:
    with network(database_url) as net:
        net.register(OPOCZNO)
        item = net.published("Nowy most").stream_id
        net.project()
        net.retract(item)
        net.project()
        assert net.rows(
            "SELECT type, title FROM read_activity.activity WHERE subject_id = %s ORDER BY place",
            item,
        ) == [
            ("NewsItem.Drafted", None),
            ("NewsItem.Published", None),
            ("NewsItem.Retracted", None),
        ]


def test_who_is_invited_later_is_told_of_what_was_before(database_url: str) -> None:
    with network(database_url) as net:
        common_space.fill(net)
        net.project()
        assert net.rows(
            "SELECT DISTINCT participants FROM read_activity.activity "
            "WHERE type = 'Meeting.AgendaItemAdded' AND title <> 'Spotkanie planned'"
        ) == [(["100101", OPOCZNO],)]
