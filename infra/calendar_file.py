"""Meetings and series as an iCalendar file (RFC 5545): what a calendar programme subscribes to.

Times stand on the clock in Warsaw, with its VTIMEZONE, so that a meeting at ten stays at ten. A meeting of a
series is told inside of it, by its RECURRENCE-ID; where the series isn't told, it stands by itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.work import POLAND

if TYPE_CHECKING:
    from icalendar import Event

MEDIA_TYPE = "text/calendar"
LIMIT = 2_000
"""Meetings in one file, the latest."""

MEETINGS = f"""
SELECT m.id, m.title, m.description, m.place, m.link, m.state, m.starts_at, m.ends_at, m.series_id,
    m.recurrence_id, m.version, m.updated_at, m.host->>'name' AS host
FROM read_meetings.meetings AS m WHERE {{where}} ORDER BY m.day DESC, m.id DESC LIMIT {LIMIT}
"""
SERIES = f"""
SELECT s.id, s.title, s.place, s.starts_at, s.minutes, s.rule, s.excluded, s.overrides, s.last_on,
    s.version, s.host->>'name' AS host
FROM read_meetings.series AS s WHERE {{where}} ORDER BY s.title, s.id LIMIT {LIMIT}
"""
"""Both to be given a condition, for `m` and for `s`: who may see what, the caller knows."""

Row = Mapping[str, Any]

_STATUS = {"CANCELLED": "CANCELLED", "PLANNED": "TENTATIVE", "POSTPONED": "TENTATIVE"}
_SERIES_STAMP = datetime(2025, 8, 12, tzinfo=UTC)


def written(meetings: Iterable[Row], series: Iterable[Row], name: str) -> bytes:
    """Equal rows give equal bytes."""
    from icalendar import Calendar  # large, and seldom needed

    calendar = Calendar()
    calendar.add("prodid", "-//Wspólna Przestrzeń//PL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    told = {row["id"]: row for row in series}
    inside: dict[UUID, dict[datetime, Row]] = {}
    for row in meetings:
        if row["series_id"] in told:
            inside.setdefault(row["series_id"], {})[row["recurrence_id"]] = row
        else:
            calendar.add_component(_meeting(row, uid(row["id"])))
    for row in told.values():
        for event in _series(row, inside.get(row["id"], {})):
            calendar.add_component(event)
    calendar.add_missing_timezones(last_date=date(2038, 1, 1))
    return bytes(calendar.to_ical())


def uid(stream_id: UUID) -> str:
    return f"{stream_id}@wspolna-przestrzen"


def _meeting(row: Row, called: str) -> "Event":
    event = _event(
        called, row["starts_at"], row["ends_at"], row["title"], row["place"], row["host"]
    )
    if row["description"]:
        event.add("description", row["description"])
    if row["link"]:
        event.add("url", row["link"])
    event.add("status", _STATUS.get(row["state"], "CONFIRMED"))
    event.add("sequence", row["version"])
    event.add("dtstamp", row["updated_at"])
    return event


def _series(row: Row, meetings: Mapping[datetime, Row]) -> "Iterator[Event]":
    from icalendar import vRecur

    begins = row["starts_at"].replace(tzinfo=POLAND)
    lasts = timedelta(minutes=row["minutes"])
    called = uid(row["id"])
    event = _event(called, begins, begins + lasts, row["title"], row["place"], row["host"])
    event.add("rrule", vRecur.from_ical(_rule(row)))
    for excluded in row["excluded"]:
        event.add("exdate", excluded.replace(tzinfo=POLAND))
    event.add("sequence", row["version"])
    event.add("dtstamp", _SERIES_STAMP)
    yield event
    for override in row["overrides"]:
        if datetime.fromisoformat(override["recurrenceId"]) not in meetings:
            yield _moved(row, override)
    for original, meeting in sorted(meetings.items()):
        told = _meeting(meeting, called)
        told.add("recurrence-id", original.replace(tzinfo=POLAND))
        yield told


def _moved(row: Row, override: Mapping[str, Any]) -> "Event":
    begins = datetime.fromisoformat(override["startsAt"]).replace(tzinfo=POLAND)
    ends = begins + timedelta(minutes=override["minutes"])
    place = override["place"] or row["place"]
    event = _event(uid(row["id"]), begins, ends, row["title"], place, row["host"])
    original = datetime.fromisoformat(override["recurrenceId"])
    event.add("recurrence-id", original.replace(tzinfo=POLAND))
    event.add("sequence", row["version"])
    event.add("dtstamp", _SERIES_STAMP)
    return event


def _event(
    called: str, begins: datetime, ends: datetime, title: str, place: str, host: str
) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", called)
    event.add("dtstart", begins.astimezone(POLAND))
    event.add("dtend", ends.astimezone(POLAND))
    event.add("summary", title)
    if place:
        event.add("location", place)
    event.add("contact", host)
    return event


def _rule(row: Row) -> str:
    """A series that was ended has that day as its UNTIL, which excludes a COUNT (RFC 5545, 3.3.10)."""
    if row["last_on"] is None:
        return str(row["rule"])
    parts = dict(part.split("=", 1) for part in row["rule"].split(";"))
    ended = datetime.combine(row["last_on"], time(23, 59, 59), POLAND).astimezone(UTC)
    last = f"{ended:%Y%m%dT%H%M%SZ}"
    parts.pop("COUNT", None)
    parts["UNTIL"] = min(parts.get("UNTIL", last), last)
    return ";".join(f"{name}={value}" for name, value in parts.items())
