"""Random commands by anyone never take a meeting where it may not go."""

from datetime import UTC, date, datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from domain.meetings import (
    AddAgendaItem,
    AgendaItem,
    Answer,
    AnswerInvitation,
    ApproveMinutes,
    AssignActionItem,
    CancelMeeting,
    DropActionItem,
    FinishActionItem,
    InviteToMeeting,
    Meeting,
    MinutesSection,
    MoveAgendaItem,
    Person,
    Plan,
    PlanMeeting,
    PostponeMeeting,
    PublishMinutes,
    RecordAttendance,
    RecordDecision,
    RecordMeetingHeld,
    RemoveAgendaItem,
    RemoveFromMinutes,
    RescheduleMeeting,
    RewriteMinutes,
    WithdrawAttendance,
    WriteMinutes,
)
from domain.ordered import Ordered
from domain.roles import OPERATOR, Actor, Role
from tests.lifecycle import Lifecycle, run
from tests.network import BELCHATOW, OPOCZNO, TOMASZOW, Network, network, official

TOWNS = st.sampled_from([BELCHATOW, OPOCZNO, TOMASZOW])
ACTORS = st.sampled_from(
    [
        official(terc, role)
        for terc in (BELCHATOW, OPOCZNO, TOMASZOW)
        for role in (Role.EDITOR, Role.EXECUTIVE)
    ]
    + [OPERATOR] * 6
)
START = datetime(2025, 8, 12, 8, 0, tzinfo=UTC)


class MeetingLifecycle(Lifecycle):
    aggregate = Meeting
    allowed: ClassVar = {
        ("PLANNED", "INVITED"),
        ("PLANNED", "POSTPONED"),
        ("PLANNED", "CANCELLED"),
        ("INVITED", "POSTPONED"),
        ("INVITED", "CANCELLED"),
        ("POSTPONED", "PLANNED"),
        ("POSTPONED", "INVITED"),
        ("POSTPONED", "CANCELLED"),
        ("INVITED", "HELD"),
        ("HELD", "MINUTES_APPROVED"),
        ("MINUTES_APPROVED", "MINUTES_PUBLISHED"),
    }

    def __init__(self, net: Network) -> None:
        super().__init__(net)
        plan = Plan("Spotkanie", START, START + timedelta(hours=2))
        command = PlanMeeting(command_id=uuid4(), host=BELCHATOW, plan=plan)
        self.id = net.give(command).stream_id

    @initialize(far=st.integers(0, 4))
    def begin(self, far: int) -> None:
        """From a plan, an invitation, a meeting that was held, or minutes that are approved."""
        if far >= 1:
            self.invite(OPERATOR, [OPOCZNO])
            self.add_to_agenda(OPERATOR, BELCHATOW, 0, True)
        if far >= 2:
            self.hold(OPERATOR, date(2025, 8, 12), OPOCZNO)
            self.write(OPERATOR, BELCHATOW, 0, False)
            self.assign(OPERATOR, TOMASZOW)
        if far >= 3:
            self.approve(OPERATOR, OPOCZNO)
        if far == 4:
            self.publish(OPERATOR)

    @rule(by=ACTORS, towns=st.lists(TOWNS, min_size=1, max_size=2))
    def invite(self, by: Actor, towns: list[str]) -> None:
        self.give(InviteToMeeting, by, meeting_id=self.id, municipalities=tuple(towns))

    @rule(by=ACTORS, town=TOWNS, answer=st.sampled_from(Answer))
    def answer(self, by: Actor, town: str, answer: Answer) -> None:
        self.give(AnswerInvitation, by, meeting_id=self.id, municipality=town, answer=answer)

    @rule(by=ACTORS, days=st.integers(-3, 3))
    def reschedule(self, by: Actor, days: int) -> None:
        start = START + timedelta(days=days)
        self.give(
            RescheduleMeeting,
            by,
            meeting_id=self.id,
            starts_at=start,
            ends_at=start + timedelta(hours=1),
        )

    @rule(by=ACTORS)
    def postpone(self, by: Actor) -> None:
        self.give(PostponeMeeting, by, meeting_id=self.id, reason="Choroba.")

    @rule(by=ACTORS, sure=st.integers(0, 2))
    def cancel(self, by: Actor, sure: int) -> None:
        if sure == 0:
            self.give(CancelMeeting, by, meeting_id=self.id, reason="Powódź.")

    @rule(by=ACTORS, on=st.sampled_from([date(2025, 8, 12), date(2099, 1, 1)]), town=TOWNS)
    def hold(self, by: Actor, on: date, town: str) -> None:
        people = (Person(name="Jan", municipality=town), Person(name="Ekspert"))
        self.give(RecordMeetingHeld, by, meeting_id=self.id, held_on=on, attendance=people)

    @rule(by=ACTORS, town=TOWNS)
    def attend(self, by: Actor, town: str) -> None:
        self.give(
            RecordAttendance, by, meeting_id=self.id, person=Person(name="Anna", municipality=town)
        )

    @rule(by=ACTORS)
    def withdraw_attendance(self, by: Actor) -> None:
        guest = next(iter(self.now.attendance), uuid4())
        self.give(WithdrawAttendance, by, meeting_id=self.id, guest_id=guest, reason="Pomyłka.")

    @rule(by=ACTORS, town=TOWNS, behind=st.integers(0, 3), public=st.booleans())
    def add_to_agenda(self, by: Actor, town: str, behind: int, public: bool) -> None:
        item = AgendaItem("Punkt", public=public)
        after = self._nth(self.now.agenda, behind)
        self.give(AddAgendaItem, by, meeting_id=self.id, municipality=town, item=item, after=after)

    @rule(by=ACTORS, nth=st.integers(0, 3), behind=st.integers(0, 3))
    def move_on_agenda(self, by: Actor, nth: int, behind: int) -> None:
        item = self._nth(self.now.agenda, nth) or uuid4()
        after = self._nth(self.now.agenda, behind)
        self.give(MoveAgendaItem, by, meeting_id=self.id, item_id=item, after=after)

    @rule(by=ACTORS, town=TOWNS, nth=st.integers(0, 3))
    def remove_from_agenda(self, by: Actor, town: str, nth: int) -> None:
        item = self._nth(self.now.agenda, nth) or uuid4()
        self.give(RemoveAgendaItem, by, meeting_id=self.id, municipality=town, item_id=item)

    @rule(by=ACTORS, town=TOWNS, behind=st.integers(0, 3), public=st.booleans())
    def write(self, by: Actor, town: str, behind: int, public: bool) -> None:
        section = MinutesSection("Przebieg", "Rozmowa.", public=public)
        after = self._nth(self.now.sections, behind)
        self.give(
            WriteMinutes, by, meeting_id=self.id, municipality=town, section=section, after=after
        )

    @rule(by=ACTORS, town=TOWNS, nth=st.integers(0, 3), seen=st.integers(1, 2))
    def rewrite(self, by: Actor, town: str, nth: int, seen: int) -> None:
        section = self._nth(self.now.sections, nth) or uuid4()
        text = MinutesSection("Przebieg", f"Rozmowa {uuid4()}.")
        facts = {"section_id": section, "section": text, "expected_section_version": seen}
        self.give(RewriteMinutes, by, meeting_id=self.id, municipality=town, **facts)

    @rule(by=ACTORS, town=TOWNS, nth=st.integers(0, 3))
    def remove(self, by: Actor, town: str, nth: int) -> None:
        section = self._nth(self.now.sections, nth) or uuid4()
        self.give(RemoveFromMinutes, by, meeting_id=self.id, municipality=town, section_id=section)

    @rule(by=ACTORS)
    def decide(self, by: Actor) -> None:
        self.give(RecordDecision, by, meeting_id=self.id, text="Spotykamy się co kwartał.")

    @rule(by=ACTORS, town=TOWNS)
    def approve(self, by: Actor, town: str) -> None:
        seen = self.now.minutes_hash
        self.give(ApproveMinutes, by, meeting_id=self.id, municipality=town, minutes_hash=seen)

    @rule(by=ACTORS)
    def approve_by_everyone(self, by: Actor) -> None:
        for town in sorted(self.now.attended_by):
            self.approve(by, town)

    @rule(by=ACTORS)
    def publish(self, by: Actor) -> None:
        self.give(PublishMinutes, by, meeting_id=self.id)

    @rule(by=ACTORS, town=TOWNS)
    def assign(self, by: Actor, town: str) -> None:
        self.give(AssignActionItem, by, meeting_id=self.id, text="Lista", owner=town)

    @rule(by=ACTORS, town=TOWNS, done=st.booleans())
    def close(self, by: Actor, town: str, done: bool) -> None:
        item = next(iter(self.now.actions), uuid4())
        facts = {"meeting_id": self.id, "municipality": town, "action_item_id": item}
        if done:
            self.give(FinishActionItem, by, **facts)
        else:
            self.give(DropActionItem, by, reason="Niepotrzebne.", **facts)

    @invariant()
    def approved_text_is_what_everyone_who_attended_approved(self) -> None:
        meeting = self.now
        if meeting.state.startswith("MINUTES"):
            assert {meeting.approvals[town] for town in meeting.attended_by} == {
                meeting.minutes_hash
            }

    def teardown(self) -> None:
        """The read model shows what the stream comes to."""
        self.net.project()
        (row,) = self.net.rows(
            "SELECT state, minutes_hash, agenda_order, section_order, participants "
            "FROM read_meetings.meetings WHERE id = %s",
            self.id,
        )
        meeting = self.now
        held = meeting.state in ("HELD", "MINUTES_APPROVED", "MINUTES_PUBLISHED")
        assert row[:4] == (
            meeting.state.value,
            meeting.minutes_hash if held else None,
            [entry.id for entry in meeting.agenda],
            [entry.id for entry in meeting.sections],
        )
        assert set(row[4]) == meeting.participants

    @staticmethod
    def _nth(entries: Ordered[object], nth: int) -> UUID | None:
        """None now and then: in front of all, or an entry that isn't there."""
        return entries.entries[nth].id if nth < len(entries) else None


def test_random_commands_never_take_a_meeting_where_it_may_not_go(database_url: str) -> None:
    with network(database_url) as net:
        for terc in (BELCHATOW, OPOCZNO, TOMASZOW):
            net.member(terc)
        run(lambda: MeetingLifecycle(net), net, "meetings")
        assert {
            state for pair in MeetingLifecycle.allowed for state in pair
        } == MeetingLifecycle.seen
