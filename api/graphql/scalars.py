"""Scalars of ours, written alike by both executors."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, NewType
from uuid import UUID

import strawberry
from strawberry.types.scalar import ScalarDefinition

from api.graphql.errors import DateRefused, Malformed
from domain.money import Grosze

Position = NewType("Position", int)

UTC_TEXT = "%Y-%m-%dT%H:%M:%S.%fZ"
SQL_UTC_TEXT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


def utc_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(UTC_TEXT)


def plausible_date(argument: str) -> Callable[[date], date]:
    """A parser of date arguments: PostgreSQL and Python agree on these years."""

    def parse(value: date) -> date:
        if not date(1900, 1, 1) <= value <= date(2200, 12, 31):
            raise DateRefused(argument=argument, value=value.isoformat())
        return value

    return parse


def _parser(read: Callable[[str], Any]) -> Callable[[Any], Any]:
    """Refuses in the client's language."""

    def parse(value: Any) -> Any:
        try:
            return read(value)
        except (ValueError, TypeError, AttributeError):
            raise Malformed(value=str(value)[:50]) from None

    return parse


def _whole(value: Any) -> int:
    """A number with a fraction is no amount, and neither is `true`."""
    if type(value) is not int:
        raise Malformed(value=str(value)[:50])
    return value


def _day(value: date | str) -> str:
    return value if isinstance(value, str) else value.isoformat()


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC with microseconds, such as `2025-08-13T07:30:00.000000Z`.",
        serialize=utc_text,
        parse_value=_parser(datetime.fromisoformat),
    ),
    date: strawberry.scalar(
        name="Date",
        description="A day in the Polish calendar, such as `2025-08-13`.",
        serialize=_day,  # an embedded one is text already
        parse_value=_parser(date.fromisoformat),
    ),
    Position: strawberry.scalar(
        name="Position",
        description="A place in the log of events. Whole number up to 2⁵³, growing with every event.",
        serialize=int,
        parse_value=_parser(int),
    ),
    Grosze: strawberry.scalar(
        name="Grosze",
        description="Money in grosze (1/100 PLN). Whole number below 2⁵³, so every JSON reader reads it exactly.",
        serialize=int,
        parse_value=_whole,
    ),
    UUID: strawberry.scalar(
        name="UUID",
        description="A UUID (RFC 9562), such as `0198a0b2-5c1e-7b1e-8a52-2f0d6c1f0e3a`.",
        serialize=str,
        parse_value=_parser(UUID),
    ),
}
