"""The timeline: every event told or left out on purpose, and nobody told too much."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.aggregate import EVENT_TYPES
from domain.calls.call import MoveCallDates
from domain.following import Follow, NothingToFollow, Sort
from domain.initiatives.commands import consortium, proposal, records
from domain.municipalities import SuspendMember
from domain.practices import DraftPractice, PracticeText, ReturnPractice, SubmitPractice
from domain.roles import Actor, Role
from domain.values import Terc
from domain.visibility import Level, audience_of, may_see
from projections.activity import KINDS, UNTOLD
from tests.api import common_space
from tests.funds import funds
from tests.funds import official as given_official
from tests.network import BELCHATOW, OPOCZNO, TOMASZOW, Network, network, official
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
        ) == [([BELCHATOW, OPOCZNO],), ([BELCHATOW, OPOCZNO, TOMASZOW],)]


# Where a feature keeps what the timeline has to know of it: the rules are two, the visibility is one.
FEATURES = {
    "Meeting": "read_meetings.meetings",
    "MeetingSeries": "read_meetings.series",
    "Practice": "read_practices.practices",
    "ModelSolution": "read_practices.solutions",
    "Adoption": "read_practices.adoptions",
    "Question": "read_questions.questions",
    "Initiative": "read_initiatives.initiatives",
}


def shown(net: Network, table: str, where: str = "true") -> list[Any]:
    query = (
        f"SELECT id, visibility, owner_terc, participants FROM {table} WHERE {where} ORDER BY id"
    )
    return [(*row[:3], sorted(row[3])) for row in net.rows(query)]


def test_timeline_knows_who_may_see_what_just_as_each_feature_does(database_url: str) -> None:
    with funds(database_url) as given:
        common_space.share(given.net)
        practice = returned_practice(given.net)
        open_, lead = given.partnership(), given.partnership()
        given.order(proposal.MakeInitiativePublic, open_)
        given.order(consortium.AppointLead, lead, municipality=BELCHATOW)
        given.net.project()
        for aggregate, table in FEATURES.items():
            told = shown(given.net, "read_activity.subjects", f"aggregate = '{aggregate}'")
            assert told == shown(given.net, table), aggregate
            assert told, aggregate
        everything = "SELECT DISTINCT visibility FROM read_activity.activity WHERE subject_id = %s"
        assert given.net.rows(everything, practice) == [("OWN",)]
        assert_equals_rebuilt(given.net, "activity")


def test_domain_lets_follow_what_the_read_models_show(database_url: str) -> None:
    with funds(database_url) as given:
        common_space.share(given.net)
        draft = given.net.draft("Szkic").stream_id
        given.net.published("Nowy most")
        given.order(proposal.MakeInitiativePublic, given.partnership())
        given.partnership()
        given.net.give(SuspendMember(command_id=uuid4(), terc=TOMASZOW, reason="Zaległości"))
        given.net.project()
        actors = [
            Actor.of(uuid4(), [Role.EDITOR], Terc(terc)) for terc in (OPOCZNO, BELCHATOW, TOMASZOW)
        ] + [Actor.of(uuid4(), [Role.AUDITOR], None), Actor.of(uuid4(), [Role.PORTAL], None)]
        query = "SELECT id, visibility, owner_terc, participants FROM read_activity.subjects "
        subjects = given.net.rows(query + "WHERE aggregate = ANY(%s)", list(FOLLOWABLE))
        allowed, refused = 0, 0
        for subject, level, owner, participants in subjects:
            for actor in actors:
                audience = audience_of(actor, member=actor.municipality != TOMASZOW)
                expected = may_see(audience, Level(level), owner, participants)
                assert follows(given.net, actor, subject) == expected, (subject, actor)
                allowed, refused = allowed + expected, refused + (not expected)
        assert allowed > 20 < refused
        assert not follows(given.net, actors[1], draft)


FOLLOWABLE = {*FEATURES, "NewsItem", "FundingCall", "Programme"} - {"Adoption"}


def follows(net: Network, actor: Actor, thing: UUID) -> bool:
    try:
        net.give(Follow(command_id=uuid4(), sort=Sort.THING, key=str(thing)), actor)
    except NothingToFollow:
        return False
    return True


def returned_practice(net: Network) -> UUID:
    text = PracticeText(
        title="Rower", summary="x", problem="x", solution="x", success="x", transfer="x"
    )
    draft = DraftPractice(command_id=uuid4(), municipality=OPOCZNO, text=text)
    practice = net.give(draft).stream_id
    net.give(SubmitPractice(command_id=uuid4(), practice_id=practice))
    back = ReturnPractice(command_id=uuid4(), practice_id=practice, remarks="Więcej liczb.")
    net.give(back, official(BELCHATOW))
    return practice


def test_what_partners_file_is_told_to_them_alone(database_url: str) -> None:
    with funds(database_url) as given:
        found = given.partnership()
        given.order(proposal.MakeInitiativePublic, found)
        given.give(
            records.WriteNote(command_id=uuid4(), initiative_id=found, text="Dzwonić w piątek."),
            given_official(OPOCZNO),
        )
        given.net.project()
        told = given.net.rows(
            "SELECT subject_id, kind, visibility FROM read_activity.activity "
            "WHERE type = 'InitiativeNote.Written'"
        )
        assert told == [(found, "INITIATIVE", "CONSORTIUM")]


def test_call_is_news_to_those_who_follow_its_programme_or_an_initiative_in_it(
    database_url: str,
) -> None:
    with funds(database_url) as given:
        call = given.announce()
        found = given.partnership()
        given.order(proposal.LinkCall, found, call_id=call)
        moved: Any = {"opens_at": given.call(call).terms.opens_at}
        closes = given.call(call).terms.closes_at + timedelta(days=7)
        given.give(MoveCallDates(command_id=uuid4(), call_id=call, closes_at=closes, **moved))
        given.net.project()
        ((keys,),) = given.net.rows(
            "SELECT keys FROM read_activity.activity WHERE type = 'FundingCall.DatesMoved'"
        )
        assert keys == [f"THING:{each}" for each in (call, given.programme, found)]
