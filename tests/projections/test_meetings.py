"""What lists and pages show of a meeting, and to whom."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.commands import Command
from domain.meetings import (
    AddAgendaItem,
    AgendaItem,
    ApproveMinutes,
    AssignActionItem,
    InviteToMeeting,
    MinutesSection,
    MoveOccurrence,
    Override,
    Person,
    Plan,
    PlanMeeting,
    PublishMinutes,
    RecordDecision,
    RecordMeetingHeld,
    Recurrence,
    StartSeries,
    WriteMinutes,
)
from domain.meetings.series import EndSeries, ExcludeOccurrence
from domain.municipalities import RenameMunicipality
from domain.people import ForgetPerson
from tests.network import BELCHATOW, OPOCZNO, Network, network

local = datetime.fromisoformat
START = datetime(2025, 8, 12, 8, 0, tzinfo=UTC)
PERSON = uuid4()


class Town:
    def __init__(self, net: Network) -> None:
        self.net = net
        net.member(BELCHATOW)
        net.member(OPOCZNO)
        plan = Plan("Spotkanie", START, START + timedelta(hours=2), place="Urząd Miasta")
        self.id = net.give(PlanMeeting(command_id=uuid4(), host=BELCHATOW, plan=plan)).stream_id

    def give(self, command: type[Command], **facts: Any) -> None:
        given: Any = command
        self.net.give(given(command_id=uuid4(), meeting_id=self.id, **facts))

    def held(self) -> None:
        self.give(InviteToMeeting, municipalities=(OPOCZNO,))
        person = Person(
            name="Jan Kowalski", office="Burmistrz", municipality=OPOCZNO, person_id=PERSON
        )
        self.give(RecordMeetingHeld, held_on=date(2025, 8, 12), attendance=(person,))
        public, closed = (
            MinutesSection("Przebieg", "Rozmowa."),
            MinutesSection("Kadry", "Poufne.", public=False),
        )
        self.give(WriteMinutes, municipality=BELCHATOW, section=public)
        self.give(WriteMinutes, municipality=BELCHATOW, section=closed)
        self.give(RecordDecision, text="Spotykamy się co kwartał.")

    def published(self) -> None:
        self.net.project()
        seen = self.net.value("SELECT minutes_hash FROM read_meetings.meetings")
        self.give(ApproveMinutes, municipality=OPOCZNO, minutes_hash=seen)
        self.give(PublishMinutes)
        self.net.project()


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    with network(database_url) as net:
        yield Town(net)


def visibility(net: Network, table: str) -> list[str]:
    return [row[0] for row in net.rows(f"SELECT visibility FROM read_meetings.{table} ORDER BY 1")]


def test_plan_is_its_hosts_and_an_invitation_everyones_in_the_network(town: Town) -> None:
    town.give(AddAgendaItem, municipality=BELCHATOW, item=AgendaItem("Fundusze"))
    town.give(AddAgendaItem, municipality=BELCHATOW, item=AgendaItem("Kadry", public=False))
    town.net.project()
    assert visibility(town.net, "meetings") == ["OWN"]
    assert visibility(town.net, "agenda_items") == ["CONSORTIUM", "OWN"]
    town.give(InviteToMeeting, municipalities=(OPOCZNO,))
    town.net.project()
    assert visibility(town.net, "meetings") == ["NETWORK"]
    assert visibility(town.net, "agenda_items") == ["CONSORTIUM", "NETWORK"]
    assert town.net.rows(
        "SELECT owner_terc, participants FROM read_meetings.agenda_items LIMIT 1"
    ) == [(BELCHATOW, [BELCHATOW, OPOCZNO])]


def test_minutes_are_the_participants_until_they_are_published(town: Town) -> None:
    town.held()
    town.net.project()
    assert visibility(town.net, "sections") == ["CONSORTIUM", "CONSORTIUM"]
    assert visibility(town.net, "guests") == ["CONSORTIUM"]
    town.published()
    assert visibility(town.net, "meetings") == ["PUBLIC"]
    assert visibility(town.net, "sections") == ["CONSORTIUM", "PUBLIC"]
    assert visibility(town.net, "decisions") == ["PUBLIC"]
    assert visibility(town.net, "guests") == ["PUBLIC"]


def test_who_joins_by_having_something_to_do_sees_the_minutes(town: Town) -> None:
    town.held()
    town.net.member("101601")
    town.give(AssignActionItem, text="Lista naborów", owner="101601", due_on=date(2026, 12, 1))
    town.net.project()
    assert town.net.rows("SELECT participants FROM read_meetings.sections LIMIT 1") == [
        ([BELCHATOW, OPOCZNO, "101601"],)
    ]


def test_attendance_shows_name_office_and_municipality(town: Town) -> None:
    town.held()
    town.net.project()
    assert town.net.rows(
        "SELECT name, office, municipality->>'name' FROM read_meetings.guests WHERE kind = 'ATTENDED'"
    ) == [("Jan Kowalski", "Burmistrz", "Opoczno")]


def test_forgotten_person_leaves_the_place_in_the_attendance(town: Town) -> None:
    town.held()
    town.net.project()
    before = town.net.value("SELECT minutes_hash FROM read_meetings.meetings")
    town.net.give(ForgetPerson(command_id=uuid4(), person_id=PERSON))
    town.net.project()
    assert town.net.rows("SELECT name, office FROM read_meetings.guests") == [(None, "Burmistrz")]
    assert town.net.value("SELECT minutes_hash FROM read_meetings.meetings") == before


def test_renamed_municipality_is_renamed_wherever_it_is_shown(town: Town) -> None:
    town.held()
    town.net.project()
    rename = RenameMunicipality(
        command_id=uuid4(), terc=OPOCZNO, name="Opoczno Nowe", effective_on=date(2026, 1, 1)
    )
    town.net.give(rename)
    town.net.project()
    assert (
        town.net.value("SELECT invited->0->>'name' FROM read_meetings.meetings") == "Opoczno Nowe"
    )
    assert (
        town.net.value("SELECT municipality->>'name' FROM read_meetings.guests") == "Opoczno Nowe"
    )
    assert town.net.value("SELECT host->>'name' FROM read_meetings.meetings") == "Bełchatów"


def test_calendar_of_a_series_shows_its_exceptions(town: Town) -> None:
    recurrence = Recurrence(local("2026-10-14 10:00"), 60, "FREQ=WEEKLY;COUNT=5")
    start = StartSeries(
        command_id=uuid4(), host=BELCHATOW, title="Narada", recurrence=recurrence, place="Bełchatów"
    )
    series: UUID = town.net.give(start).stream_id
    town.net.project()
    skip = ExcludeOccurrence(
        command_id=uuid4(), series_id=series, recurrence_id=local("2026-10-21 10:00")
    )
    move = MoveOccurrence(
        command_id=uuid4(),
        series_id=series,
        recurrence_id=local("2026-10-28 10:00"),
        override=Override(local("2026-10-29 12:00"), 90, "Opoczno"),
    )
    end = EndSeries(command_id=uuid4(), series_id=series, last_on=date(2026, 11, 4))
    for command in (skip, move, end):
        town.net.give(command)
    town.net.project()
    assert town.net.rows(
        "SELECT recurrence_id::text, to_char(starts_at AT TIME ZONE 'UTC', 'MM-DD HH24:MI'), place "
        "FROM read_meetings.occurrences ORDER BY starts_at"
    ) == [
        ("2026-10-14 10:00:00", "10-14 08:00", "Bełchatów"),
        ("2026-10-28 10:00:00", "10-29 11:00", "Opoczno"),
        ("2026-11-04 10:00:00", "11-04 09:00", "Bełchatów"),
    ]
