"""What was known and what was true: alone, in lists, and for every kind of viewer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar.testing import TestClient

from api.app import create_app
from api.graphql.relay import global_id
from domain.initiatives.commands import consortium, implementation, proposal, timeplan
from domain.initiatives.states import InitiativeState
from domain.meetings import InviteToMeeting, Plan, PlanMeeting, RecordMeetingHeld
from domain.municipalities import HeadTitle, Office, RecordOfficeHolder, RenameMunicipality
from domain.people import ForgetPerson
from domain.practices import CorrectPractice, DraftPractice, SubmitPractice, ValidatePractice
from domain.roles import OPERATOR, Role
from tests.api.common_space import START, TEXT
from tests.api.conftest import settings
from tests.api.test_funds import FundsApi
from tests.funds import Funds, funds, official
from tests.infra.desks import Office as Desk
from tests.network import BELCHATOW, OPOCZNO, TOMASZOW

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def given(database_url: str) -> Iterator[Funds]:
    with funds(database_url) as found:
        yield found


@pytest.fixture
def api(given: Funds) -> Iterator[FundsApi]:
    given.net.project()
    with TestClient(create_app(settings(given.net.database_url))) as client:
        yield FundsApi(client, given.net, given)


def give(api: FundsApi, command: Any, by: Any = OPERATOR, **facts: Any) -> UUID:
    """A minute after the one before."""
    api.given.now += timedelta(minutes=1)
    return api.given.give(command(command_id=uuid4(), **facts), by).stream_id


def at(api: FundsApi, query: str, moment: datetime | None, day: date | None = None) -> Any:
    """`query` has a `MOMENT` among its arguments."""
    told = f', asOf: "{moment.isoformat()}"' if moment else ""
    told += f', effectiveOn: "{day}"' if day else ""
    return api.ask(query.replace("MOMENT", told), operator=True)


def test_town_is_told_under_the_name_it_had_and_was_known_by(api: FundsApi) -> None:
    """Recorded on Monday, true since the Friday before."""
    monday, friday = datetime(2026, 3, 9, 8, tzinfo=UTC), date(2026, 3, 6)
    api.given.now = monday
    give(api, RenameMunicipality, terc=TOMASZOW, name="Tomaszów", effective_on=friday)
    api.net.project()
    town = '{ municipality(terc: "101601"MOMENT) { name } }'
    saturday = monday - timedelta(days=2)
    assert at(api, town, saturday) == {"municipality": {"name": "Tomaszów Mazowiecki"}}
    assert at(api, town, None, saturday.date()) == {"municipality": {"name": "Tomaszów"}}
    thursday = friday - timedelta(days=1)
    assert at(api, town, None, thursday) == {"municipality": {"name": "Tomaszów Mazowiecki"}}
    # What was true on Saturday, as far as anyone knew on Sunday.
    both = at(api, town, monday - timedelta(days=1), saturday.date())
    assert both == {"municipality": {"name": "Tomaszów Mazowiecki"}}
    assert at(api, town, None) == {"municipality": {"name": "Tomaszów"}}
    assert at(api, town, LONG_AGO) == {"municipality": None}


def test_name_of_then_stands_in_what_shows_the_town(api: FundsApi) -> None:
    plan = Plan("Narada", START, START + timedelta(hours=2))
    meeting = give(api, PlanMeeting, host=TOMASZOW, plan=plan)
    before = api.given.now
    give(api, RenameMunicipality, terc=TOMASZOW, name="Tomaszów", effective_on=date(2026, 3, 2))
    api.net.project()
    query = f'{{ meeting(id: "{global_id("Meeting", meeting)}"MOMENT) {{ host {{ name kind }} }} }}'
    named = {"meeting": {"host": {"name": "Tomaszów Mazowiecki", "kind": "URBAN"}}}
    assert at(api, query, before) == named
    assert at(api, query, None)["meeting"]["host"]["name"] == "Tomaszów"


def test_lists_of_the_past_filter_count_and_page_as_those_of_today(api: FundsApi) -> None:
    first = api.given.prepared()
    api.given.propose(title="Ścieżka rowerowa")
    then = api.given.now
    api.given.later(1)
    api.given.order(proposal.SubmitApplication, first)
    api.given.propose(title="Trzeci")
    api.net.project()
    listed = """{ initiatives(first: 1MOMENT) {
      totalCount pageInfo { hasNextPage endCursor } nodes { title } } }"""
    told = at(api, listed, then)["initiatives"]
    assert (told["totalCount"], told["pageInfo"]["hasNextPage"]) == (2, True)
    after = listed.replace("first: 1", f'first: 1, after: "{told["pageInfo"]["endCursor"]}"')
    rest = at(api, after, then)["initiatives"]
    assert {told["nodes"][0]["title"], rest["nodes"][0]["title"]} == {
        "Pawilony nad rzeką",
        "Ścieżka rowerowa",
    }
    assert rest["pageInfo"]["hasNextPage"] is False
    state = "{ initiatives(state: SUBMITTEDMOMENT) { totalCount } }"
    assert at(api, state, then)["initiatives"]["totalCount"] == 0
    assert at(api, state, None)["initiatives"]["totalCount"] == 1
    assert at(api, listed, LONG_AGO)["initiatives"]["totalCount"] == 0


def test_step_recorded_by_mistake_was_known_but_never_true(api: FundsApi) -> None:
    found = api.given.reached(InitiativeState.SUBMITTED)
    mistaken = api.given.now
    api.given.later(3)
    facts = {"state": InitiativeState.IN_PREPARATION, "reason": "Nie ten projekt."}
    api.given.order(implementation.CorrectStatus, found, **facts)
    api.net.project()
    query = (
        f'{{ initiative(id: "{global_id("Initiative", found)}"MOMENT) {{ state submittedAt }} }}'
    )
    assert at(api, query, mistaken)["initiative"]["state"] == "SUBMITTED"
    true = at(api, query, None, mistaken.date())["initiative"]
    assert true == {"state": "IN_PREPARATION", "submittedAt": None}
    believed = at(api, query, mistaken, mistaken.date())["initiative"]
    assert believed["state"] == "SUBMITTED"


def test_parts_are_those_of_the_moment(api: FundsApi) -> None:
    found = api.given.partnership()
    due = {"title": "Projekt gotowy", "due_on": date(2026, 9, 1)}
    api.given.order(timeplan.SetMilestone, found, **due)
    then = api.given.now
    api.given.later(2)
    moved = {"number": 1, "due_on": date(2026, 10, 1), "reason": "Opóźnienie"}
    api.given.order(timeplan.MoveMilestone, found, **moved)
    api.net.project()
    identity = f'id: "{global_id("Initiative", found)}"'
    query = f"""{{ initiative({identity}MOMENT) {{
      milestones {{ dueOn }} partners {{ municipality {{ name }} }} history {{ totalCount }} }} }}"""
    told = at(api, query, then)["initiative"]
    assert told["milestones"] == [{"dueOn": "2026-09-01"}]
    assert told["partners"] == [{"municipality": {"name": "Bełchatów"}}]
    now = at(api, query, None)["initiative"]
    assert now["milestones"] == [{"dueOn": "2026-10-01"}]
    assert now["history"]["totalCount"] == told["history"]["totalCount"] + 1

    compared = f"""{{ initiative({identity}) {{
      difference(knownFrom: "{then.isoformat()}") {{ field before after }} }} }}"""
    differences = api.ask(compared, operator=True)["initiative"]["difference"]
    assert {
        "field": "milestones[1].dueOn",
        "before": "2026-09-01",
        "after": "2026-10-01",
    } in differences
    assert all(each["field"].startswith(("milestones[1]", "deadlines[")) for each in differences)


def test_days_left_are_counted_from_the_day_asked_about(api: FundsApi) -> None:
    """The moment's day is that of Poland, an hour ahead of UTC in March."""
    found = api.given.partnership()
    due = {"title": "Projekt gotowy", "due_on": date(2026, 3, 10)}
    api.given.order(timeplan.SetMilestone, found, **due)
    api.net.project()
    query = f"""{{ initiative(id: "{global_id("Initiative", found)}"MOMENT) {{
      deadlines {{ kind daysLeft workingDaysLeft overdue }} }} }}"""

    def left(moment: datetime | None, day: date | None = None) -> tuple[int, int, bool]:
        told = at(api, query, moment, day)["initiative"]["deadlines"]
        (one,) = (each for each in told if each["kind"] == "MILESTONE")
        return one["daysLeft"], one["workingDaysLeft"], one["overdue"]

    friday = datetime(2026, 3, 6, 22, 30, tzinfo=UTC)
    assert left(friday) == (4, 2, False)
    assert left(friday + timedelta(hours=1)) == (3, 2, False)
    assert left(None, date(2026, 3, 9)) == (1, 1, False)
    assert left(None, date(2026, 3, 11)) == (-1, -1, True)
    assert left(datetime(2026, 3, 20, tzinfo=UTC), date(2026, 3, 9)) == (1, 1, False)
    assert left(None)[0] < -100


def test_every_field_names_the_event_that_set_it(api: FundsApi) -> None:
    found = api.given.reached(InitiativeState.SELECTED)
    api.given.order(proposal.DescribeInitiative, found, title="Nowy tytuł", summary="")
    api.net.project()
    query = f"""{{ initiative(id: "{global_id("Initiative", found)}"MOMENT) {{
      provenance {{ field event {{ type reason onBehalfOf recordedBy summary {{ pl en }} }} }} }} }}"""
    told = at(api, query, None)["initiative"]["provenance"]
    by = {each["field"]: each["event"]["type"] for each in told}
    assert by["title"] == "Initiative.Described"
    assert by["selected"] == "Initiative.Selected"
    assert by["call"] == by["programme"] == "Initiative.CallLinked"
    assert by["requested"] == "Initiative.Submitted"
    assert by["proposedOn"] == "Initiative.Proposed"
    one = query.replace("provenance", 'provenance(field: "lead")')
    assert at(api, one, None)["initiative"]["provenance"] == [
        {
            "field": "lead",
            "event": {
                "type": "Initiative.Proposed",
                "reason": None,
                "onBehalfOf": OPOCZNO,
                "recordedBy": "MUNICIPALITY",
                "summary": {"pl": "Zgłoszono pomysł", "en": "The idea was proposed"},
            },
        }
    ]
    stranger = api.ask(query.replace("MOMENT", ""))
    assert stranger == {"initiative": None}


def test_history_tells_who_when_and_why_and_names_to_those_alone_who_may_know(
    api: FundsApi,
) -> None:
    desk = Desk(api.net)
    account = desk.active(Role.EDITOR, email="ewa@x.example", terc=OPOCZNO, name="Ewa Lis")
    by = official(OPOCZNO, Role.EDITOR, account=str(account))
    practice = give(api, DraftPractice, by, municipality=OPOCZNO, text=TEXT)
    give(api, SubmitPractice, by, practice_id=practice)
    give(api, ValidatePractice, official(BELCHATOW, Role.EDITOR), practice_id=practice)
    corrected = replace(TEXT, title="Rower gminny")
    give(api, CorrectPractice, by, practice_id=practice, text=corrected, reason="Literówka")
    api.net.project()
    query = f"""{{ practice(id: "{global_id("Practice", practice)}") {{ history {{ nodes {{
      type reason onBehalfOf effectiveOn author {{ name }} }} }} }} }}"""
    public = api.ask(query)["practice"]["history"]["nodes"]
    assert [each["type"] for each in public] == ["Practice.Published", "Practice.Corrected"]
    assert public[1] | {"effectiveOn": None} == {
        "type": "Practice.Corrected",
        "reason": "Literówka",
        "onBehalfOf": OPOCZNO,
        "effectiveOn": None,
        "author": None,
    }
    told = api.ask(query, operator=True)["practice"]["history"]["nodes"]
    assert [each["author"] for each in told][::3] == [{"name": "Ewa Lis"}, {"name": "Ewa Lis"}]


def test_draft_of_what_is_public_today_stays_its_authors(api: FundsApi) -> None:
    practice = give(api, DraftPractice, municipality=OPOCZNO, text=TEXT)
    drafted = api.given.now
    give(api, SubmitPractice, practice_id=practice)
    give(api, ValidatePractice, official(BELCHATOW, Role.EDITOR), practice_id=practice)
    api.net.project()
    query = f'{{ practice(id: "{global_id("Practice", practice)}"MOMENT) {{ title state }} }}'
    assert at(api, query, drafted)["practice"]["state"] == "DRAFT"
    told = api.ask(query.replace("MOMENT", f', asOf: "{drafted.isoformat()}"'))
    assert told == {"practice": None}
    assert api.ask(query.replace("MOMENT", ""))["practice"]["state"] == "PUBLISHED"


def test_visibility_is_that_of_today(api: FundsApi) -> None:
    found = api.given.prepared()
    then = api.given.now
    query = f'{{ initiative(id: "{global_id("Initiative", found)}", asOf: "{then.isoformat()}") {{ state }} }}'
    api.net.project()
    assert api.ask(query) == {"initiative": None}
    api.given.later(1)
    api.given.order(proposal.MakeInitiativePublic, found)
    api.net.project()
    assert api.ask(query) == {"initiative": {"state": "IN_PREPARATION"}}
    api.given.later(1)
    api.given.order(proposal.MakeInitiativeConfidential, found)
    api.net.project()
    assert api.ask(query) == {"initiative": None}
    listed = f'{{ initiatives(asOf: "{api.given.now.isoformat()}") {{ totalCount }} }}'
    assert api.ask(listed) == {"initiatives": {"totalCount": 0}}


def test_past_invitation_is_told_to_none_but_those_who_take_part_today(api: FundsApi) -> None:
    found = api.given.partnership()
    api.given.order(proposal.MakeInitiativePublic, found)
    api.given.order(consortium.InvitePartner, found, municipality=TOMASZOW)
    invited = api.given.now
    api.given.later(1)
    tomaszow, belchatow = official(TOMASZOW), official(BELCHATOW)
    api.given.order(consortium.AcceptInvitation, found, tomaszow, municipality=TOMASZOW)
    accepted = api.given.now
    api.given.later(1)
    left = {"municipality": BELCHATOW, "reason": "Nie"}
    api.given.order(consortium.LeaveConsortium, found, belchatow, **left)
    desk = Desk(api.net)
    account = desk.active(Role.EDITOR, email="ewa@x.example", terc=BELCHATOW, name="Ewa Lis")
    token = desk.own.issue_token(account, "test", frozenset({Role.EDITOR}), None).secret
    api.net.project()

    def counted(moment: datetime | None, **viewer: Any) -> int:
        told = f', asOf: "{moment.isoformat()}"' if moment else ""
        query = f'{{ initiatives(municipality: "{TOMASZOW}"{told}) {{ totalCount }} }}'
        return int(api.ask(query, **viewer)["initiatives"]["totalCount"])

    for viewer in ({}, {"token": token}):
        assert [counted(each, **viewer) for each in (invited, accepted, None)] == [0, 1, 1]
    assert counted(invited, operator=True) == 1


def test_forgotten_person_stays_forgotten_in_every_past(api: FundsApi) -> None:
    facts: dict[str, Any] = {"office": Office.HEAD, "title": HeadTitle.BURMISTRZ}
    since = date(2024, 5, 7)
    give(api, RecordOfficeHolder, terc=OPOCZNO, name="Anna Nowak", since=since, **facts)
    then = api.given.now
    api.net.project()
    query = '{ municipality(terc: "100704"MOMENT) { officeHolders { name since } } }'
    told = {"municipality": {"officeHolders": [{"name": "Anna Nowak", "since": "2024-05-07"}]}}
    assert at(api, query, then) == told
    person = api.net.value("SELECT person_id FROM read_municipalities.office_holders")
    give(api, ForgetPerson, person_id=person)
    api.net.project()
    for moment, day in ((then, None), (None, since), (None, None)):
        (holder,) = at(api, query, moment, day)["municipality"]["officeHolders"]
        assert holder["name"] == "[dane usunięte]"
    names = "SELECT name FROM read_past_municipalities.office_holders"
    assert {name for (name,) in api.net.rows(names)} == {None}


def test_meeting_was_true_on_its_day_before_anyone_wrote_it_down(api: FundsApi) -> None:
    plan = Plan("Spotkanie burmistrzów", START, START + timedelta(hours=2))
    meeting = give(api, PlanMeeting, host=OPOCZNO, plan=plan)
    give(api, InviteToMeeting, meeting_id=meeting, municipalities=(BELCHATOW,))
    give(api, RecordMeetingHeld, meeting_id=meeting, held_on=START.date())
    api.net.project()
    query = (
        f'{{ meeting(id: "{global_id("Meeting", meeting)}"MOMENT) {{ state invited {{ name }} }} }}'
    )
    assert at(api, query, None, START.date())["meeting"]["state"] == "HELD"
    assert at(api, query, None, START.date() - timedelta(days=1)) == {"meeting": None}
    assert at(api, query, LONG_AGO) == {"meeting": None}


@pytest.mark.parametrize(
    ("argument", "code"),
    [
        ('asOf: "2199-01-01T00:00:00Z"', "in_the_future"),
        ('effectiveOn: "2199-01-01"', "in_the_future"),
        ('effectiveOn: "1000-01-01"', "implausible_date"),
    ],
)
def test_nobody_is_told_the_future(api: FundsApi, argument: str, code: str) -> None:
    for query in (
        f'{{ municipality(terc: "100704", {argument}) {{ name }} }}',
        f"{{ municipalities({argument}) {{ totalCount }} }}",
    ):
        assert api.refused(query)[0] == code


def test_difference_without_a_beginning_is_refused(api: FundsApi) -> None:
    query = '{ municipality(terc: "100704") { difference { field } } }'
    assert api.refused(query)[0] == "nothing_to_compare"


def test_what_differs_between_two_days_is_told_by_what_was_true(api: FundsApi) -> None:
    give(api, RenameMunicipality, terc=TOMASZOW, name="Tomaszów", effective_on=date(2026, 2, 1))
    api.net.project()
    query = """{ municipality(terc: "101601") {
      difference(trueFrom: "2026-01-31", trueTo: "2026-02-01") { field before after } } }"""
    assert api.ask(query)["municipality"]["difference"] == [
        {"field": "name", "before": "Tomaszów Mazowiecki", "after": "Tomaszów"},
    ]
