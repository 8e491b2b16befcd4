"""Joint funding initiatives (wspólne projekty). Amounts in grosze."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from api.graphql import moments
from api.graphql.arguments import contains, terc
from api.graphql.calls import FundingCall, Programme
from api.graphql.connections import Connection
from api.graphql.context import Context
from api.graphql.fields import (
    column,
    connection,
    item,
    reads,
    relay_id,
    to_many,
    to_one,
)
from api.graphql.initiative_parts import (
    INITIATIVES,
    LATEST_STEP,
    OF,
    STEPS,
    AccountAccess,
    Amendment,
    Budget,
    Deadline,
    DeadlineKindEnum,
    DeadlineStateEnum,
    InitiativeDocument,
    InitiativeEvent,
    InitiativeMember,
    InitiativeNote,
    InitiativePartner,
    InitiativeStep,
    Milestone,
    PartnershipAgreement,
    PaymentClaim,
    Risk,
    State,
)
from api.graphql.initiative_progress import Indicator, PartnerReport
from api.graphql.initiative_steps import NextStep, next_steps_of
from api.graphql.municipalities import Municipality
from api.graphql.past import HasPast
from api.graphql.records import TableRecord, new, record_of
from api.graphql.relay import id_of
from api.graphql.scalars import plausible_date
from api.graphql.vocabulary import Argument, Filter, OrderKey, Way
from domain.initiatives.timeplan import DeadlineState
from domain.money import Grosze


@reads(INITIATIVES)
@strawberry.type(
    description="A joint funding initiative (wspólny projekt), from idea to the end of its durability. "
    "Visible to its partners, and to everyone once its lead has made it public."
)
class Initiative(HasPast):
    id: strawberry.ID = relay_id()
    title: str = column("title", "Title.", key="title")
    summary: str = column("summary", "What it is about; plain text, may be empty.")
    state: State = column("state", "Where it stands.")  # type: ignore[valid-type]
    state_since: date = column("state_since", "Since which day it stands there.")
    public: bool = column("{row}.visibility = 'PUBLIC'", "Whether everyone sees it.")
    lead: Municipality | None = to_one(
        "lead_id",
        embedded="lead",
        description="The lead partner; null while it is still open who leads.",
    )
    partners: list[InitiativePartner] = to_many(
        OF, "{row}.place", 200, "The other partners, in the order in which they were asked."
    )
    members: list[InitiativeMember] = to_many(
        OF, "{row}.place", 200, "Everyone who was ever asked, the lead included."
    )
    partner_count: int = column("partner_count", "How many partners there are beside the lead.")
    call: FundingCall | None = to_one(
        "call_id", embedded="call", description="The call it applies under."
    )
    programme: Programme | None = to_one(
        "programme_id", embedded="programme", description="The programme of that call."
    )
    budget: Budget | None = to_one(
        "budget_id", embedded="budget", description="The current version of the budget."
    )
    budgets: list[Budget] = to_many(OF, "{row}.number", 200, "Every version, oldest first.")
    budget_workbook: str | None = column(
        "CASE WHEN {row}.budget_id IS NOT NULL THEN '/wspolne-projekty/' || {row}.id || '/budzet.xlsx' END",
        "Path of the budget as a workbook (XLSX): GET takes it out; POST puts one in, and only tells what "
        "would differ unless `dryRun=false`.",
    )
    eligible: Grosze | None = column("eligible", "Eligible costs of the current budget.")
    requested: Grosze | None = column("requested", "Grant applied for.")
    selected: Grosze | None = column("selected", "Grant that the institution selected it with.")
    granted: Grosze | None = column("granted", "Grant of the agreement, with its amendments.")
    spent: Grosze = column("spent", "Eligible costs of approved claims.")
    paid: Grosze = column("paid", "What of the grant was paid.")
    score: int | None = column("score", "Score of the assessment, in hundredths of a point.")
    reserve_place: int | None = column("reserve_place", "Place on the reserve list.")
    correction_due: date | None = column("correction_due", "By when corrections are due.")
    protest_until: date | None = column("protest_until", "The last day for a protest.")
    agreement_number: str | None = column("agreement_number", "Number of the grant agreement.")
    agreement_signed_on: date | None = column("agreement_signed_on", "When it was signed.")
    durability_until: date | None = column("durability_until", "The last day of durability.")
    reference: str = column("reference", "Number that the institution gave the application.")
    submitted_at: datetime | None = column("submitted_at", "When the application was submitted.")
    proposed_on: date = column("proposed_on", "The day of the idea.")
    milestones: list[Milestone] = to_many(OF, "{row}.due_on, {row}.number", 200, "The timeplan.")
    deadlines: list[Deadline] = to_many(
        OF, "{row}.due_on, {row}.id", 200, "Everything that is or was due, earliest first."
    )
    claims: list[PaymentClaim] = to_many(OF, "{row}.number", 200, "Payment claims.")
    agreements: list[PartnershipAgreement] = to_many(
        OF, "{row}.number", 200, "Versions of the partnership agreement."
    )
    amendments: list[Amendment] = to_many(OF, "{row}.number", 200, "Amendments.")
    access: list[AccountAccess] = to_many(OF, "{row}.account", 200, "Which account may do what.")
    notes: list[InitiativeNote] = to_many(OF, "{row}.written_at, {row}.id", 500, "Notes.")
    risks: list[Risk] = to_many(OF, "{row}.identified_on, {row}.id", 200, "Risks.")
    indicators: list[Indicator] = to_many(OF, "{row}.defined_on, {row}.id", 200, "Indicators.")
    reports: list[PartnerReport] = to_many(
        OF, "{row}.period, {row}.terc", 500, "What the partners reported, period by period."
    )
    documents: list[InitiativeDocument] = to_many(OF, "{row}.filed_on, {row}.id", 500, "Documents.")
    steps: list[InitiativeStep] = to_many(
        OF, "{row}.version", 200, "Every state it was in, undone ones too, oldest first."
    )
    events: list[InitiativeEvent] = to_many(
        OF,
        "{row}.version",
        1000,
        "Everything that happened, with the documents it rests on, oldest first.",
    )
    version: int = column("version", "Version of the initiative, for `expectedVersion`.")
    updated_at: datetime = column("updated_at", "When it last changed.")

    @strawberry.field(
        description="How it stood on a day; null before the idea. Answers both what was true and what was known."
    )
    async def as_of(
        self,
        info: strawberry.Info[Context, None],
        on: Annotated[date, strawberry.argument(description="What was true on this day.")],
        known_at: Annotated[
            datetime | None,
            strawberry.argument(description="What was known at this moment; now if not given."),
        ] = None,
    ) -> InitiativeStep | None:
        then = moments.asked({"effectiveOn": on, "asOf": known_at})
        steps = STEPS if then is None else then.table(STEPS)
        query = f"SELECT * FROM {steps.name} AS s WHERE initiative_id = $1 {LATEST_STEP}"
        found = await info.context.snapshot.rows(query, [record_of(self).row["id"]])
        return new(InitiativeStep, TableRecord(found[0])) if found else None

    @strawberry.field(
        description="What can come next, and everything that each step still waits for."
    )
    async def next_steps(self, info: strawberry.Info[Context, None]) -> list[NextStep]:
        return await next_steps_of(info.context, record_of(self).row["id"])


IN_STATE = Filter(
    Argument("state", State | None, "Only those in this state.", str),
    "{row}.state = {state}",
)
# Who is invited is known among the partners.
ACCEPTED = (
    "EXISTS (SELECT FROM read_initiatives.members AS member WHERE member.initiative_id = {row}.%s "
    "AND member.terc = {municipality} AND member.state = 'ACCEPTED')"
)
OF_MUNICIPALITY = Filter(
    Argument(
        "municipality",
        str | None,
        "Only those this municipality takes part in: its TERC code.",
        terc,
    ),
    "{row}.participants @> ARRAY[{municipality}]",
    openly=ACCEPTED % "id",
)
LED_BY = Filter(
    Argument("lead", str | None, "Only those this municipality leads: its TERC code.", terc),
    "{row}.owner_terc = {lead}",
)
UNDER_CALL = Filter(
    Argument(
        "call", strawberry.ID | None, "Only those under this call.", id_of("FundingCall"), "uuid"
    ),
    "{row}.call_id = {call}",
)
OF_PROGRAMME = Filter(
    Argument(
        "programme", strawberry.ID | None, "Only this programme's.", id_of("Programme"), "uuid"
    ),
    "{row}.programme_id = {programme}",
)
FOUND = Filter(
    Argument(
        "search",
        str | None,
        "Part of the title; case and diacritics don't matter.",
        contains("search"),
    ),
    "{row}.title_search LIKE {search}",
)
DUE_STATE = Filter(
    Argument(
        "state",
        DeadlineStateEnum | None,
        "Only those in this state: what is due, if nothing else is said; null: all.",
        str,
        default=DeadlineState.OPEN,
    ),
    "{row}.state = {state}",
)
DUE_KIND = Filter(
    Argument("kind", DeadlineKindEnum | None, "Only of this kind.", str), "{row}.kind = {kind}"
)
DUE_OF = Filter(
    Argument(
        "municipality", str | None, "Only of initiatives it takes part in: its TERC code.", terc
    ),
    "{row}.initiative_id IN (SELECT i.id FROM read_initiatives.initiatives i "
    "WHERE i.participants @> ARRAY[{municipality}])",
    openly=ACCEPTED % "initiative_id",
)
DUE_SINCE = Filter(
    Argument("since", date | None, "Due on this day or later.", plausible_date("since"), "date"),
    "{row}.due_on >= {since}",
)
DUE_UNTIL = Filter(
    Argument("until", date | None, "Due on this day or earlier.", plausible_date("until"), "date"),
    "{row}.due_on <= {until}",
)


@strawberry.type
class InitiativeQueries:
    initiatives: Connection[Initiative] = connection(
        "initiatives",
        "Initiatives that the viewer may see, the newest ideas first.",
        order=(OrderKey("proposed_on", "date"), OrderKey("id", "uuid")),
        descending=True,
        filters=(IN_STATE, OF_MUNICIPALITY, LED_BY, UNDER_CALL, OF_PROGRAMME, FOUND),
        travels=True,
    )
    initiative: Initiative | None = item(
        "One initiative; null where there is none, or none that the viewer may see.",
        Way(
            (Argument("id", strawberry.ID, "Its id.", id_of("Initiative"), "uuid"),),
            "{row}.id = {id}",
        ),
        travels=True,
    )
    deadlines: Connection[Deadline] = connection(
        "deadlines",
        "One calendar over all initiatives that the viewer may see, earliest first: what is due, "
        "and what is overdue.",
        order=(OrderKey("due_on", "date"), OrderKey("id", "uuid")),
        filters=(DUE_STATE, DUE_KIND, DUE_OF, DUE_SINCE, DUE_UNTIL),
    )
