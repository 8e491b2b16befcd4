"""Meetings out to an iCalendar file and in from one: right across the change to summer time."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from dateutil.rrule import rruleset, rrulestr
from icalendar import Calendar

from domain.meetings import (
    CancelMeeting,
    EndSeries,
    ExcludeOccurrence,
    Meeting,
    MeetingSeries,
    MoveOccurrence,
    Override,
    PlanOccurrence,
    Recurrence,
    StartSeries,
)
from domain.meetings.recurrence import occurrences
from domain.roles import OPERATOR
from domain.work import POLAND
from infra.calendar_file import MEETINGS, SERIES, written
from infra.meeting_import import Outcome, carry_out
from infra.sources.calendar import CalendarFile, read_calendar
from infra.sources.model import UnreadableSource
from tests.network import OPOCZNO, Network, network

clock = datetime.fromisoformat
"""On the clock in Warsaw, without a zone."""
SAMPLE = Path(__file__).parents[1] / "samples" / "sources" / "calendar.ics"


def out(net: Network) -> bytes:
    net.project()
    return written(_dicts(net, MEETINGS), _dicts(net, SERIES), "Próba")


def _dicts(net: Network, query: str) -> list[dict[str, Any]]:
    cursor = net.connection.execute(query.format(where="true").encode())
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def events_of(content: bytes) -> list[Any]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


def begun(content: bytes) -> list[datetime]:
    """When a calendar programme shows the meetings of the file's one series, in UTC."""
    events = events_of(content)
    (whole,) = [event for event in events if "RRULE" in event]
    found = rruleset()
    rule = whole["RRULE"].to_ical().decode()
    found.rrule(rrulestr(rule, dtstart=whole["DTSTART"].dt))
    excluded = whole.get("EXDATE", [])
    for each in excluded if isinstance(excluded, list) else [excluded]:
        for one in each.dts:
            found.exdate(one.dt)
    times = {at: at for at in found}
    for event in events:
        if "RECURRENCE-ID" in event:
            original = event["RECURRENCE-ID"].dt
            del times[original]
            if event.get("STATUS") != "CANCELLED":
                times[original] = event["DTSTART"].dt
    return sorted(at.astimezone(UTC) for at in times.values())


def series(net: Network) -> UUID:
    """Six Wednesdays over the night of 29 March 2026: one left out, one moved."""
    recurrence = Recurrence(clock("2026-03-11T10:00"), 60, "FREQ=WEEKLY;COUNT=6")
    started = StartSeries(
        command_id=uuid4(), host=OPOCZNO, title="Narada", recurrence=recurrence, place="Ratusz"
    )
    net.give(started)
    facts: dict[str, Any] = {"command_id": uuid4(), "series_id": started.series_id}
    net.give(ExcludeOccurrence(recurrence_id=clock("2026-03-18T10:00"), **facts))
    moved = Override(clock("2026-03-30T08:30"), 45, "Biblioteka")
    facts["command_id"] = uuid4()
    net.give(MoveOccurrence(recurrence_id=clock("2026-04-01T10:00"), override=moved, **facts))
    return started.series_id


def test_calendar_shows_the_series_as_the_domain_does(database_url: str) -> None:
    with network(database_url) as net:
        net.member(OPOCZNO)
        known = net.cooperation.store.load(MeetingSeries, series(net))
        assert known is not None
        told = occurrences(known.recurrence, known.excluded, known.overrides)
        assert begun(out(net)) == [one.starts_at for one in told]
        assert begun(out(net)) == [
            datetime(2026, 3, 11, 9, 0, tzinfo=UTC),
            datetime(2026, 3, 25, 9, 0, tzinfo=UTC),
            datetime(2026, 3, 30, 6, 30, tzinfo=UTC),
            datetime(2026, 4, 8, 8, 0, tzinfo=UTC),
            datetime(2026, 4, 15, 8, 0, tzinfo=UTC),
        ]
        assert b"BEGIN:VTIMEZONE" in out(net)
        assert out(net) == out(net)


def test_meeting_of_a_series_is_told_inside_of_it(database_url: str) -> None:
    with network(database_url) as net:
        net.member(OPOCZNO)
        series_id = series(net)
        original = clock("2026-04-08T10:00")
        planned = PlanOccurrence(
            command_id=uuid4(), series_id=series_id, recurrence_id=original, description="Plan"
        )
        meeting = net.give(planned).stream_id
        told = events_of(out(net))
        assert len({event["UID"] for event in told}) == 1
        net.give(CancelMeeting(command_id=uuid4(), meeting_id=meeting, reason="Powódź."))
        (event,) = [e for e in events_of(out(net)) if "STATUS" in e]
        assert (event["STATUS"], event["RECURRENCE-ID"].dt) == (
            "CANCELLED",
            original.replace(tzinfo=POLAND),
        )
        assert datetime(2026, 4, 8, 8, 0, tzinfo=UTC) not in begun(out(net))


def test_ended_series_ends_in_the_calendar_too(database_url: str) -> None:
    with network(database_url) as net:
        net.member(OPOCZNO)
        last_on = date(2026, 4, 8)
        net.give(EndSeries(command_id=uuid4(), series_id=series(net), last_on=last_on))
        assert begun(out(net))[-1] == datetime(2026, 4, 8, 8, 0, tzinfo=UTC)


def test_what_went_out_comes_in_as_it_was(database_url: str) -> None:
    with network(database_url) as net:
        net.member(OPOCZNO)
        known = net.cooperation.store.load(MeetingSeries, series(net))
        (read,) = read_calendar(out(net)).series
        assert known is not None
        assert (read.recurrence, set(read.excluded), read.overrides) == (
            known.recurrence,
            known.excluded,
            known.overrides,
        )


def imported(net: Network, file: CalendarFile) -> list[tuple[str, str]]:
    done = carry_out(net.cooperation, file, OPOCZNO, OPERATOR)
    return [(each.title, each.outcome.value) for each in done]


def test_file_of_another_programme_is_imported_once_and_its_changes_follow(
    database_url: str,
) -> None:
    content = SAMPLE.read_bytes()
    with network(database_url) as net:
        net.member(OPOCZNO)
        assert imported(net, read_calendar(content)) == [
            ("Posiedzenie zespołu", "planned"),
            ("Przegląd wniosków", "planned"),
            ("Odwołane, zanim ktokolwiek wiedział", "unchanged"),
        ]
        stored = net.events()
        assert imported(net, read_calendar(content))[1] == ("Przegląd wniosków", "unchanged")
        assert net.events() == stored
        moved = content.replace(b"20260512T090000Z", b"20260513T090000Z").replace(
            b"Sala 12", b"Sala 14"
        )
        assert imported(net, read_calendar(moved))[1] == ("Przegląd wniosków", "changed")
        assert net.events()[len(stored) :] == ["Meeting.Replanned", "Meeting.Rescheduled"]
        off = moved.replace(b"SUMMARY:Przegl", b"STATUS:CANCELLED\r\nSUMMARY:Przegl")
        assert imported(net, read_calendar(off))[1] == ("Przegląd wniosków", "changed")
        assert net.events()[-1] == "Meeting.Cancelled"


def test_series_of_another_programme_keeps_its_exceptions(database_url: str) -> None:
    with network(database_url) as net:
        net.member(OPOCZNO)
        file = read_calendar(SAMPLE.read_bytes())
        (done,) = list(carry_out(net.cooperation, file, OPOCZNO, OPERATOR))[:1]
        assert done.stream_id is not None
        known = net.cooperation.store.load(MeetingSeries, done.stream_id)
        assert known is not None
        assert [
            one.starts_at.isoformat()
            for one in occurrences(known.recurrence, known.excluded, known.overrides)
        ] == [
            "2026-03-12T08:00:00+00:00",
            "2026-04-09T07:00:00+00:00",
            "2026-04-24T12:00:00+00:00",
        ]
        other = SAMPLE.read_bytes().replace(b"INTERVAL=2", b"INTERVAL=1")
        (refused,) = list(carry_out(net.cooperation, read_calendar(other), OPOCZNO, OPERATOR))[:1]
        assert refused.outcome is Outcome.REFUSED
        assert refused.refusal is not None
        assert refused.refusal.code == "series_differs"


def test_dry_run_stores_nothing(database_url: str) -> None:
    with network(database_url) as net:
        net.member(OPOCZNO)
        stored = net.events()
        file = read_calendar(SAMPLE.read_bytes())
        done = list(carry_out(net.cooperation, file, OPOCZNO, OPERATOR, dry_run=True))
        assert done[0].outcome is Outcome.PLANNED
        assert net.events() == stored


def test_imported_plan_is_right_in_summer(database_url: str) -> None:
    with network(database_url) as net:
        net.member(OPOCZNO)
        file = read_calendar(SAMPLE.read_bytes())
        done = list(carry_out(net.cooperation, file, OPOCZNO, OPERATOR))
        assert done[1].stream_id is not None
        meeting = net.cooperation.store.load(Meeting, done[1].stream_id)
        assert meeting is not None
        assert meeting.plan.starts_at.astimezone(POLAND).hour == 11
        assert meeting.plan.ends_at - meeting.plan.starts_at == timedelta(minutes=90)


EVENT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:próba
BEGIN:VEVENT
UID:1
SUMMARY:Coś
{}
END:VEVENT
END:VCALENDAR
"""
NOT_UNDERSTOOD = {
    "all day": ("DTSTART;VALUE=DATE:20260512", "hour"),
    "no beginning": ("DESCRIPTION:nic", "DTSTART"),
    "another clock": ("DTSTART;TZID=Europe/London:20260512T100000\nRRULE:FREQ=DAILY", "clock"),
    "UTC all year": ("DTSTART:20260512T100000Z\nRRULE:FREQ=DAILY", "clock"),
    "days": ("DTSTART:20260512T100000\nRDATE:20260513T100000", "RDATE"),
}


@pytest.mark.parametrize(("said", "why"), NOT_UNDERSTOOD.values(), ids=list(NOT_UNDERSTOOD))
def test_what_is_not_understood_is_told(said: str, why: str) -> None:
    file = read_calendar(EVENT.format(said).encode())
    ((title, reason),) = file.skipped
    assert (title, file.meetings, file.series) == ("Coś", (), ())
    assert why in reason.en


def test_time_without_a_zone_is_that_in_warsaw_and_berlin_shows_the_same() -> None:
    for zone in ("", ";TZID=Europe/Berlin", ";TZID=Central European Standard Time"):
        said = f"DTSTART{zone}:20260512T100000\nRRULE:FREQ=DAILY;UNTIL=20260514"
        (read,) = read_calendar(EVENT.format(said).encode()).series
        assert read.recurrence.starts_at == clock("2026-05-12T10:00")
        assert [one.starts_at.day for one in occurrences(read.recurrence)] == [12, 13, 14]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"BEGIN:VCALENDAR",
        b"<html>",
        b"\xff\xfe",
        b"BEGIN:VCALENDAR\nEND:VCALENDAR",
        b"x" * 6_000_000,
    ],
)
def test_what_is_no_calendar_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableSource):
        read_calendar(content)
