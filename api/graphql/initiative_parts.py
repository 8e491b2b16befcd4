"""What an initiative consists of: partners, budgets, deadlines, claims, history. Amounts in grosze."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.graphql import visibility
from api.graphql.calls import Category
from api.graphql.connections import Node
from api.graphql.context import Context
from api.graphql.fields import (
    column,
    embedded,
    embedded_list,
    reads,
    record_key,
    relay_id,
    to_one,
)
from api.graphql.municipalities import Municipality
from api.graphql.records import moment_of, record_of
from api.graphql.vocabulary import Table
from domain.calendar import days_left, working_days_left
from domain.initiatives.budget import CostKind
from domain.initiatives.claims import ClaimState
from domain.initiatives.consortium import MemberState
from domain.initiatives.states import InitiativeState
from domain.initiatives.timeplan import DeadlineKind, DeadlineState
from domain.money import Grosze
from domain.work import polish_day

if TYPE_CHECKING:
    from api.graphql.initiatives import Initiative


def _table(name: str, visible: visibility.Visibility, key: str = "initiative_id") -> Table:
    return Table(f"read_initiatives.{name}", "initiatives", visible, key)


INITIATIVES = _table("initiatives", visibility.INITIATIVES, "id")
PARTNERS = Table(
    "(SELECT * FROM read_initiatives.members WHERE state = 'ACCEPTED' AND NOT lead)",
    "initiatives",
    visibility.WITH_INITIATIVE,
    "initiative_id",
)
MEMBERS = _table("members", visibility.AMONG_PARTNERS)
BUDGETS = _table("budgets", visibility.WITH_INITIATIVE, "id")
MILESTONES = _table("milestones", visibility.WITH_INITIATIVE)
DEADLINES = _table("deadlines", visibility.WITH_INITIATIVE, "id")
STEPS = _table("steps", visibility.WITH_INITIATIVE)
HISTORY = _table("history", visibility.INITIATIVE_HISTORY)
CLAIMS = _table("claims", visibility.WITH_INITIATIVE)
AGREEMENTS = _table("agreements", visibility.AMONG_PARTNERS)
AMENDMENTS = _table("amendments", visibility.WITH_INITIATIVE)
ACCOUNTS = _table("accounts", visibility.AMONG_PARTNERS)
NOTES = _table("notes", visibility.AMONG_PARTNERS, "id")
RISKS = _table("risks", visibility.AMONG_PARTNERS, "id")
DOCUMENTS = _table("documents", visibility.AMONG_PARTNERS, "id")

OF = {"initiative_id": "id"}

State = strawberry.enum(
    InitiativeState,
    name="InitiativeState",
    description="Where an initiative stands, from IDEA (pomysł) to CLOSED (zamknięty).",
)
Answer = strawberry.enum(
    MemberState, name="PartnerState", description="What became of the invitation of a partner."
)
ClaimStateEnum = strawberry.enum(
    ClaimState, name="PaymentClaimState", description="Where a payment claim stands."
)
DeadlineStateEnum = strawberry.enum(
    DeadlineState,
    name="DeadlineState",
    description="OPEN: due, or overdue. MET. DROPPED: lifted, or its initiative has ended.",
)
DeadlineKindEnum = strawberry.enum(
    DeadlineKind, name="DeadlineKind", description="What a deadline follows from."
)
CostKindEnum = strawberry.enum(CostKind, name="CostKind", description="How a cost is reckoned.")


@reads(PARTNERS)
@strawberry.type(description="An accepted partner, and its part of the current budget.")
class InitiativePartner:
    municipality: Municipality = to_one(
        "municipality_id", embedded="municipality", description="The municipality."
    )
    accepted_on: date | None = column("answered_on", "When it joined.")
    signed_on: date | None = column("signed_on", "When it signed the partnership agreement.")
    eligible: Grosze = column("eligible", "Its eligible costs.")
    grant: Grosze = column("grant_share", "What of them the grant is to pay.")
    own_public: Grosze = column("own_public", "Its own contribution, public money.")
    own_private: Grosze = column("own_private", "Its own contribution, private money.")


@reads(MEMBERS)
@strawberry.type(
    description="Everyone who was ever asked, the lead included. Visible to the partners."
)
class InitiativeMember:
    municipality: Municipality = to_one(
        "municipality_id", embedded="municipality", description="The municipality."
    )
    state: Answer = column("state", "What became of its invitation.")  # type: ignore[valid-type]
    lead: bool = column("lead", "Whether it is the lead partner.")
    invited_on: date = column("invited_on", "When it was asked.")
    answered_on: date | None = column("answered_on", "When it answered.")
    signed_on: date | None = column("signed_on", "When it signed the partnership agreement.")
    reason: str | None = column("reason", "Why it declined or left.")


@strawberry.type(description="One line of a budget.")
class BudgetLine:
    partner: str = embedded("partner", "TERC code of the partner whose cost it is.")
    category: Category = embedded("category", "Category of the cost.")  # type: ignore[valid-type]
    period: int = embedded("period", "Number of the period.")
    description: str = embedded("description", "What it is.")
    kind: CostKindEnum = embedded("kind", "How it is reckoned.")  # type: ignore[valid-type]
    cost: Grosze = embedded("cost", "The cost.")
    quantity: int = embedded("quantity", "Of unit costs: how many, in thousandths.")
    unit: str = embedded("unit", "Of unit costs: the unit.")
    unit_cost: Grosze = embedded("unit_cost", "Of unit costs: the cost of one.")
    rate: int = embedded("rate", "Of flat rates: the rate, in hundredths of a percent.")


@strawberry.type(description="A partner's part of a budget: eligible = grant + own contributions.")
class BudgetPartner:
    terc: str = embedded("terc", "TERC code of the partner.")
    name: str = embedded("name", "Its name.")
    eligible: Grosze = embedded("eligible", "Its eligible costs.")
    grant: Grosze = embedded("grant", "What of them the grant is to pay.")
    own_public: Grosze = embedded("ownPublic", "Own contribution, public money.")
    own_private: Grosze = embedded("ownPrivate", "Own contribution, private money.")


@strawberry.type(description="A category's part of a budget.")
class BudgetCategory:
    category: Category = embedded("category", "The category.")  # type: ignore[valid-type]
    eligible: Grosze = embedded("eligible", "Its eligible costs.")


@strawberry.type(description="A period of a budget.")
class BudgetPeriod:
    number: int = embedded("number", "Its number, from 1.")
    since: date = embedded("since", "Its first day.")
    until: date = embedded("until", "Its last day.")
    eligible: Grosze = embedded("eligible", "Eligible costs in it.")


@strawberry.type(description="What differs from the version before, by partner and category.")
class BudgetDifference:
    partner: str = embedded("partner", "TERC code of the partner.")
    category: Category = embedded("category", "The category.")  # type: ignore[valid-type]
    was: Grosze = embedded("was", "Eligible costs before.")
    becomes: Grosze = embedded("becomes", "Eligible costs in this version.")


@reads(BUDGETS)
@strawberry.type(
    description="A version of the budget. Every total is the sum of its parts, to the grosz."
)
class Budget:
    number: int = column("number", "Number of the version, from 1.", key="number")
    note: str = column("note", "Why there is this version.")
    drawn_up_on: date = column("drawn_up_on", "When it was drawn up.")
    amendment: int | None = column(
        "amendment_number", "Of the amendment that brought it; null before the agreement."
    )
    eligible: Grosze = column("eligible", "All eligible costs.", key="eligible")
    grant: Grosze = column("grant_total", "What of them the grant is to pay.", key="grant")
    own_public: Grosze = column("own_public", "Own contributions, public money.", key="ownPublic")
    own_private: Grosze = column(
        "own_private", "Own contributions, private money.", key="ownPrivate"
    )
    partners: list[BudgetPartner] = embedded_list("partners", "By partner.")
    categories: list[BudgetCategory] = embedded_list("categories", "By category.")
    periods: list[BudgetPeriod] = embedded_list("periods", "By period.")
    lines: list[BudgetLine] = embedded_list("lines", "Every line.")
    differences: list[BudgetDifference] = embedded_list("differences", "What changed.")


@reads(MILESTONES)
@strawberry.type(description="A milestone of the timeplan.")
class Milestone:
    number: int = column("number", "Its number, from 1.")
    title: str = column("title", "What is to be reached.")
    due_on: date = column("due_on", "By when.")
    first_due_on: date = column("first_due_on", "By when it was first planned.")
    state: str = column("state", "OPEN, REACHED or DROPPED.")
    settled_on: date | None = column("settled_on", "When it was reached or dropped.")
    reason: str | None = column("reason", "Why it was moved or dropped.")


@reads(DEADLINES)
@strawberry.type(
    description="Something that is due: a call's closing, a correction, a protest, a claim, a report, durability."
)
class Deadline(Node):
    id: strawberry.ID = relay_id()
    initiative: Annotated["Initiative", strawberry.lazy("api.graphql.initiatives")] = to_one(
        "initiative_id", embedded="initiative", description="Whose it is."
    )
    kind: DeadlineKindEnum = column("kind", "What it follows from.")  # type: ignore[valid-type]
    title: str = column("title", "What is due, where the kind doesn't say it; may be empty.")
    due_on: date = column("due_on", "The last day on which it is in time.")
    state: DeadlineStateEnum = column("state", "Whether it is due still.")  # type: ignore[valid-type]
    opened_on: date = column("opened_on", "Since when it is due.")
    settled_on: date | None = column("settled_on", "When it was met or dropped.")

    @strawberry.field(
        description="Calendar days left, in Polish time; 0 on the last day, negative when it has passed. "
        "From today, or from the day that is asked about."
    )
    def days_left(self, info: strawberry.Info[Context, None]) -> int:
        return days_left(_due_on(self), _day(self, info))

    @strawberry.field(
        description="Working days left: without Saturdays, Sundays and Polish public holidays."
    )
    def working_days_left(self, info: strawberry.Info[Context, None]) -> int:
        return working_days_left(_due_on(self), _day(self, info))

    @strawberry.field(description="Whether it is open still although its last day has passed.")
    def overdue(self, info: strawberry.Info[Context, None]) -> bool:
        state = record_of(self).row["state"]
        return state == "OPEN" and _due_on(self) < _day(self, info)


def _due_on(deadline: Deadline) -> date:
    found: date = record_of(deadline).row["due_on"]
    return found


def _day(deadline: Deadline, info: strawberry.Info[Context, None]) -> date:
    """Of the moment that the deadline is told as of; today for the present."""
    then = moment_of(deadline)
    return polish_day(info.context.now) if then is None or then.day is None else then.day


@reads(STEPS)
@strawberry.type(description="A state that the initiative was in.")
class InitiativeStep:
    state: State = column("state", "The state.")  # type: ignore[valid-type]
    since: date = column("since", "The day of the decision that led to it.")
    recorded_at: datetime = column("recorded_at", "When we learned it.")
    undone_at: datetime | None = column(
        "undone_at", "When a correction said that it had been recorded by mistake."
    )
    requested: Grosze | None = column("requested", "Grant applied for, as it stood then.")
    selected: Grosze | None = column("selected", "Grant selected, as it stood then.")
    granted: Grosze | None = column("granted", "Grant of the agreement, as it stood then.")


LATEST_STEP = "ORDER BY since DESC, version DESC LIMIT 1"


@reads(HISTORY)
@strawberry.type(
    description="Something that happened, as the log keeps it. What the partners keep among themselves, they alone see."
)
class InitiativeEvent:
    version: int = column("version", "Version of the initiative after it, from 1.")
    kind: str = column("kind", "What happened, such as SUBMITTED or PARTNER_ACCEPTED.")
    recorded_at: datetime = column("recorded_at", "When we learned it.")
    effective_on: date = column("effective_on", "The day on which it happened.")
    actor: str = column("actor", "Who recorded it: the account's id, never a person's name.")
    on_behalf_of: str | None = column("on_behalf_of", "TERC code of the municipality spoken for.")
    state: State | None = column("state", "The state it led to, if to one.")  # type: ignore[valid-type]
    undone_at: datetime | None = column("undone_at", "When a correction undid it.")
    reason: str | None = column("reason", "Why, where a reason was given.")
    document: str | None = column(
        "{row}.document->>'reference'", "Reference of the document it rests on."
    )
    document_url: str | None = column("{row}.document->>'url'", "Where that document is.")


@strawberry.type(description="What a partner spent in a category.")
class Spending:
    partner: str = embedded("partner", "TERC code of the partner.")
    category: Category = embedded("category", "The category.")  # type: ignore[valid-type]
    amount: Grosze = embedded("amount", "Eligible costs.")


@reads(CLAIMS)
@strawberry.type(description="A payment claim (wniosek o płatność).")
class PaymentClaim:
    number: int = column("number", "Its number, from 1.")
    state: ClaimStateEnum = column("state", "Where it stands.")  # type: ignore[valid-type]
    since: date = column("since", "First day that it covers.")
    until: date = column("until", "Last day that it covers.")
    spending: list[Spending] = embedded_list("spending", "What was spent.")
    spent: Grosze = column("spent", "All that was spent.")
    requested: Grosze = column("requested", "What of it the grant is to pay.")
    approved: Grosze = column("approved", "What of that was approved.")
    paid: Grosze = column("paid", "What was paid.")
    final: bool = column("final", "Whether it is the last claim.")
    correction_due: date | None = column("correction_due", "By when it has to be corrected.")
    submitted_on: date | None = column("submitted_on", "When it was last submitted.")
    decided_on: date | None = column("decided_on", "When it was approved.")
    paid_on: date | None = column("paid_on", "When it was paid.")
    reason: str | None = column("reason", "Why it was returned, cut or discarded.")


@strawberry.type(description="A signature under the partnership agreement.")
class Signature:
    terc: str = embedded("terc", "TERC code of the municipality.")
    name: str = embedded("name", "Its name.")
    on: date = embedded("on", "When it signed.")


@reads(AGREEMENTS)
@strawberry.type(
    description="A version of the partnership agreement (umowa partnerstwa). Visible to the partners."
)
class PartnershipAgreement:
    number: int = column("number", "Number of the version, from 1.")
    document: str = column("{row}.document->>'reference'", "Reference of the document.")
    document_url: str | None = column("{row}.document->>'url'", "Where the document is.")
    summary: str = column("summary", "What it says, in short.")
    drafted_on: date = column("drafted_on", "When it was drafted.")
    signatures: list[Signature] = embedded_list("signatures", "Who signed this version.")


@reads(AMENDMENTS)
@strawberry.type(description="An amendment (aneks) of the grant agreement.")
class Amendment:
    number: int = column("number", "Its number, from 1.")
    signed_on: date = column("signed_on", "When it was signed.")
    amount: Grosze = column("amount", "The whole grant from then on.")
    what: str = column("what", "What changed.")
    document: str = column("{row}.document->>'reference'", "Reference of the document.")
    budget_number: int = column("budget_number", "Version of the budget that it brought.")


@reads(ACCOUNTS)
@strawberry.type(description="What an account may do with the initiative. Visible to the partners.")
class AccountAccess:
    account: str = column("account", "The account's id.")
    municipality: str = column("terc", "TERC code of its municipality.")
    access: str = column("access", "VIEW, EDIT or MANAGE; each includes the one before.")


@reads(NOTES)
@strawberry.type(description="A note. Visible to the partners.")
class InitiativeNote:
    key: str = record_key()
    text: str = column("text", "What it says; empty once it is retracted.")
    municipality: str = column("terc", "TERC code of the municipality that wrote it.")
    written_at: datetime = column("written_at", "When it was written.")


@reads(RISKS)
@strawberry.type(description="A risk. Visible to the partners.")
class Risk:
    key: str = record_key()
    title: str = column("title", "What may happen.")
    probability: int = column("probability", "1 low, 2 medium, 3 high.")
    impact: int = column("impact", "1 low, 2 medium, 3 high.")
    response: str = column("response", "What is done about it.")
    identified_on: date = column("identified_on", "Since when it is known.")
    closed_on: date | None = column("closed_on", "When it passed or came true.")
    outcome: str | None = column("outcome", "Which of the two.")


@reads(DOCUMENTS)
@strawberry.type(description="A document kept elsewhere. Visible to the partners.")
class InitiativeDocument:
    key: str = record_key()
    removed: bool = column("removed", "Whether it was taken off the list.")
    title: str = column("title", "What it is.")
    reference: str = column("reference", "Its reference.")
    url: str | None = column("url", "Where it is.")
    sha256: str | None = column("sha256", "SHA-256 of its content, hexadecimal.")
    filed_on: date = column("filed_on", "When it was filed.")
