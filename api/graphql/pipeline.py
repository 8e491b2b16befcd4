"""The overview of all initiatives that the viewer may see, as of any day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from api.graphql import ordinary
from api.graphql.arguments import terc
from api.graphql.calls import Programme
from api.graphql.conditions import page_size
from api.graphql.context import Context
from api.graphql.initiative_parts import INITIATIVES, DeadlineKindEnum, State
from api.graphql.relay import id_of
from api.graphql.scalars import plausible_date
from domain.calendar import days_left, working_days_left
from domain.initiatives.states import InitiativeState
from domain.initiatives.timeplan import DeadlineKind
from domain.money import Grosze
from domain.work import polish_day
from projections.initiatives import overview

if TYPE_CHECKING:
    from api.graphql.initiatives import Initiative

ORDER = list(InitiativeState)
BY_KEY = "{row}.{key} = {value}"
Rows = list[dict[str, Any]]
Told = strawberry.Info[Context, None]


@strawberry.type(
    description="Initiatives that stand in one state. Sums are of the grants, in grosze."
)
class PipelineState:
    state: State = strawberry.field(description="The state.")  # type: ignore[valid-type]
    count: int = strawberry.field(description="How many stand there.")
    requested: Grosze = strawberry.field(description="Grants applied for.")
    selected: Grosze = strawberry.field(description="Grants selected.")
    granted: Grosze = strawberry.field(description="Grants of agreements, with their amendments.")


@strawberry.type(
    description="How long initiatives stay in a state; the time of those still there counts."
)
class StateDuration:
    state: State = strawberry.field(description="The state.")  # type: ignore[valid-type]
    visits: int = strawberry.field(description="How often one was in it.")
    average_days: float = strawberry.field(description="Days of a stay, on average.")
    longest_days: int = strawberry.field(description="Days of the longest stay.")


@strawberry.type(description="Counts and sums over some initiatives. Money in grosze.")
class PipelineSums:
    count: int = strawberry.field(description="How many initiatives there were.")
    states: list[PipelineState] = strawberry.field(
        description="By state, in the order of an initiative's life; states without any are left out."
    )
    decided: int = strawberry.field(description="How many applications had been decided upon.")
    selected: int = strawberry.field(description="How many of them successfully.")
    success_rate: float | None = strawberry.field(
        description="selected ÷ decided; null while nothing is decided."
    )
    sought: Grosze = strawberry.field(description="Money sought.")
    won: Grosze = strawberry.field(description="Money won.")
    spent: Grosze = strawberry.field(description="Costs recognised.")
    paid: Grosze = strawberry.field(description="Money paid.")


@strawberry.type(description="One programme's part of the overview.")
class PipelineProgramme(PipelineSums):
    key: strawberry.Private[Any]

    @strawberry.field(description="The programme; null: those without a call.")
    async def programme(self, info: Told) -> Programme | None:
        if self.key is None:
            return None
        found: Programme = await ordinary.one(
            info.context, Programme, BY_KEY, {"value": (self.key, "uuid")}
        )
        return found


@strawberry.type(
    description="One year's part of the overview: of the submission, or of the idea before it."
)
class PipelineYear(PipelineSums):
    year: int = strawberry.field(description="The year.")


@strawberry.type(
    description="One municipality's part: the initiatives that it takes part in, and its own money, "
    "also of those that it has left since."
)
class PipelinePartner(PipelineSums):
    terc: str = strawberry.field(description="TERC code of the municipality.")
    name: str = strawberry.field(description="Its name.")


@strawberry.type(description="Something that was due on the day of the overview.")
class PipelineDeadline:
    key: strawberry.Private[Any]
    day: strawberry.Private[date]
    kind: DeadlineKindEnum = strawberry.field(description="What it follows from.")  # type: ignore[valid-type]
    title: str = strawberry.field(description="What was due, where the kind doesn't say it.")
    due_on: date = strawberry.field(description="As it was known then.")

    @strawberry.field(description="Calendar days that were left; negative when it had passed.")
    def days_left(self) -> int:
        return days_left(self.due_on, self.day)

    @strawberry.field(description="Working days that were left.")
    def working_days_left(self) -> int:
        return working_days_left(self.due_on, self.day)

    @strawberry.field(description="Whether it had passed.")
    def overdue(self) -> bool:
        return self.due_on < self.day

    @strawberry.field(description="Whose it is.")
    async def initiative(
        self, info: Told
    ) -> Annotated["Initiative", strawberry.lazy("api.graphql.initiatives")]:
        from api.graphql.initiatives import Initiative

        found: Initiative = await ordinary.one(
            info.context, Initiative, BY_KEY, {"value": (self.key, "uuid")}
        )
        return found


@dataclass(frozen=True)
class Overview:
    """Asks for the parts; `given` are the statements' parameters."""

    context: Context
    day: date
    given: list[Any]
    statements: overview.Statements

    async def rows(self, statement: str, *more: Any) -> Rows:
        visible = INITIATIVES.visible.where(self.context.viewer.audience, "i", listing=True)
        sql = statement.replace("{visible}", visible)
        return await self.context.snapshot.rows(sql, [*self.given, *more])

    async def sums(self, statements: overview.Sums) -> dict[Any, PipelineSums]:
        """By key; one entry for each key that has initiatives or money."""
        states, money = [await self.rows(each) for each in statements]
        amounts = {row["key"]: row for row in money}
        keys = dict.fromkeys([row["key"] for row in [*states, *money]])
        return {
            key: _sums([row for row in states if row["key"] == key], amounts.get(key))
            for key in keys
        }

    async def named(self, statement: str, keys: list[Any]) -> dict[str, Any]:
        return {row["key"]: row for row in await self.context.snapshot.rows(statement, [keys])}


@strawberry.type(description="Where all initiatives stood on a day.")
class Pipeline(PipelineSums):
    as_of: date = strawberry.field(description="The day.")
    overview: strawberry.Private[Overview]

    @strawberry.field(description="By municipality, those that won most first.")
    async def partners(self) -> list[PipelinePartner]:
        found = await self.overview.sums(self.overview.statements.by_partner)
        names = await self.overview.named(overview.PARTNERS, list(found))
        listed = [
            PipelinePartner(terc=code, name=names[code]["name"], **vars(sums))
            for code, sums in found.items()
        ]
        return sorted(listed, key=lambda each: (-each.won, -each.sought, each.terc))

    @strawberry.field(
        description="By programme, in the order of their codes; those without one last."
    )
    async def programmes(self) -> list[PipelineProgramme]:
        found = await self.overview.sums(self.overview.statements.by_programme)
        names = await self.overview.named(overview.PROGRAMMES, [key for key in found if key])
        codes = {key: names[key]["code"] for key in found if key}
        ordered = sorted(found, key=lambda key: (key is None, codes.get(key, "")))
        return [PipelineProgramme(key=key, **vars(found[key])) for key in ordered]

    @strawberry.field(description="By year, the latest first.")
    async def years(self) -> list[PipelineYear]:
        found = await self.overview.sums(self.overview.statements.by_year)
        listed = [PipelineYear(year=int(key), **vars(sums)) for key, sums in found.items()]
        return sorted(listed, key=lambda each: -each.year)

    @strawberry.field(description="Days spent in each state.")
    async def durations(self) -> list[StateDuration]:
        found = await self.overview.rows(self.overview.statements.days)
        return [_duration(row) for row in sorted(found, key=_in_order)]

    @strawberry.field(description="What was due, earliest first; what had passed, too.")
    async def deadlines(
        self,
        first: Annotated[int, strawberry.argument(description="How many, at most 100.")] = 20,
    ) -> list[PipelineDeadline]:
        found = await self.overview.rows(self.overview.statements.due, page_size(first))
        return [
            PipelineDeadline(
                key=row["initiative_id"],
                day=self.overview.day,
                kind=DeadlineKind(row["kind"]),
                title=row["title"],
                due_on=row["due_on"],
            )
            for row in found
        ]


_AS_OF = strawberry.argument(
    description="What was true on this day; today, in Polish time, if not given."
)
_KNOWN_AT = strawberry.argument(description="What was known at this moment; now if not given.")
_MUNICIPALITY = strawberry.argument(description="Only initiatives it takes part in: its TERC code.")
_PROGRAMME = strawberry.argument(description="Only this programme's.")
_YEAR = strawberry.argument(
    description="Only of this year: of the submission, or of the idea before it."
)


@strawberry.type
class PipelineQueries:
    @strawberry.field(description="Counts and sums over all initiatives that the viewer may see.")
    async def pipeline(
        self,
        info: Told,
        as_of: Annotated[date | None, _AS_OF] = None,
        known_at: Annotated[datetime | None, _KNOWN_AT] = None,
        municipality: Annotated[str | None, _MUNICIPALITY] = None,
        programme: Annotated[strawberry.ID | None, _PROGRAMME] = None,
        year: Annotated[int | None, _YEAR] = None,
    ) -> Pipeline:
        today = polish_day(info.context.now)
        day = plausible_date("asOf")(as_of or today)
        given = [
            day,
            known_at or datetime.combine(date(9999, 1, 1), time(), UTC),
            terc(municipality) if municipality is not None else None,
            id_of("Programme")(programme) if programme is not None else None,
            year,
        ]
        now = known_at is None and day >= today  # no decision lies ahead
        statements = overview.NOW if now else overview.THEN
        asked = Overview(info.context, day, given, statements)
        whole = (await asked.sums(statements.whole)).get(None) or _sums([], None)
        return Pipeline(as_of=day, overview=asked, **vars(whole))


def _sums(states: Rows, money: dict[str, Any] | None) -> PipelineSums:
    won, lost = (sum(row[name] for row in states) for name in ("won", "lost"))
    amounts = {
        name: Grosze(money[name] if money else 0) for name in ("sought", "won", "spent", "paid")
    }
    return PipelineSums(
        count=sum(row["count"] for row in states),
        states=[_state(row) for row in sorted(states, key=_in_order)],
        decided=won + lost,
        selected=won,
        success_rate=won / (won + lost) if won + lost else None,
        **amounts,
    )


def _state(row: dict[str, Any]) -> PipelineState:
    amounts = {name: Grosze(row[name]) for name in ("requested", "selected", "granted")}
    return PipelineState(state=InitiativeState(row["state"]), count=row["count"], **amounts)


def _in_order(row: dict[str, Any]) -> int:
    return ORDER.index(InitiativeState(row["state"]))


def _duration(row: dict[str, Any]) -> StateDuration:
    return StateDuration(
        state=InitiativeState(row["state"]),
        visits=row["visits"],
        average_days=round(row["days"] / row["visits"], 2),
        longest_days=row["longest"],
    )
