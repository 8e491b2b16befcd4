"""Questions about the past: the same tables as they were known at a time, or true on a day.

A table of the present becomes the rows of its past (`projections.past`) that stood at the moment; its
fields, filters, order and pages stay what they are declared to be. Who sees them is decided today.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import Any, Final

from api.graphql.errors import InTheFuture
from api.graphql.scalars import plausible_date
from api.graphql.visibility import NOBODY, Past, Visibility
from api.graphql.vocabulary import Argument, Table
from domain.visibility import Audience
from domain.work import polish_day
from projections.past import PastProjection
from projections.past.course import Axis
from projections.past.rows import OPEN
from projections.registry import PROJECTIONS
from projections.rows import Row


def past_of(projection: str) -> str:
    return f"past_{projection}"


def _kept() -> dict[str, type[Row]]:
    """The tables whose past is kept, by their names with their schema."""
    pasts = [each for each in PROJECTIONS if isinstance(each, PastProjection)]
    return {
        f"{past.of.schema}.{row.table}": row
        for past in pasts
        for row in past.of.rows
        if row.has_past
    }


ACTIVITY = "read_activity.activity"
KEPT: Final = _kept()
PASTS = tuple(sorted({past_of(name.split(".")[0].removeprefix("read_")) for name in KEPT}))
"""Projections whose positions an answer about the past carries."""


def _not_in_the_future(value: datetime) -> datetime:
    moment = value if value.tzinfo else value.replace(tzinfo=UTC)
    if moment > datetime.now(UTC):
        raise InTheFuture(argument="asOf", value=value.isoformat())
    return moment


def _not_after_today(value: date) -> date:
    if value > polish_day(datetime.now(UTC)):
        raise InTheFuture(argument="effectiveOn", value=value.isoformat())
    return plausible_date("effectiveOn")(value)


AS_OF = Argument(
    "asOf",
    datetime | None,
    "As it was known at this moment: later events, corrections too, are left out. Visible is what the "
    "viewer may see today.",
    _not_in_the_future,
    "timestamptz",
)
EFFECTIVE_ON = Argument(
    "effectiveOn",
    date | None,
    "As it was true on this day, by what is known now, or was known at `asOf`: an event counts from the day on "
    "which it came true, whenever it was recorded.",
    _not_after_today,
    "date",
)
_POSITION = (
    "SELECT position FROM {past}.moments WHERE recorded_at <= {known} "
    "ORDER BY recorded_at DESC LIMIT 1"
)
ARGUMENTS = (AS_OF, EFFECTIVE_ON)


@dataclass(frozen=True)
class Moment:
    """SQL of a timestamptz and of a date; at least one of them is asked for.

    `day`: in Polish time, for what is counted from it; not known while a statement is compiled.
    """

    known: str | None
    true: str | None
    day: date | None = None

    def table(self, table: Table) -> Table:
        """The table as it was; one whose past isn't kept stays as it is."""
        if table.name == ACTIVITY:
            return replace(table, name=self._told())
        if not any(name in KEPT for name in _NAME.findall(table.name)):
            return table
        visible = _SeenToday.of(table, KEPT[_NAME.findall(table.name)[0]])
        return replace(table, name=self._then(table.name), visible=visible, past=self._then)

    def position(self, table: Table) -> str | None:
        """SQL of the last position that was known."""
        if self.known is None:
            return None
        past = f"read_{past_of(table.projection)}"
        return f"({_POSITION.format(past=past, known=self.known)})"

    def _told(self) -> str:
        """Of what happened, what was known, or had come true."""
        wanted = [] if self.known is None else [f"recorded_at <= {self.known}"]
        wanted += [] if self.true is None else [f"effective_on <= {self.true}"]
        return f"(SELECT * FROM {ACTIVITY} WHERE {' AND '.join(wanted)})"

    def _then(self, sql: str) -> str:
        return _NAME.sub(self._rows, sql)

    def _rows(self, found: "re.Match[str]") -> str:
        schema, _, table = found[0].partition(".")
        projection = schema.removeprefix("read_")
        past = f"read_{past_of(projection)}"
        wanted = self._when(past, listed=table == projection)
        return f"(SELECT * FROM {past}.{table} WHERE {' AND '.join(wanted)})"

    def _when(self, past: str, *, listed: bool) -> Iterator[str]:
        """`listed`: of a table that has an index of the ranges."""
        if self.true is not None:
            yield f"axis = '{Axis.TRUE}'"
            yield _within("daterange", "true", self.true, listed=listed)
        else:
            yield f"axis = '{Axis.KNOWN}'"
        if self.known is None:
            yield f"known_until = {OPEN}"
        else:
            position = f"({_POSITION.format(past=past, known=self.known)})"
            yield _within("int8range", "known", position, listed=listed and self.true is None)


def _within(kind: str, axis: str, value: str, *, listed: bool) -> str:
    if listed:
        return f"{kind}({axis}_from, {axis}_until) @> {value}"
    return f"{axis}_from <= {value} AND {axis}_until > {value}"


_NAME = re.compile("|".join(re.escape(name) + r"\b" for name in sorted(KEPT)))


def moment(given: Mapping[str, str]) -> Moment | None:
    """`given`: SQL of those of the two arguments that are not null."""
    known, true = given.get(AS_OF.name), given.get(EFFECTIVE_ON.name)
    return None if known is None and true is None else Moment(known, true)


def asked(values: Mapping[str, Any]) -> Moment | None:
    """For the ordinary executor, of the arguments' values; raises ReadError."""
    given = {a: a.parse(values[a.name]) for a in ARGUMENTS if values.get(a.name) is not None}
    found = moment({a.name: f"'{v.isoformat()}'::{a.sql_type}" for a, v in given.items()})
    if found is None:
        return None
    return replace(found, day=given.get(EFFECTIVE_ON) or polish_day(given[AS_OF]))


@dataclass(frozen=True)
class _SeenToday(Visibility):
    """The visibility of a row of the past. `live`: the table of today; `same`: that `today` is the row."""

    live: str = ""
    same: str = ""

    @classmethod
    def of(cls, table: Table, row: type[Row]) -> "_SeenToday":
        visible = table.visible
        declared = {each.name: getattr(visible, each.name) for each in fields(visible)}
        same = " AND ".join(f"today.{name} = {{row}}.{name}" for name in row.key)
        return cls(**declared, live=table.name, same=same)

    def condition(
        self,
        audience: Audience,
        row: str,
        *,
        listing: bool,
        account: Callable[[], str] = lambda: NOBODY,
    ) -> str | None:
        if self.past is Past.WITH_ANOTHER:
            return super().condition(audience, row, listing=listing, account=account)
        today = super().condition(audience, "today", listing=listing, account=account)
        if today is None:
            return None
        if self.past is Past.AS_TODAY:
            return f"EXISTS ({self._today(row, today)})"
        then = self._then.condition(audience, row, listing=listing)
        return f"({then} AND NOT EXISTS ({self._today(row, f'NOT {today}')}))"

    def taking_part(self, audience: Audience, row: str) -> str | None:
        if self.past is Past.WITH_ANOTHER:
            return super().taking_part(audience, row)
        today = super().taking_part(audience, "today")
        return None if today is None else f"EXISTS ({self._today(row, today)})"

    @property
    def _then(self) -> Visibility:
        """By the level that the row had, for those who take part today."""
        own = self.participants
        known = f"SELECT today.participants FROM {self.live} AS today WHERE {self.same}"
        return Visibility(
            self.levels, self.owner, own and f"coalesce(({known}), {own})", self.listed
        )

    def _today(self, row: str, condition: str) -> str:
        same = self.same.format(row=row)
        return f"SELECT 1 FROM {self.live} AS today WHERE {same} AND {condition}"
