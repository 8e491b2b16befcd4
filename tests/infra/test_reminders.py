"""What time brings: calls open and close, and every deadline is remembered once at each distance."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.calls.call import CallState, MoveCallDates
from domain.initiatives.commands import timeplan
from domain.initiatives.states import InitiativeState
from domain.initiatives.timeplan import DutyKind
from domain.meetings import (
    AssignActionItem,
    DeferActionItem,
    FinishActionItem,
    InviteToMeeting,
    Person,
    Plan,
    PlanMeeting,
    RecordMeetingHeld,
)
from infra.reminders import ACTION_DISTANCES, DISTANCES, keep_calls_in_time, order_reminders
from tests.funds import Funds, funds
from tests.network import BELCHATOW, OPOCZNO

STRANGER = "100201"


def an_account(given: Funds, terc: str, role: str = "FUNDS_OFFICER", state: str = "ACTIVE") -> str:
    """A row as the projection of accounts writes it."""
    key = str(uuid4())
    given.net.connection.execute(
        "INSERT INTO read_accounts.accounts (id, person_id, owner_terc, state, roles, second_factor, "
        "access_tokens, invited_at, updated_at, version) "
        "VALUES (%s, %s, %s, %s, %s, false, 0, now(), now(), 1)",
        (key, uuid4(), terc, state, [role]),
    )
    return key


def with_a_report(given: Funds, due_on: date) -> UUID:
    found = given.reached(InitiativeState.IN_IMPLEMENTATION)
    duty: Any = {"kind": DutyKind.REPORT, "title": "Sprawozdanie", "due_on": due_on}
    given.order(timeplan.ImposeDuty, found, **duty)
    given.net.project()
    return found


def ordered(given: Funds) -> list[tuple[Any, ...]]:
    query = "SELECT payload->>'account', split_part(key, ':', 4) FROM outbox ORDER BY id"
    return given.net.rows(query)


def test_each_distance_reminds_once_however_often_it_runs(database_url: str) -> None:
    due = date(2026, 5, 1)
    with funds(database_url) as given:
        with_a_report(given, due)
        who = an_account(given, OPOCZNO)
        for ago in range(40, -3, -1):
            at = datetime(2026, 5, 1, 9, 0, tzinfo=UTC) - timedelta(days=ago)
            for _ in range(2):
                order_reminders(given.net.connection, at)
        assert ordered(given) == [(who, str(distance)) for distance in DISTANCES]


def test_after_days_without_beat_one_reminder_makes_up_for_those_missed(database_url: str) -> None:
    with funds(database_url) as given:
        with_a_report(given, date(2026, 5, 1))
        who = an_account(given, OPOCZNO)
        assert order_reminders(given.net.connection, datetime(2026, 4, 26, 9, 0, tzinfo=UTC)) == 1
        assert ordered(given) == [(who, "7")]


def test_day_is_the_polish_one(database_url: str) -> None:
    with funds(database_url) as given:
        with_a_report(given, date(2026, 7, 2))
        an_account(given, OPOCZNO)
        order_reminders(given.net.connection, datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
        assert [distance for _, distance in ordered(given)] == ["0"]


def test_only_active_funds_officers_of_those_who_take_part_are_reminded(database_url: str) -> None:
    with funds(database_url) as given:
        with_a_report(given, date(2026, 5, 1))
        partner = an_account(given, BELCHATOW)
        an_account(given, STRANGER)
        an_account(given, OPOCZNO, role="EDITOR")
        an_account(given, OPOCZNO, state="SUSPENDED")
        order_reminders(given.net.connection, datetime(2026, 4, 30, 9, 0, tzinfo=UTC))
        assert [who for who, _ in ordered(given)] == [partner]


def test_moved_deadline_is_remembered_anew_and_a_met_one_no_more(database_url: str) -> None:
    at = datetime(2026, 4, 30, 9, 0, tzinfo=UTC)
    with funds(database_url) as given:
        found = with_a_report(given, date(2026, 5, 1))
        an_account(given, OPOCZNO)
        order_reminders(given.net.connection, at)
        given.order(timeplan.MoveDuty, found, number=1, due_on=date(2026, 5, 3))
        given.net.project()
        assert order_reminders(given.net.connection, at) == 1
        given.order(timeplan.MeetDuty, found, number=1)
        given.net.project()
        assert order_reminders(given.net.connection, at + timedelta(days=2)) == 0


def test_calls_open_and_close_in_time_and_once(database_url: str) -> None:
    with funds(database_url) as given:
        opens, closes = given.now + timedelta(days=1), given.now + timedelta(days=2)
        call = given.announce(opens_at=opens, closes_at=closes)
        for _ in range(3):
            given.later(1)
            given.net.project()
            for _ in range(2):
                keep_calls_in_time(given.net.connection, given.net.cooperation, given.now)
        assert given.events(call) == ["Announced", "Opened", "Closed"]
        assert given.call(call).state is CallState.CLOSED


def test_call_that_was_moved_closes_at_its_new_time(database_url: str) -> None:
    with funds(database_url) as given:
        call = given.announce(closes_at=given.now + timedelta(days=1))
        moved: Any = {
            "opens_at": given.call(call).terms.opens_at,
            "closes_at": given.now + timedelta(days=9),
        }
        given.give(MoveCallDates(command_id=uuid4(), call_id=call, **moved))
        given.net.project()
        given.later(2)
        assert keep_calls_in_time(given.net.connection, given.net.cooperation, given.now) == 0
        given.later(8)
        assert keep_calls_in_time(given.net.connection, given.net.cooperation, given.now) == 1


def assigned(given: Funds, due_on: date) -> tuple[UUID, UUID]:
    """The meeting, and its action item for Bełchatów."""
    plan = Plan("Narada", given.now, given.now + timedelta(hours=1))
    meeting = given.give(PlanMeeting(command_id=uuid4(), host=OPOCZNO, plan=plan)).stream_id
    given.give(InviteToMeeting(command_id=uuid4(), meeting_id=meeting, municipalities=(BELCHATOW,)))
    present = (Person(name="Anna Nowak", office="Burmistrz", municipality=BELCHATOW),)
    given.later(1)
    given.give(RecordMeetingHeld(command_id=uuid4(), meeting_id=meeting, attendance=present))
    assign = AssignActionItem(
        command_id=uuid4(), meeting_id=meeting, text="Lista", owner=BELCHATOW, due_on=due_on
    )
    given.give(assign)
    given.net.project()
    return meeting, assign.action_item_id


def test_action_item_is_remembered_once_at_each_distance_by_who_is_to_do_it(
    database_url: str,
) -> None:
    due = date(2026, 5, 1)
    with funds(database_url) as given:
        assigned(given, due)
        who = an_account(given, BELCHATOW, role="EDITOR")
        an_account(given, BELCHATOW, role="EXECUTIVE")
        an_account(given, BELCHATOW, role="EDITOR", state="SUSPENDED")
        an_account(given, OPOCZNO, role="EDITOR")
        for ago in range(20, -3, -1):
            at = datetime(2026, 5, 1, 9, 0, tzinfo=UTC) - timedelta(days=ago)
            for _ in range(2):
                order_reminders(given.net.connection, at)
        assert ordered(given) == [(who, str(distance)) for distance in ACTION_DISTANCES]


def test_action_item_that_is_deferred_is_remembered_anew_and_a_done_one_no_more(
    database_url: str,
) -> None:
    at = datetime(2026, 4, 30, 9, 0, tzinfo=UTC)
    with funds(database_url) as given:
        meeting, item = assigned(given, date(2026, 5, 1))
        an_account(given, BELCHATOW, role="EDITOR")
        assert order_reminders(given.net.connection, at) == 1
        ours: Any = {"meeting_id": meeting, "action_item_id": item, "municipality": BELCHATOW}
        later = date(2026, 5, 5)
        given.give(DeferActionItem(command_id=uuid4(), due_on=later, reason="Urlopy", **ours))
        given.net.project()
        assert order_reminders(given.net.connection, at) == 1
        given.give(FinishActionItem(command_id=uuid4(), **ours))
        given.net.project()
        assert order_reminders(given.net.connection, at + timedelta(days=4)) == 0
