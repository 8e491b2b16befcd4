"""The overview by programme, year and municipality, what was due, and who looks for partners: as of any day."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar.testing import TestClient

from api.app import create_app
from api.graphql.relay import global_id
from domain.calls.call import CorrectCall, MoveCallDates
from domain.calls.interest import DeclareInterest, WithdrawInterest
from domain.initiatives.commands import consortium, implementation, proposal, timeplan
from domain.initiatives.states import InitiativeState
from domain.initiatives.timeplan import DutyKind
from tests.api.conftest import settings
from tests.api.test_funds import FundsApi
from tests.funds import DOCUMENT, PATHS, TOMASZOW, ZLOTY, Funds, budget, funds, official, terms
from tests.network import BELCHATOW, OPOCZNO
from tests.stories import told_story

S = InitiativeState


@pytest.fixture
def api(database_url: str) -> Iterator[FundsApi]:
    with funds(database_url) as given:
        given.net.project()
        with TestClient(create_app(settings(database_url))) as client:
            yield FundsApi(client, given.net, given)


def pipeline(api: FundsApi, selection: str, **arguments: Any) -> Any:
    api.net.project()
    query = f"""
    query ($asOf: Date, $knownAt: DateTime, $municipality: String, $year: Int) {{
      pipeline(asOf: $asOf, knownAt: $knownAt, municipality: $municipality, year: $year) {{ {selection} }} }}
    """
    return api.ask(query, arguments, operator=True)["pipeline"]


def test_one_answer_tells_by_programme_year_and_municipality(api: FundsApi) -> None:
    given = api.given
    given.reached(S.AGREEMENT_SIGNED)
    given.register_programme()
    given.reached(S.REJECTED)
    given.propose(municipality=TOMASZOW, title="Bez naboru")
    told = pipeline(
        api,
        "count programmes { programme { name } count successRate won states { state } } "
        "years { year count sought } partners { terc name count sought won decided }",
        asOf="2026-04-01",
    )
    assert told["count"] == 3
    assert [
        (each["programme"] and each["programme"]["name"], each["count"], each["won"])
        for each in told["programmes"]
    ].count((None, 1, 0)) == 1
    assert sorted(each["successRate"] for each in told["programmes"] if each["programme"]) == [0, 1]
    assert told["years"] == [{"year": 2026, "count": 3, "sought": 34_000_000}]
    by_terc = {each["terc"]: each for each in told["partners"]}
    assert by_terc[BELCHATOW] == {
        "terc": BELCHATOW, "name": "Bełchatów", "count": 2, "sought": 17_000_000, "won": 8_500_000, "decided": 2,
    }  # fmt: skip
    assert by_terc[TOMASZOW]["count"] == 1


def test_today_from_the_kept_rows_is_what_the_log_of_changes_says(api: FundsApi) -> None:
    """With a moment of knowledge, even a late one, the overview is made of all changes."""
    told_story(api.given)
    found = api.given.reached(S.SELECTED)
    api.given.order(
        implementation.CorrectStatus, found, state=S.MERIT_ASSESSMENT, reason="Inny wniosek"
    )
    sums = "count decided selected sought won spent paid states { state count requested selected granted }"
    parts = (
        f"{sums} programmes {{ programme {{ code }} {sums} }} years {{ year {sums} }} "
        f"partners {{ terc {sums} }} durations {{ state visits averageDays longestDays }} "
        "deadlines(first: 100) { kind title dueOn overdue initiative { id } }"
    )
    for chosen in ({}, {"municipality": BELCHATOW}, {"year": 2026}, {"year": 2025}):
        now = pipeline(api, parts, **chosen)
        assert now == pipeline(api, parts, knownAt="2030-01-01T00:00:00Z", **chosen)
    assert pipeline(api, "count")["count"] == len(PATHS) + 3


def test_a_year_and_a_municipality_are_those_of_the_day_asked_for(api: FundsApi) -> None:
    given = api.given
    found = given.partnership()
    given.later(10)
    given.order(
        consortium.LeaveConsortium, found, official(BELCHATOW), municipality=BELCHATOW, reason="Nie"
    )
    then = pipeline(api, "count", municipality=BELCHATOW, asOf="2026-03-05")
    assert then == {"count": 1}
    assert pipeline(api, "count", municipality=BELCHATOW, asOf="2026-03-20") == {"count": 0}
    for on in (None, "2026-03-05"):
        counted = [pipeline(api, "count", year=year, asOf=on)["count"] for year in (2025, 2026)]
        assert counted == [0, 1]


def test_who_is_invited_is_not_counted(api: FundsApi) -> None:
    given = api.given
    found = given.partnership()
    given.order(proposal.MakeInitiativePublic, found)
    given.order(consortium.InvitePartner, found, municipality=TOMASZOW)
    api.net.project()
    query = """query ($terc: String, $on: Date) {
      pipeline(municipality: $terc, asOf: $on) { count partners { terc } } }"""
    for on in (None, "2026-03-05"):
        invited = {"terc": TOMASZOW, "on": on}
        for operator in (False, True):
            told = api.ask(query, invited, operator=operator)["pipeline"]
            assert told == {"count": 0, "partners": []}
        joined = api.ask(query, {"terc": BELCHATOW, "on": on})["pipeline"]
        assert joined["count"] == 1


def test_granted_follows_the_amendments(api: FundsApi) -> None:
    given = api.given
    found = given.reached(S.IN_IMPLEMENTATION)
    given.later(10)
    smaller = {"amount": 160_000 * ZLOTY, "budget": budget(160_000 * ZLOTY, 30_000 * ZLOTY)}
    given.order(
        implementation.SignAmendment, found, **smaller, what="Mniejszy pawilon", document=DOCUMENT
    )
    granted = "won states { granted }"
    before = pipeline(api, granted, asOf="2026-03-05")
    assert before == {"won": 17_000_000, "states": [{"granted": 17_000_000}]}
    assert pipeline(api, granted) == {"won": 16_000_000, "states": [{"granted": 16_000_000}]}


DUE = "deadlines { kind dueOn daysLeft workingDaysLeft overdue initiative { title } }"


def due(api: FundsApi, **arguments: Any) -> list[tuple[str, str, bool]]:
    told = pipeline(api, DUE, **arguments)["deadlines"]
    return [(each["kind"], each["dueOn"], each["overdue"]) for each in told]


def test_what_was_due_on_a_day_is_told_with_the_dates_of_that_day(api: FundsApi) -> None:
    given = api.given
    found = given.partnership()
    given.order(timeplan.SetMilestone, found, title="Projekt", due_on=date(2026, 4, 1))
    given.later(10)
    given.order(
        timeplan.MoveMilestone, found, number=1, due_on=date(2026, 6, 1), reason="Dłuższy przetarg"
    )
    moved = terms()
    call = given.initiative(found).call_id
    assert call is not None
    given.give(
        MoveCallDates(
            command_id=uuid4(),
            call_id=call,
            opens_at=moved.opens_at,
            closes_at=moved.closes_at.replace(month=2),
            reason="Awaria",
        )
    )
    given.later(30)
    given.order(timeplan.ReachMilestone, found, number=1)

    assert due(api, asOf="2026-03-05") == [
        ("MILESTONE", "2026-04-01", False),
        ("CALL_CLOSING", "2027-01-01", False),
    ]
    assert due(api, asOf="2026-04-02") == [
        ("MILESTONE", "2026-06-01", False),
        ("CALL_CLOSING", "2027-02-01", False),
    ]
    # As it was believed before anyone said that it was moved.
    assert due(api, asOf="2026-04-02", knownAt="2026-03-05T00:00:00Z")[0] == (
        "MILESTONE", "2026-04-01", True,
    )  # fmt: skip
    assert due(api, asOf="2026-05-02") == [("CALL_CLOSING", "2027-02-01", False)]


def test_what_was_due_is_told_with_the_number_that_its_call_had(api: FundsApi) -> None:
    given = api.given
    call = given.initiative(given.partnership(number="nabór 1")).call_id
    assert call is not None
    given.later(10)
    corrected = terms(number="nabór 2")
    given.give(CorrectCall(command_id=uuid4(), call_id=call, terms=corrected, reason="Literówka"))
    titles = [
        pipeline(api, "deadlines { title }", asOf=on)["deadlines"]
        for on in ("2026-03-05", "2026-03-20", None)
    ]
    assert titles == [[{"title": "nabór 1"}], [{"title": "nabór 2"}], [{"title": "nabór 2"}]]


def ended(given: Funds) -> UUID:
    found = given.reached(S.IN_IMPLEMENTATION)
    given.order(
        timeplan.ImposeDuty,
        found,
        kind=DutyKind.REPORT,
        title="Sprawozdanie",
        due_on=date(2026, 7, 10),
    )
    given.later(1)
    given.order(implementation.TerminateAgreement, found, reason="Brak wykonawcy.")
    return found


def test_nothing_is_due_of_an_initiative_that_has_ended(api: FundsApi) -> None:
    found = ended(api.given)
    assert due(api) == []
    assert [kind for kind, *_ in due(api, asOf="2026-03-02")] == ["REPORT"]

    api.given.later(1)
    api.given.order(
        implementation.CorrectStatus, found, state=S.IN_IMPLEMENTATION, reason="Nie tę umowę"
    )
    assert [kind for kind, *_ in due(api)] == ["REPORT"]
    calendar = (
        "{ deadlines { nodes { kind state overdue } } all: deadlines(state: null) { totalCount } }"
    )
    assert api.ask(calendar, operator=True) == {
        "deadlines": {"nodes": [{"kind": "REPORT", "state": "OPEN", "overdue": True}]},
        "all": {"totalCount": 2},
    }


def test_partners_for_a_call_like_this_are_found(api: FundsApi) -> None:
    given = api.given
    call = given.announce(title="Parki kieszonkowe", territories=("1001",))
    given.register_programme()
    alike = given.announce(title="Parki kieszonkowe i zieleńce")
    other = given.announce(title="Drogi gminne")

    def interest(terc: str, of: UUID, offer: str) -> None:
        command = DeclareInterest(command_id=uuid4(), call_id=of, municipality=terc, offer=offer)
        given.give(command, official(terc))

    interest(BELCHATOW, alike, "Mamy projekt ogrodu")
    interest(OPOCZNO, alike, "Szukamy lidera")
    interest(BELCHATOW, other, "Drogi")
    api.net.project()
    query = """
    query ($like: ID, $call: ID, $search: String) {
      partners(like: $like, call: $call, search: $search) {
        nodes { municipality { terc name } offer call { title } } } }
    """

    def found(**arguments: Any) -> list[tuple[str, str]]:
        nodes = api.ask(query, arguments, operator=True)["partners"]["nodes"]
        return sorted((each["municipality"]["terc"], each["call"]["title"]) for each in nodes)

    # Opoczno doesn't lie where the call is open to.
    assert found(like=global_id("FundingCall", call)) == [
        (BELCHATOW, "Parki kieszonkowe i zieleńce")
    ]
    assert len(found(call=global_id("FundingCall", alike))) == 2
    assert found(search="LIDERA opo") == []
    assert found(search="belchatow drogi") == [(BELCHATOW, "Drogi gminne")]
    assert api.ask(query, {})["partners"]["nodes"] == []  # of the network's own

    given.give(
        WithdrawInterest(command_id=uuid4(), call_id=other, municipality=BELCHATOW),
        official(BELCHATOW),
    )
    api.net.project()
    assert found(search="drogi") == []


def test_a_stranger_counts_what_is_public_and_no_more(api: FundsApi) -> None:
    given = api.given
    given.reached(S.SUBMITTED)
    given.register_programme()
    shown = given.reached(S.SUBMITTED)
    given.order(proposal.MakeInitiativePublic, shown)
    given.order(timeplan.SetMilestone, shown, title="Projekt", due_on=date(2030, 6, 1))
    api.net.project()
    query = """{ pipeline { count programmes { count } years { count } partners { terc count sought }
                 durations { visits } deadlines { initiative { title } } } }"""
    told = api.ask(query)["pipeline"]
    assert told["count"] == 1
    assert told["programmes"] == told["years"] == [{"count": 1}]
    assert [each["count"] for each in told["partners"]] == [1, 1]
    assert {each["visits"] for each in told["durations"]} == {1}
    assert len(told["deadlines"]) == 1
