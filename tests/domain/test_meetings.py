"""What may be done with a meeting, by whom and when: through the real store."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.commands import Command
from domain.errors import DomainError, NotPermitted, StaleVersion
from domain.meetings import (
    AddAgendaItem,
    AgendaItem,
    AnnotateMinutes,
    Answer,
    AnswerInvitation,
    ApproveMinutes,
    AssignActionItem,
    CancelMeeting,
    FinishActionItem,
    InviteToMeeting,
    Meeting,
    MinutesSection,
    MoveAgendaItem,
    Person,
    Plan,
    PlanMeeting,
    PublishMinutes,
    RecordDecision,
    RecordMeetingHeld,
    Recurrence,
    RescheduleMeeting,
    RewriteAgendaItem,
    RewriteMinutes,
    StartSeries,
    WriteMinutes,
)
from domain.meetings.planning import PlanOccurrence
from domain.meetings.values import (
    MeetingNotFound,
    MeetingStateForbids,
    MinutesChanged,
    MinutesEmpty,
    NotAnAttendee,
    NotYetHeld,
)
from domain.municipalities.municipality import NotAMember
from domain.ordered import EntryChanged, EntryNotFound
from domain.roles import Actor, Role
from infra.event_store import PostgresEventStore
from tests.network import BELCHATOW, OPOCZNO, TOMASZOW, VAULT, Network, network, official

local = datetime.fromisoformat

HELD_ON = date(2025, 8, 12)
PLAN = Plan(
    title="Spotkanie robocze",
    starts_at=datetime(2025, 8, 12, 8, 0, tzinfo=UTC),
    ends_at=datetime(2025, 8, 12, 10, 0, tzinfo=UTC),
    place="Urząd Miasta",
)
HOST = official(BELCHATOW)
GUEST = official(OPOCZNO)
STRANGER = official(TOMASZOW)


class Meetings:
    """One meeting in Bełchatów, and short ways to say what happens to it."""

    def __init__(self, net: Network) -> None:
        self.net = net
        for terc in (BELCHATOW, OPOCZNO, TOMASZOW):
            net.member(terc)
        plan = PlanMeeting(command_id=uuid4(), host=BELCHATOW, plan=PLAN)
        self.id = net.give(plan, HOST).stream_id

    def give(self, command: type[Command], by: Actor = HOST, **facts: Any) -> None:
        given: Any = command
        self.net.give(given(command_id=uuid4(), meeting_id=self.id, **facts), by)

    def refuses(
        self, error: type[DomainError], command: type[Command], by: Actor = HOST, **facts: Any
    ) -> DomainError:
        before = self.net.events()
        with pytest.raises(error) as refusal:
            self.give(command, by, **facts)
        assert self.net.events() == before
        return refusal.value

    def invited(self) -> None:
        self.give(InviteToMeeting, municipalities=(OPOCZNO,))

    def held(self) -> None:
        self.invited()
        attendance = (
            Person(name="Anna", municipality=BELCHATOW),
            Person(name="Jan", municipality=OPOCZNO),
        )
        self.give(RecordMeetingHeld, held_on=HELD_ON, attendance=attendance)

    def written(self) -> None:
        self.held()
        section = MinutesSection(heading="Przebieg", body="Rozmowa.")
        self.give(WriteMinutes, municipality=BELCHATOW, section=section)

    def approved(self) -> None:
        self.written()
        seen = self.now.minutes_hash
        self.give(ApproveMinutes, executive(BELCHATOW), municipality=BELCHATOW, minutes_hash=seen)
        self.give(ApproveMinutes, executive(OPOCZNO), municipality=OPOCZNO, minutes_hash=seen)

    @property
    def now(self) -> Meeting:
        store = PostgresEventStore(self.net.pool, announce=lambda _position: None, vault=VAULT)
        found = store.load(Meeting, self.id)
        assert found is not None
        return found

    @property
    def agenda(self) -> list[str]:
        return [entry.value.title for entry in self.now.agenda]

    def put(self, title: str, by: Actor = HOST, after: UUID | None = None) -> UUID:
        command = AddAgendaItem(
            command_id=uuid4(),
            meeting_id=self.id,
            municipality=str(by.municipality),
            item=AgendaItem(title),
            after=after,
        )
        self.net.give(command, by)
        return command.item_id


def executive(terc: str) -> Actor:
    return official(terc, Role.EXECUTIVE)


@pytest.fixture
def meetings(database_url: str) -> Iterator[Meetings]:
    with network(database_url) as net:
        yield Meetings(net)


def test_meeting_goes_from_plan_to_published_minutes(meetings: Meetings) -> None:
    meetings.approved()
    meetings.give(PublishMinutes)
    assert meetings.now.state == "MINUTES_PUBLISHED"
    assert meetings.now.held_on == HELD_ON
    assert meetings.net.events()[-8:] == [
        "Meeting.Held",
        "Meeting.AttendanceRecorded",
        "Meeting.AttendanceRecorded",
        "Meeting.MinutesSectionAdded",
        "Meeting.ApprovalGiven",
        "Meeting.ApprovalGiven",
        "Meeting.MinutesApproved",
        "Meeting.MinutesPublished",
    ]


def test_host_is_an_active_member(meetings: Meetings) -> None:
    meetings.net.register("100702")
    command = PlanMeeting(command_id=uuid4(), host="100702", plan=PLAN)
    with pytest.raises(NotAMember):
        meetings.net.give(command)


def test_meeting_does_not_exist_for_who_takes_no_part(meetings: Meetings) -> None:
    meetings.refuses(MeetingNotFound, CancelMeeting, STRANGER, reason="Obcy.")
    meetings.refuses(
        MeetingNotFound, AddAgendaItem, STRANGER, municipality=TOMASZOW, item=AgendaItem("Obcy")
    )


def test_guest_who_is_invited_sees_that_only_the_host_may_cancel(meetings: Meetings) -> None:
    meetings.invited()
    meetings.refuses(NotPermitted, CancelMeeting, GUEST, reason="Nie przyjedziemy.")


def test_nobody_speaks_for_another_municipality(meetings: Meetings) -> None:
    meetings.invited()
    meetings.refuses(
        NotPermitted, AnswerInvitation, HOST, municipality=OPOCZNO, answer=Answer.ACCEPTED
    )


def test_answer_to_an_invitation_is_the_invited_ones(meetings: Meetings) -> None:
    meetings.invited()
    meetings.give(AnswerInvitation, GUEST, municipality=OPOCZNO, answer=Answer.ACCEPTED)
    assert meetings.now.invited == {OPOCZNO: Answer.ACCEPTED}


def test_moved_meeting_asks_for_answers_anew(meetings: Meetings) -> None:
    meetings.invited()
    meetings.give(AnswerInvitation, GUEST, municipality=OPOCZNO, answer=Answer.ACCEPTED)
    week = timedelta(days=7)
    meetings.give(RescheduleMeeting, starts_at=PLAN.starts_at + week, ends_at=PLAN.ends_at + week)
    assert meetings.now.invited == {OPOCZNO: Answer.NONE}
    assert meetings.now.plan.day == date(2025, 8, 19)


def test_officials_of_two_towns_write_one_agenda_without_losing_an_entry(
    meetings: Meetings,
) -> None:
    meetings.invited()
    first = meetings.put("Powitanie")
    meetings.put("Pozyskiwanie funduszy", GUEST, after=first)
    meetings.put("Zwiedzanie", HOST, after=first)
    assert meetings.agenda == ["Powitanie", "Zwiedzanie", "Pozyskiwanie funduszy"]


def test_second_of_two_edits_of_one_entry_is_told_instead_of_overwriting(
    meetings: Meetings,
) -> None:
    meetings.invited()
    item = meetings.put("Fundusze", GUEST)
    mine = AgendaItem("Fundusze krajowe")
    meetings.give(
        RewriteAgendaItem,
        GUEST,
        municipality=OPOCZNO,
        item_id=item,
        item=mine,
        expected_item_version=1,
    )
    refusal = meetings.refuses(
        EntryChanged,
        RewriteAgendaItem,
        HOST,
        municipality=BELCHATOW,
        item_id=item,
        item=AgendaItem("Fundusze europejskie"),
        expected_item_version=1,
    )
    assert refusal.details == {"expected": 1, "current": 2}
    assert meetings.agenda == ["Fundusze krajowe"]


def test_guest_leaves_the_hosts_entries_alone(meetings: Meetings) -> None:
    meetings.invited()
    item = meetings.put("Powitanie")
    meetings.refuses(
        NotPermitted,
        RewriteAgendaItem,
        GUEST,
        municipality=OPOCZNO,
        item_id=item,
        item=AgendaItem("Inaczej"),
    )


def test_agenda_item_moves_to_the_front(meetings: Meetings) -> None:
    meetings.put("Jeden")
    two = meetings.put("Dwa")
    meetings.give(MoveAgendaItem, item_id=two, after=None)
    meetings.give(MoveAgendaItem, item_id=two, after=None)
    assert meetings.agenda == ["Dwa", "Jeden"]
    assert meetings.net.events().count("Meeting.AgendaItemMoved") == 1


def test_agenda_item_behind_one_that_never_was_is_refused(meetings: Meetings) -> None:
    one = meetings.put("Jeden")
    meetings.refuses(EntryNotFound, MoveAgendaItem, item_id=one, after=uuid4())


def test_meeting_without_invitation_can_not_have_been_held(meetings: Meetings) -> None:
    refusal = meetings.refuses(MeetingStateForbids, RecordMeetingHeld, held_on=HELD_ON)
    assert refusal.details == {"state": "PLANNED"}


def test_meeting_is_not_held_before_its_day_has_come(meetings: Meetings) -> None:
    meetings.invited()
    meetings.refuses(NotYetHeld, RecordMeetingHeld, held_on=date(2099, 1, 1))


def test_attendance_stands_apart_from_invitation(meetings: Meetings) -> None:
    meetings.give(InviteToMeeting, municipalities=(OPOCZNO, TOMASZOW))
    present = (Person(name="Jan", office="Burmistrz", municipality=OPOCZNO),)
    meetings.give(RecordMeetingHeld, held_on=HELD_ON, attendance=present)
    assert set(meetings.now.invited) == {OPOCZNO, TOMASZOW}
    assert meetings.now.attended_by == {OPOCZNO}


def test_minutes_are_approved_by_executives_of_who_attended_only(meetings: Meetings) -> None:
    meetings.give(InviteToMeeting, municipalities=(OPOCZNO, TOMASZOW))
    present = (Person(name="Jan", municipality=OPOCZNO),)
    meetings.give(RecordMeetingHeld, held_on=HELD_ON, attendance=present)
    seen = meetings.now.minutes_hash
    facts = {"municipality": TOMASZOW, "minutes_hash": seen}
    meetings.refuses(NotAnAttendee, ApproveMinutes, executive(TOMASZOW), **facts)
    facts = {"municipality": OPOCZNO, "minutes_hash": seen}
    meetings.refuses(NotPermitted, ApproveMinutes, official(OPOCZNO), **facts)
    meetings.refuses(MinutesEmpty, ApproveMinutes, executive(OPOCZNO), **facts)


def test_approval_is_of_the_text_that_was_read(meetings: Meetings) -> None:
    meetings.written()
    seen = meetings.now.minutes_hash
    meetings.give(RecordDecision, text="Spotykamy się co kwartał.")
    facts = {"municipality": OPOCZNO, "minutes_hash": seen}
    meetings.refuses(MinutesChanged, ApproveMinutes, executive(OPOCZNO), **facts)


def test_approval_of_an_earlier_text_does_not_count(meetings: Meetings) -> None:
    meetings.written()
    seen = meetings.now.minutes_hash
    meetings.give(ApproveMinutes, executive(OPOCZNO), municipality=OPOCZNO, minutes_hash=seen)
    meetings.give(RecordDecision, text="Spotykamy się co kwartał.")
    seen = meetings.now.minutes_hash
    meetings.give(ApproveMinutes, executive(BELCHATOW), municipality=BELCHATOW, minutes_hash=seen)
    assert meetings.now.state == "HELD"
    meetings.give(ApproveMinutes, executive(OPOCZNO), municipality=OPOCZNO, minutes_hash=seen)
    assert meetings.now.state == "MINUTES_APPROVED"


def test_approved_minutes_stay_and_a_mistake_is_noted_beside_them(meetings: Meetings) -> None:
    meetings.approved()
    approved = meetings.now.minutes_hash
    section = next(iter(meetings.now.sections)).id
    meetings.refuses(
        MeetingStateForbids,
        RewriteMinutes,
        municipality=BELCHATOW,
        section_id=section,
        section=MinutesSection("Przebieg", "Inaczej."),
    )
    meetings.give(AnnotateMinutes, note="W zdaniu pierwszym zamiast 10.00 powinno być 11.00.")
    assert meetings.now.minutes_hash == approved


def test_minutes_are_published_once_approved(meetings: Meetings) -> None:
    meetings.written()
    meetings.refuses(MeetingStateForbids, PublishMinutes)


def test_action_item_is_finished_by_the_town_that_owes_it(meetings: Meetings) -> None:
    meetings.held()
    made = AssignActionItem(
        command_id=uuid4(), meeting_id=meetings.id, text="Lista naborów", owner=TOMASZOW
    )
    meetings.net.give(made, HOST)
    meetings.refuses(
        NotPermitted,
        FinishActionItem,
        GUEST,
        municipality=OPOCZNO,
        action_item_id=made.action_item_id,
    )
    meetings.give(
        FinishActionItem, STRANGER, municipality=TOMASZOW, action_item_id=made.action_item_id
    )
    meetings.give(
        FinishActionItem, HOST, municipality=BELCHATOW, action_item_id=made.action_item_id
    )
    assert meetings.now.actions[made.action_item_id].state == "DONE"
    assert meetings.net.events().count("Meeting.ActionItemDone") == 1


def test_stale_version_of_the_meeting_is_refused(meetings: Meetings) -> None:
    meetings.invited()
    refusal = meetings.refuses(StaleVersion, CancelMeeting, reason="Powódź.", expected_version=1)
    assert refusal.details == {"expected": 1, "current": 2}


def test_one_occurrence_of_a_series_becomes_one_meeting(meetings: Meetings) -> None:
    recurrence = Recurrence(local("2026-01-14 10:00"), 90, "FREQ=MONTHLY;BYDAY=2WE")
    start = StartSeries(command_id=uuid4(), host=BELCHATOW, title="Narada", recurrence=recurrence)
    series = meetings.net.give(start, HOST).stream_id
    at = local("2026-02-11 10:00")
    plans = [
        PlanOccurrence(command_id=uuid4(), series_id=series, recurrence_id=at) for _ in range(2)
    ]
    first, second = [meetings.net.give(plan, HOST) for plan in plans]
    assert (second.stream_id, second.changed) == (first.stream_id, False)
    meetings.id = first.stream_id
    assert meetings.now.plan.starts_at == datetime(2026, 2, 11, 9, 0, tzinfo=UTC)
