"""Recurrence as in iCalendar (RFC 5545): RRULE, EXDATE and overrides by RECURRENCE-ID.

Times are those on the clock in Warsaw: a meeting at ten is at ten in summer and in winter.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile

from dateutil.rrule import rrulestr

from domain.errors import FieldProblem, Malformed
from domain.values import text_problems
from domain.work import POLAND

HORIZON = timedelta(days=3660)
LIMIT = 600
"""Occurrences are told ten years ahead of the series' beginning, and no more than so many."""

_ALWAYS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH"}
# What a rule may be made of. (RFC 5545 knows more, of use to no calendar of meetings: by the second,
# or days of a month sought day by day, which takes seconds where there are none.)
_PARTS = {
    "DAILY": _ALWAYS,
    "WEEKLY": _ALWAYS,
    "MONTHLY": _ALWAYS | {"BYMONTHDAY", "BYSETPOS"},
    "YEARLY": _ALWAYS | {"BYMONTHDAY", "BYSETPOS", "BYYEARDAY", "BYWEEKNO"},
}
_INTERVALS = {str(number) for number in range(1, 100)}


@dataclass(frozen=True)
class Recurrence:
    """`starts_at`: the first time, without a zone, on the clock in Warsaw. `rule`: an RRULE's value."""

    starts_at: datetime
    minutes: int
    rule: str


@dataclass(frozen=True)
class Override:
    """How one occurrence differs; `starts_at` as in Recurrence."""

    starts_at: datetime
    minutes: int
    place: str | None = None


@dataclass(frozen=True)
class Occurrence:
    """`recurrence_id` is when the rule put it, which names it for ever; the times have their zone."""

    recurrence_id: datetime
    starts_at: datetime
    ends_at: datetime
    place: str | None


def occurrences(
    recurrence: Recurrence,
    excluded: Iterable[datetime] = (),
    overrides: Mapping[datetime, Override] | None = None,
) -> list[Occurrence]:
    """In the order of their beginning."""
    skipped = set(excluded)
    moved = overrides or {}
    found = [
        _occurrence(recurrence, original, moved.get(original))
        for original in originals(recurrence)
        if original not in skipped
    ]
    return sorted(found, key=lambda occurrence: (occurrence.starts_at, occurrence.recurrence_id))


def originals(recurrence: Recurrence) -> Iterator[datetime]:
    """Where the rule puts the occurrences, on the clock in Warsaw."""
    parts = dict(part.split("=", 1) for part in recurrence.rule.upper().split(";"))
    count = int(parts.pop("COUNT", LIMIT))
    rule = rrulestr(
        ";".join(f"{name}={value}" for name, value in parts.items()),
        dtstart=recurrence.starts_at.replace(tzinfo=POLAND),
    )
    # Bounded, because a rule such as "30 February" would be looked for until the year 9999.
    last = (recurrence.starts_at + HORIZON).replace(tzinfo=POLAND)
    bounded = rule if "UNTIL" in parts else rule.replace(until=last)
    for at in islice(takewhile(lambda at: at <= last, bounded), min(count, LIMIT)):
        yield at.replace(tzinfo=None)


def instant(local: datetime) -> datetime:
    """A time on the clock in Warsaw as a moment. One that the clock skips in spring is an hour later,
    one that it shows twice in autumn is the first of the two (RFC 5545, 3.3.5)."""
    return local.replace(tzinfo=POLAND).astimezone(UTC)


def recurrence_problems(recurrence: Recurrence) -> Iterable[FieldProblem]:
    yield from text_problems("rule", recurrence.rule, 300)
    if recurrence.starts_at.tzinfo is not None:
        yield Malformed("startsAt", value=recurrence.starts_at)
    if not 1 <= recurrence.minutes <= 7 * 24 * 60:
        yield Malformed("minutes", value=recurrence.minutes)
    if not _well_formed(recurrence):
        yield Malformed("rule", value=recurrence.rule[:100])


def _well_formed(recurrence: Recurrence) -> bool:
    try:
        parts = [part.split("=") for part in recurrence.rule.upper().split(";")]
        return _known([(name, value) for name, value in parts]) and any(originals(recurrence))
    except (ValueError, TypeError, KeyError, IndexError, OverflowError):
        return False


def _known(parts: list[tuple[str, str]]) -> bool:
    values = dict(parts)
    return (
        len(values) == len(parts)
        and set(values) <= _PARTS.get(values.get("FREQ", ""), set())
        and values.get("INTERVAL", "1") in _INTERVALS
        and not {"COUNT", "UNTIL"} <= set(values)
        and all(1 <= int(month) <= 12 for month in values.get("BYMONTH", "1").split(","))
    )


def _occurrence(
    recurrence: Recurrence, original: datetime, override: Override | None
) -> Occurrence:
    starts_at = instant(override.starts_at if override else original)
    minutes = override.minutes if override else recurrence.minutes
    return Occurrence(
        recurrence_id=original,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        place=override.place if override else None,
    )
