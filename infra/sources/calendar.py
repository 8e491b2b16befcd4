"""An iCalendar file, as another calendar wrote it: single meetings, and series with their exceptions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from icalendar import Calendar
from icalendar import Event as _Event

from domain.meetings import Override, Plan, Recurrence
from domain.work import POLAND
from infra.sources.model import UnreadableSource

BYTES = 5_000_000
EVENTS = 2_000
_UNNAMED = UUID("0a4a9d1e-5d0e-5a2c-9b0b-8f6c5d2e7a41")


Event = Any
"""A VEVENT: what its properties are, only looking tells."""


class Reason(NamedTuple):
    pl: str
    en: str


@dataclass(frozen=True)
class FileMeeting:
    uid: str
    plan: Plan
    cancelled: bool = False


@dataclass(frozen=True)
class FileSeries:
    """`excluded` and the keys of `overrides`: times on the clock in Warsaw, as in the domain."""

    uid: str
    title: str
    place: str
    recurrence: Recurrence
    excluded: tuple[datetime, ...] = ()
    overrides: dict[datetime, Override] = field(default_factory=dict)


@dataclass(frozen=True)
class CalendarFile:
    meetings: tuple[FileMeeting, ...]
    series: tuple[FileSeries, ...]
    skipped: tuple[tuple[str, Reason], ...]
    """What was not understood, while the rest was."""


class _Skipped(Exception):
    def __init__(self, pl: str, en: str) -> None:
        super().__init__(en)
        self.reason = Reason(pl, en)


def read_calendar(content: bytes) -> CalendarFile:
    """Raises UnreadableSource."""
    events = _events(content)
    exceptions: dict[str, list[Event]] = {}
    for event in events:
        if "RECURRENCE-ID" in event:
            exceptions.setdefault(_uid(event), []).append(event)
    repeated = {_uid(event) for event in events if "RRULE" in event}
    meetings: list[FileMeeting] = []
    series: list[FileSeries] = []
    skipped: list[tuple[str, Reason]] = []
    for event in events:
        if "RECURRENCE-ID" in event and _uid(event) in repeated:
            continue
        try:
            if "RRULE" in event:
                series.append(_series(event, exceptions.get(_uid(event), [])))
            else:
                meetings.append(_meeting(event))
        except _Skipped as refused:
            skipped.append((_line(event, "SUMMARY") or _uid(event), refused.reason))
    return CalendarFile(tuple(meetings), tuple(series), tuple(skipped))


def _events(content: bytes) -> list[Event]:
    if len(content) > BYTES:
        raise UnreadableSource(
            "calendar_too_large",
            f"Plik kalendarza ma więcej niż {BYTES // 1_000_000} MB.",
            f"The calendar is larger than {BYTES // 1_000_000} MB.",
        )
    try:
        calendars = Calendar.from_ical(content.decode("utf-8-sig"), multiple=True)
        found = [each for calendar in calendars for each in calendar.walk("VEVENT")]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise UnreadableSource(
            "not_a_calendar",
            "To nie jest plik iCalendar (.ics) w UTF-8.",
            "This is no iCalendar file (.ics) in UTF-8.",
        ) from error
    if not found or len(found) > EVENTS:
        raise UnreadableSource(
            "no_meetings" if not found else "calendar_too_large",
            f"W pliku powinno być od 1 do {EVENTS} spotkań, jest {len(found)}.",
            f"There should be 1 to {EVENTS} meetings in the file, there are {len(found)}.",
        )
    return [each for each in found if isinstance(each, _Event)]


def _meeting(event: Event) -> FileMeeting:
    if "RDATE" in event:
        raise _Skipped(
            "lista dni (RDATE) nie jest obsługiwana", "lists of days (RDATE) aren't known"
        )
    begins = _moment(event, "DTSTART")
    plan = Plan(
        title=_line(event, "SUMMARY"),
        starts_at=begins.astimezone(UTC),
        ends_at=(begins + _length(event, begins)).astimezone(UTC),
        place=_line(event, "LOCATION"),
        link=_line(event, "URL") or None,
        description=_text(event, "DESCRIPTION"),
    )
    return FileMeeting(_uid(event), plan, _cancelled(event))


def _series(event: Event, exceptions: list[Event]) -> FileSeries:
    if "RDATE" in event:
        raise _Skipped(
            "lista dni (RDATE) nie jest obsługiwana", "lists of days (RDATE) aren't known"
        )
    begins = _moment(event, "DTSTART")
    _require_clock_of_warsaw(begins)
    excluded = list(_exdates(event))
    overrides: dict[datetime, Override] = {}
    for exception in exceptions:
        original = _local(_moment(exception, "RECURRENCE-ID"))
        if "RANGE" in getattr(exception["RECURRENCE-ID"], "params", {}):
            raise _Skipped(
                "zmiana „od tego spotkania” (RANGE)", "a change of all that follow (RANGE)"
            )
        if _cancelled(exception):
            excluded.append(original)
            continue
        moved = _moment(exception, "DTSTART")
        minutes = _length(exception, moved) // timedelta(minutes=1)
        overrides[original] = Override(_local(moved), minutes, _line(exception, "LOCATION") or None)
    minutes = _length(event, begins) // timedelta(minutes=1)
    recurrence = Recurrence(_local(begins), minutes, _rule(event))
    title, place = _line(event, "SUMMARY"), _line(event, "LOCATION")
    left = {at: how for at, how in overrides.items() if at not in excluded}
    return FileSeries(_uid(event), title, place, recurrence, tuple(sorted(set(excluded))), left)


def _rule(event: Event) -> str:
    """With its UNTIL in UTC, which the clock in Warsaw needs (RFC 5545, 3.3.10)."""
    rule = event["RRULE"]
    if isinstance(rule, list):
        raise _Skipped("kilka reguł powtarzania naraz", "several rules of recurrence at once")
    parts = dict(part.split("=", 1) for part in rule.to_ical().decode().split(";"))
    until = next(iter(rule.get("UNTIL", ())), None)
    if isinstance(until, datetime):
        at = until if until.tzinfo else until.replace(tzinfo=POLAND)
        parts["UNTIL"] = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    elif isinstance(until, date):
        at = datetime.combine(until, time(23, 59, 59), POLAND)
        parts["UNTIL"] = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _exdates(event: Event) -> Iterator[datetime]:
    said = event.get("EXDATE", [])
    for each in said if isinstance(said, list) else [said]:
        for one in each.dts:
            yield _local(_timed(one.dt))


def _moment(event: Event, name: str) -> datetime:
    said = event.get(name)
    if said is None or isinstance(said, list):
        raise _Skipped(f"brak {name}", f"{name} is missing")
    return _timed(said.dt)


def _timed(said: Any) -> datetime:
    """Without a zone it is the clock in Warsaw that is meant."""
    if not isinstance(said, datetime):
        raise _Skipped("całodniowe: spotkanie ma godzinę", "all day long: a meeting has its hour")
    return said if said.tzinfo else said.replace(tzinfo=POLAND)


def _length(event: Event, begins: datetime) -> timedelta:
    if "DTEND" in event:
        return _moment(event, "DTEND").astimezone(UTC) - begins.astimezone(UTC)
    if "DURATION" in event and isinstance(event["DURATION"].dt, timedelta):
        return timedelta(seconds=event["DURATION"].dt.total_seconds())
    return timedelta(hours=1)


def _require_clock_of_warsaw(begins: datetime) -> None:
    """Another zone will do where its clock shows the same, as in Berlin."""
    if begins.tzinfo is UTC or begins.utcoffset() is None:
        same = begins.tzinfo is POLAND
    else:
        year = [begins + timedelta(days=days) for days in range(0, 366, 30)]
        same = all(at.utcoffset() == at.replace(tzinfo=POLAND).utcoffset() for at in year)
    if not same:
        raise _Skipped(
            "cykl liczony według innego zegara niż polski", "a series by another clock than ours"
        )


def _local(at: datetime) -> datetime:
    return at.astimezone(POLAND).replace(tzinfo=None)


def _cancelled(event: Event) -> bool:
    return _line(event, "STATUS").upper() == "CANCELLED"


def _uid(event: Event) -> str:
    told = _line(event, "UID")
    return told or str(uuid5(_UNNAMED, f"{_line(event, 'SUMMARY')}:{event.get('DTSTART')!r}"))


def _line(event: Event, name: str) -> str:
    return " ".join(_text(event, name).split())


def _text(event: Event, name: str) -> str:
    said = event.get(name, "")
    if isinstance(said, list):
        said = said[0]
    return str(said).replace("\r\n", "\n").strip()
