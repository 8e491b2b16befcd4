"""Programmes and calls (programy i nabory)."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from api.graphql import visibility
from api.graphql.arguments import contains, short_text, terc
from api.graphql.connections import Connection, Node
from api.graphql.fields import (
    column,
    connection,
    embedded,
    embedded_list,
    item,
    reads,
    relay_id,
    to_many,
    to_one,
)
from api.graphql.municipalities import Municipality
from api.graphql.relay import id_of
from api.graphql.vocabulary import Argument, Filter, OrderKey, Table, Way
from domain.calls.call import CallState
from domain.calls.programme import Fund
from domain.calls.terms import CostCategory
from domain.money import Grosze

PROGRAMMES = Table("read_calls.programmes", "calls", visibility.PROGRAMMES)
CALLS = Table("read_calls.calls", "calls", visibility.CALLS)
MOVES = Table("read_calls.moves", "calls", visibility.CALL_MOVES, key="call_id")
INTERESTS = Table(
    "(SELECT * FROM read_calls.interests WHERE NOT withdrawn)", "calls", visibility.INTERESTS
)

LATEST_FIRST = (OrderKey("closes_on", "date"), OrderKey("id", "uuid"))

RATE = "In hundredths of a percent: 8500 is 85 %."

FundEnum = strawberry.enum(Fund, name="Fund", description="Where a programme's money comes from.")
State = strawberry.enum(
    CallState,
    name="CallState",
    description="ANNOUNCED: not open yet. OPEN: takes applications. CLOSED: takes none any more. "
    "RESOLVED: it is said who gets the money. CANCELLED.",
)
Category = strawberry.enum(
    CostCategory, name="CostCategory", description="Category of costs in a budget."
)


@reads(PROGRAMMES)
@strawberry.type(description="A programme that gives money. Visible to everyone.")
class Programme(Node):
    id: strawberry.ID = relay_id()
    code: str = column("code", "Short name that lists of calls use.", key="code")
    name: str = column("name", "Full name.", key="name")
    fund: FundEnum = column("fund", "Where its money comes from.", key="fund")  # type: ignore[valid-type]
    since: int = column("since", "First year of its period.")
    until: int = column("until", "Last year of its period.")
    institution: str = column("institution", "The institution that manages it.")
    link: str | None = column("link", "Its page.")
    version: int = column("version", "Version of its record, for `expectedVersion`.")


@strawberry.type(description="Costs that may be taken as a flat rate of other costs.")
class FlatRate:
    category: Category = embedded("category", "Category of the costs.")  # type: ignore[valid-type]
    max_rate: int = embedded("maxRate", f"The highest rate. {RATE}")


@strawberry.type(description="How large a category may be among all eligible costs.")
class CategoryLimit:
    category: Category = embedded("category", "Category of the costs.")  # type: ignore[valid-type]
    max_share: int = embedded("maxShare", f"The largest share. {RATE}")


@reads(MOVES)
@strawberry.type(description="Dates that a call had before they were moved.")
class CallMove:
    recorded_at: datetime = column("recorded_at", "When they were moved.")
    opens_at: datetime = column("opens_at", "When the call was to open.")
    closes_at: datetime = column("closes_at", "When the call was to close.")
    reason: str = column("reason", "Why they were moved; may be empty.")


@reads(INTERESTS)
@strawberry.type(
    description="A municipality that wants to join an application. Visible to the network."
)
class CallInterest(Node):
    id: strawberry.ID = relay_id()
    call: Annotated["FundingCall", strawberry.lazy("api.graphql.calls")] = to_one(
        "call_id", embedded="call", description="The call it was said of."
    )
    municipality: Municipality = to_one(
        "municipality_id", embedded="municipality", description="Who looks for partners."
    )
    offer: str = column("offer", "What it brings or looks for.")
    declared_on: date = column("declared_on", "When it said so.")


@reads(CALLS)
@strawberry.type(
    description="One round in which a programme gives money (nabór). Visible to everyone."
)
class FundingCall(Node):
    id: strawberry.ID = relay_id()
    programme: Programme = to_one(
        "programme_id", embedded="programme", description="The programme it belongs to."
    )
    number: str = column("number", "Its number, unique in its programme.", key="number")
    title: str = column("title", "What it is for.", key="title")
    summary: str = column("summary", "More about it; plain text, may be empty.")
    state: State = column("state", "Where it stands, as recorded.")  # type: ignore[valid-type]
    opens_at: datetime = column("opens_at", "The first moment at which it takes applications.")
    closes_at: datetime = column("closes_at", "The moment from which it takes none any more.")
    closes_on: date = column("closes_on", "The last day on which it takes applications, in Poland.")
    allocation: Grosze = column("allocation", "All the money there is.")
    max_rate: int = column("max_rate", f"The highest rate of co-financing. {RATE}")
    min_grant: Grosze | None = column("min_grant", "The smallest grant; null: no limit.")
    max_grant: Grosze | None = column("max_grant", "The largest grant; null: no limit.")
    territories: list[str] = column(
        "territories",
        "Where: beginnings of TERC codes (two digits a voivodeship, four a county). Empty: everywhere.",
    )
    kinds: list[str] = column("kinds", "For which kinds of municipality. Empty: for all.")
    partnership_required: bool = column(
        "partnership_required", "Whether an applicant needs a partner."
    )
    rate_per_partner: bool = column(
        "rate_per_partner", "Whether the rate holds for every partner by itself."
    )
    flat_rates: list[FlatRate] = embedded_list("flat_rates", "Flat rates that it allows.")
    category_limits: list[CategoryLimit] = embedded_list("category_limits", "Limits of categories.")
    durability_years: int | None = column(
        "durability_years", "Years of durability after the final payment; null: none required."
    )
    link: str | None = column("link", "Its page.")
    outcome: str | None = column(
        "outcome", "The document that resolved it, or why it was cancelled."
    )
    moves: list[CallMove] = to_many(
        {"call_id": "id"}, "{row}.version", 200, "The dates it had before, oldest first."
    )
    interests: list[CallInterest] = to_many(
        {"call_id": "id"},
        "{row}.declared_on, {row}.id",
        200,
        "Municipalities that look for partners.",
    )
    version: int = column("version", "Version of the call, for `expectedVersion`.")
    updated_at: datetime = column("updated_at", "When it last changed.")


# A call like this one: of the same programme or much the same title; and this one is open to where the
# municipality lies.
LIKE_CALL = """EXISTS (
    SELECT FROM read_calls.calls this JOIN read_calls.calls other ON other.id = {row}.call_id
    WHERE this.id = {like}
      AND (other.programme_id = this.programme_id OR similarity(other.title, this.title) >= 0.3)
      AND (cardinality(this.territories) = 0 OR EXISTS (
          SELECT FROM unnest(this.territories) AS place WHERE starts_with({row}.municipality_terc, place))))"""


@strawberry.type
class CallQueries:
    programmes: Connection[Programme] = connection(
        "programmes",
        "All programmes, in Polish alphabetical order.",
        order=(OrderKey("name_sort", "text"), OrderKey("id", "uuid")),
    )
    calls: Connection[FundingCall] = connection(
        "calls",
        "All calls, those that close last first.",
        order=LATEST_FIRST,
        descending=True,
        filters=(
            Filter(
                Argument("state", State | None, "Only those in this state.", str),
                "{row}.state = {state}",
            ),
            Filter(
                Argument(
                    "programme",
                    strawberry.ID | None,
                    "Only this programme's: its id.",
                    id_of("Programme"),
                    "uuid",
                ),
                "{row}.programme_id = {programme}",
            ),
            Filter(
                Argument(
                    "search",
                    str | None,
                    "Part of the number or title; case and diacritics don't matter.",
                    contains("search"),
                ),
                "{row}.title_search LIKE {search}",
            ),
        ),
    )
    partners: Connection[CallInterest] = connection(
        "partners",
        "Municipalities that want to join an application, those that said so last first.",
        order=(OrderKey("declared_on", "date"), OrderKey("id", "uuid")),
        descending=True,
        filters=(
            Filter(
                Argument(
                    "call",
                    strawberry.ID | None,
                    "For this call.",
                    id_of("FundingCall"),
                    "uuid",
                ),
                "{row}.call_id = {call}",
            ),
            Filter(
                Argument(
                    "like",
                    strawberry.ID | None,
                    "For a call like this one: of its programme or with much the same title; only "
                    "municipalities that lie where this one is open to.",
                    id_of("FundingCall"),
                    "uuid",
                ),
                LIKE_CALL,
            ),
            Filter(
                Argument("municipality", str | None, "What this one offers: its TERC code.", terc),
                "{row}.municipality_terc = {municipality}",
            ),
            Filter(
                Argument(
                    "search",
                    str | None,
                    "Part of the offer, or of the municipality's name; case and diacritics don't matter.",
                    contains("search"),
                ),
                "{row}.offer_search LIKE {search}",
            ),
        ),
    )
    call: FundingCall | None = item(
        "One call, by `id` or by `number` (the latest of that number). Null where there is none.",
        Way(
            (Argument("id", strawberry.ID | None, "Its id.", id_of("FundingCall"), "uuid"),),
            "{row}.id = {id}",
        ),
        Way(
            (Argument("number", str | None, "Its number.", short_text("number")),),
            "{row}.id = (SELECT c.id FROM read_calls.calls c WHERE c.number = {number} "
            "ORDER BY c.closes_on DESC, c.id DESC LIMIT 1)",
        ),
    )
