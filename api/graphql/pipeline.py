"""The overview of all initiatives that the viewer may see, as of any day."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any

import strawberry

from api.graphql.arguments import terc
from api.graphql.context import Context
from api.graphql.initiative_parts import INITIATIVES, State
from api.graphql.relay import id_of
from api.graphql.scalars import plausible_date
from domain.initiatives.states import InitiativeState
from domain.money import Grosze
from domain.work import polish_day
from projections.initiatives import overview

ORDER = list(InitiativeState)


@strawberry.type(
    description="Initiatives that stand in one state. Sums are of the grants, in grosze."
)
class PipelineState:
    state: State = strawberry.field(description="The state.")  # type: ignore[valid-type]
    count: int = strawberry.field(description="How many stand there.")
    requested: Grosze = strawberry.field(description="Grants applied for.")
    selected: Grosze = strawberry.field(description="Grants selected.")
    granted: Grosze = strawberry.field(description="Grants of agreements.")


@strawberry.type(
    description="How long initiatives stay in a state; the time of those still there counts."
)
class StateDuration:
    state: State = strawberry.field(description="The state.")  # type: ignore[valid-type]
    visits: int = strawberry.field(description="How often one was in it.")
    average_days: float = strawberry.field(description="Days of a stay, on average.")


@strawberry.type(description="A municipality's money, in grosze.")
class PartnerMoney:
    terc: str = strawberry.field(description="TERC code of the municipality.")
    name: str = strawberry.field(description="Its name.")
    sought: Grosze = strawberry.field(description="Grants it applied for.")
    won: Grosze = strawberry.field(description="Its part of the agreements' grants.")
    spent: Grosze = strawberry.field(description="Its eligible costs in approved claims.")
    paid: Grosze = strawberry.field(description="Its part of what was paid.")


@strawberry.type(description="Where all initiatives stood on a day.")
class Pipeline:
    as_of: date = strawberry.field(description="The day.")
    count: int = strawberry.field(description="How many initiatives there were.")
    states: list[PipelineState] = strawberry.field(
        description="By state, in the order of an initiative's life; states without any are left out."
    )
    decided: int = strawberry.field(description="How many applications had been decided upon.")
    selected: int = strawberry.field(description="How many of them successfully.")
    success_rate: float | None = strawberry.field(
        description="selected ÷ decided; null while nothing is decided."
    )
    sought: Grosze = strawberry.field(description="All money sought.")
    won: Grosze = strawberry.field(description="All money won.")
    spent: Grosze = strawberry.field(description="All costs recognised.")
    paid: Grosze = strawberry.field(description="All money paid.")
    partners: list[PartnerMoney] = strawberry.field(
        description="By municipality, those that won most first."
    )
    durations: list[StateDuration] = strawberry.field(description="Days spent in each state.")


Told = strawberry.Info[Context, None]

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
        day = plausible_date("asOf")(as_of or polish_day(info.context.now))
        given = [
            day,
            known_at or datetime.combine(date(9999, 1, 1), time(), UTC),
            terc(municipality) if municipality is not None else None,
            id_of("Programme")(programme) if programme is not None else None,
            year,
        ]
        return await _pipeline(info.context, day, given)


async def _pipeline(context: Context, day: date, given: list[Any]) -> Pipeline:
    async def told(statement: str) -> list[dict[str, Any]]:
        visible = INITIATIVES.visible.condition(context.viewer.audience, "i", listing=True)
        sql = statement.replace("{visible}", visible or "true")
        return await context.snapshot.rows(sql, given)

    states = sorted(await told(overview.STATES), key=_in_order)
    money = await told(overview.MONEY)
    days = sorted(await told(overview.DAYS), key=_in_order)
    outcome = (await told(overview.SUCCESS))[0]
    return Pipeline(
        as_of=day,
        count=sum(each["count"] for each in states),
        states=[
            PipelineState(**{**each, "state": InitiativeState(each["state"])}) for each in states
        ],
        decided=outcome["decided"],
        selected=outcome["won"],
        success_rate=outcome["won"] / outcome["decided"] if outcome["decided"] else None,
        sought=_total(money, "sought"),
        won=_total(money, "won"),
        spent=_total(money, "spent"),
        paid=_total(money, "paid"),
        partners=[_partner(each) for each in money],
        durations=[_duration(each) for each in days],
    )


def _in_order(row: dict[str, Any]) -> int:
    return ORDER.index(InitiativeState(row["state"]))


def _total(rows: list[dict[str, Any]], kind: str) -> Grosze:
    return Grosze(sum(row[kind] for row in rows))


def _partner(row: dict[str, Any]) -> PartnerMoney:
    kinds = ("terc", "name", "sought", "won", "spent", "paid")
    return PartnerMoney(**{name: row[name] for name in kinds})


def _duration(row: dict[str, Any]) -> StateDuration:
    average = round(row["days"] / row["visits"], 2)
    state = InitiativeState(row["state"])
    return StateDuration(state=state, visits=row["visits"], average_days=average)
