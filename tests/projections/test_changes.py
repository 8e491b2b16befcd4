"""The sequence of public changes: complete, of nothing that isn't public, and the same after a rebuild."""

from uuid import UUID, uuid4

from domain.aggregate import EVENT_TYPES
from domain.initiatives.commands import proposal
from domain.people import ForgetPerson
from domain.portals import ChangeKind
from projections.changes import KINDS, NEVER_PUBLIC, PUBLIC_CHANGES, TOLD_TYPES
from tests.api import common_space
from tests.funds import funds
from tests.network import BELCHATOW, OPOCZNO, Network, network
from tests.readmodels import assert_equals_rebuilt


def test_every_aggregate_is_told_or_left_out_on_purpose() -> None:
    aggregates = {
        name.split(".")[0]
        for name, event in EVENT_TYPES.items()
        if event.__module__.startswith("domain.")
    }
    assert aggregates == set(PUBLIC_CHANGES) | NEVER_PUBLIC
    assert not set(PUBLIC_CHANGES) & NEVER_PUBLIC
    assert {life.begins for life in PUBLIC_CHANGES.values()} <= set(EVENT_TYPES)
    told = {name for life in PUBLIC_CHANGES.values() for name in life.told}
    assert told == set(TOLD_TYPES)
    assert len(set(KINDS)) == len(KINDS)


def test_webhooks_name_what_they_hear_of_as_the_kinds_begin() -> None:
    words = [life.word for life in PUBLIC_CHANGES.values()]
    assert sorted(words) == sorted(kind.value for kind in ChangeKind)
    assert {kind.partition("_")[0] for kind in KINDS} == {*words, "PERSON"}


def told(net: Network, subject: UUID | None = None) -> list[tuple[str, str]]:
    net.project()
    return [
        (kind, effect)
        for kind, effect, about in net.rows(
            "SELECT kind, effect, subject_id FROM read_changes.changes ORDER BY position"
        )
        if subject is None or about == subject
    ]


def test_news_appears_changes_and_disappears(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        item = net.draft("Nowy most").stream_id
        assert told(net, item) == []
        net.publish(item)
        net.correct(item, "Nowy most (sprostowanie)")
        net.retract(item)
        assert told(net, item) == [
            ("NEWS_PUBLISHED", "APPEARED"),
            ("NEWS_CORRECTED", "CHANGED"),
            ("NEWS_RETRACTED", "DISAPPEARED"),
        ]
        assert net.rows(
            "SELECT position, owner_terc, municipality->>'name' FROM read_changes.changes "
            "WHERE kind = 'NEWS_RETRACTED'"
        ) == [(net.value("SELECT max(position) FROM events"), OPOCZNO, "Opoczno")]
        assert_equals_rebuilt(net, "changes")


def test_initiative_is_told_of_only_while_it_is_public(database_url: str) -> None:
    with funds(database_url) as given:
        found = given.propose()
        given.order(
            proposal.DescribeInitiative, found, title="Trzy pawilony", summary="Po zmianie."
        )
        assert told(given.net, found) == []
        given.order(proposal.MakeInitiativePublic, found)
        given.order(proposal.DescribeInitiative, found, title="Dwa pawilony", summary="Znowu.")
        given.order(proposal.MakeInitiativeConfidential, found)
        given.order(proposal.DescribeInitiative, found, title="Pawilon", summary="Po cichu.")
        assert told(given.net, found) == [
            ("INITIATIVE_MADE_PUBLIC", "APPEARED"),
            ("INITIATIVE_DESCRIBED", "CHANGED"),
            ("INITIATIVE_MADE_CONFIDENTIAL", "DISAPPEARED"),
        ]
        given.order(proposal.MakeInitiativePublic, found)
        assert told(given.net, found)[-1] == ("INITIATIVE_MADE_PUBLIC", "APPEARED")
        assert_equals_rebuilt(given.net, "changes")


def test_what_only_members_see_is_never_told(database_url: str) -> None:
    with network(database_url) as net:
        common_space.fill(net)
        kinds = {kind for kind, _ in told(net)}
        words = {kind.split("_")[0] for kind in kinds}
        assert words <= {life.word for life in PUBLIC_CHANGES.values()}
        assert "MEETING_MINUTES_PUBLISHED" in kinds
        assert (
            net.value(
                "SELECT count(*) FROM read_changes.changes c "
                "JOIN read_meetings.meetings m ON m.id = c.subject_id WHERE m.visibility <> 'PUBLIC'"
            )
            == 0
        )
        assert (
            net.value(
                "SELECT count(*) FROM read_changes.changes c "
                "JOIN read_practices.practices p ON p.id = c.subject_id WHERE p.visibility <> 'PUBLIC'"
            )
            == 0
        )
        assert_equals_rebuilt(net, "changes")


def test_person_is_told_of_once_forgotten_where_something_public_named_them(
    database_url: str,
) -> None:
    """Of everybody else it isn't even told that there was somebody."""
    with network(database_url) as net:
        common_space.fill(net)
        net.project()
        contact = net.value("SELECT person_id FROM read_practices.contacts LIMIT 1")
        guests = "SELECT person_id FROM read_meetings.guests WHERE visibility {} 'PUBLIC'"
        hidden = [person for (person,) in net.rows(guests.format("<>"))]
        attended = net.value(f"{guests.format('=')} LIMIT 1")
        head = net.value("SELECT person_id FROM read_municipalities.office_holders LIMIT 1")
        for person in (contact, *hidden, attended, head, uuid4()):
            net.give(ForgetPerson(command_id=uuid4(), person_id=person))
        for person in (contact, *hidden):
            assert told(net, person) == []
        for person in (attended, head):
            assert told(net, person) == [("PERSON_FORGOTTEN", "DISAPPEARED")]
        assert net.rows(
            "SELECT subject_type, owner_terc FROM read_changes.changes "
            "WHERE kind = 'PERSON_FORGOTTEN' ORDER BY position"
        ) == [("Person", BELCHATOW), ("Person", OPOCZNO)]
        assert_equals_rebuilt(net, "changes")
