"""The tables of `initiatives.sql`, which says what their columns mean."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from projections.rows import Row

Json = dict[str, Any]


class InitiativeRow(Row):
    table: ClassVar[str] = "initiatives"

    id: UUID
    title: str
    title_search: str
    summary: str
    state: str
    state_since: date
    visibility: str
    owner_terc: str
    proposer_terc: str
    lead_id: UUID | None
    lead: Json | None
    participants: list[str]
    partner_count: int
    call_id: UUID | None
    call: Json | None
    programme_id: UUID | None
    programme: Json | None
    eligible: int | None
    budget_id: UUID | None
    budget: Json | None
    requested: int | None
    selected: int | None
    granted: int | None
    spent: int
    paid: int
    score: int | None
    reserve_place: int | None
    correction_due: date | None
    protest_until: date | None
    agreement_number: str | None
    agreement_signed_on: date | None
    durability_until: date | None
    reference: str
    submitted_at: datetime | None
    proposed_on: date
    path: list[int]
    version: int
    updated_at: datetime

    def brief(self) -> Json:
        return {"id": str(self.id), "title": self.title}


class MemberRow(Row):
    table: ClassVar[str] = "members"
    key: ClassVar[tuple[str, ...]] = ("initiative_id", "municipality_id")

    initiative_id: UUID
    municipality_id: UUID
    municipality: Json
    terc: str
    place: int
    state: str
    lead: bool
    invited_on: date
    answered_on: date | None = None
    signed_on: date | None = None
    reason: str | None = None
    eligible: int = 0
    grant_share: int = 0
    own_public: int = 0
    own_private: int = 0


class StepRow(Row):
    table: ClassVar[str] = "steps"
    key: ClassVar[tuple[str, ...]] = ("initiative_id", "version")

    initiative_id: UUID
    version: int
    state: str
    since: date
    recorded_at: datetime
    undone_at: datetime | None
    decisions: Json
    requested: int | None
    selected: int | None
    granted: int | None


class AmountRow(Row):
    table: ClassVar[str] = "amounts"
    has_past: ClassVar[bool] = False
    key: ClassVar[tuple[str, ...]] = ("initiative_id", "version", "kind", "terc")

    initiative_id: UUID
    version: int
    kind: str
    terc: str
    amount: int
    since: date
    recorded_at: datetime
    undone_at: datetime | None = None


class HistoryRow(Row):
    table: ClassVar[str] = "history"
    key: ClassVar[tuple[str, ...]] = ("initiative_id", "version")

    initiative_id: UUID
    version: int
    kind: str
    recorded_at: datetime
    effective_on: date
    actor: str
    on_behalf_of: str | None
    state: str | None
    undone_at: datetime | None
    document: Json | None
    reason: str | None
    public: bool


class BudgetRow(Row):
    table: ClassVar[str] = "budgets"

    id: UUID
    initiative_id: UUID
    number: int
    amendment_number: int | None
    note: str
    drawn_up_on: date
    eligible: int
    grant_total: int
    own_public: int
    own_private: int
    periods: list[Json]
    lines: list[Json]
    partners: list[Json]
    categories: list[Json]
    differences: list[Json]

    def brief(self) -> Json:
        return {
            "id": str(self.id),
            "number": self.number,
            "eligible": self.eligible,
            "grant": self.grant_total,
            "ownPublic": self.own_public,
            "ownPrivate": self.own_private,
        }


class AgreementRow(Row):
    table: ClassVar[str] = "agreements"
    key: ClassVar[tuple[str, ...]] = ("initiative_id", "number")

    initiative_id: UUID
    number: int
    document: Json
    summary: str
    drafted_on: date
    signatures: list[Json]


class AmendmentRow(Row):
    table: ClassVar[str] = "amendments"
    key: ClassVar[tuple[str, ...]] = ("initiative_id", "number")

    initiative_id: UUID
    number: int
    signed_on: date
    amount: int
    what: str
    document: Json
    budget_number: int


class ClaimRow(Row):
    table: ClassVar[str] = "claims"
    key: ClassVar[tuple[str, ...]] = ("initiative_id", "number")

    initiative_id: UUID
    number: int
    state: str
    since: date
    until: date
    spending: list[Json]
    spent: int
    requested: int
    approved: int = 0
    paid: int = 0
    final: bool = False
    correction_due: date | None = None
    submitted_on: date | None = None
    decided_on: date | None = None
    paid_on: date | None = None
    reason: str | None = None


class MilestoneRow(Row):
    table: ClassVar[str] = "milestones"
    key: ClassVar[tuple[str, ...]] = ("initiative_id", "number")

    initiative_id: UUID
    number: int
    title: str
    due_on: date
    first_due_on: date
    state: str
    settled_on: date | None = None
    reason: str | None = None


class DeadlineRow(Row):
    table: ClassVar[str] = "deadlines"

    id: UUID
    initiative_id: UUID
    initiative: Json
    cause: str
    kind: str
    title: str
    due_on: date
    state: str
    opened_on: date
    settled_on: date | None = None
    ended_by: int | None = None


class DeadlineChangeRow(Row):
    table: ClassVar[str] = "deadline_changes"
    has_past: ClassVar[bool] = False
    key: ClassVar[tuple[str, ...]] = ("deadline_id", "position")

    deadline_id: UUID
    position: int
    initiative_id: UUID
    version: int | None
    kind: str
    title: str
    due_on: date
    state: str
    since: date
    recorded_at: datetime
    undone_at: datetime | None = None


class LinkRow(Row):
    table: ClassVar[str] = "links"
    has_past: ClassVar[bool] = False
    key: ClassVar[tuple[str, ...]] = ("initiative_id", "version")

    initiative_id: UUID
    version: int
    call_id: UUID
    programme_id: UUID
    since: date
    recorded_at: datetime


class BelongingRow(Row):
    table: ClassVar[str] = "belonging"
    has_past: ClassVar[bool] = False
    key: ClassVar[tuple[str, ...]] = ("initiative_id", "version")

    initiative_id: UUID
    version: int
    terc: str
    state: str
    since: date
    recorded_at: datetime


class AccountRow(Row):
    table: ClassVar[str] = "accounts"
    key: ClassVar[tuple[str, ...]] = ("initiative_id", "account")

    initiative_id: UUID
    account: str
    terc: str
    access: str


class NoteRow(Row):
    table: ClassVar[str] = "notes"

    id: UUID
    initiative_id: UUID
    terc: str
    text: str
    written_at: datetime
    actor: str
    retracted: bool = False


class RiskRow(Row):
    table: ClassVar[str] = "risks"

    id: UUID
    initiative_id: UUID
    title: str
    probability: int
    impact: int
    response: str
    identified_on: date
    closed_on: date | None = None
    outcome: str | None = None


class IndicatorRow(Row):
    table: ClassVar[str] = "indicators"

    id: UUID
    initiative_id: UUID
    kind: str
    name: str
    unit: str
    baseline: int
    target: int
    reached: int
    measured_on: date | None
    measurements: list[Json]
    dropped_on: date | None
    reason: str | None
    defined_on: date


class ReportRow(Row):
    table: ClassVar[str] = "reports"

    id: UUID
    initiative_id: UUID
    terc: str
    period: int
    state: str
    done: str
    problems: str
    costs: list[Json]
    spent: int
    recognised: int | None
    reason: str | None
    submitted_on: date
    settled_on: date | None


class DocumentRow(Row):
    table: ClassVar[str] = "documents"

    id: UUID
    initiative_id: UUID
    title: str
    reference: str
    url: str | None
    sha256: str | None
    filed_on: date
    removed: bool = False


class NamedProgramme(Row):
    table: ClassVar[str] = "programmes"
    names_stream: ClassVar[bool] = True
    has_past: ClassVar[bool] = False

    id: UUID
    code: str
    name: str
    fund: str

    def brief(self) -> Json:
        return {"id": str(self.id), "code": self.code, "name": self.name, "fund": self.fund}


class NamedCall(Row):
    table: ClassVar[str] = "calls"
    names_stream: ClassVar[bool] = True
    has_past: ClassVar[bool] = False

    id: UUID
    programme_id: UUID
    number: str
    title: str
    closes_on: date

    def brief(self) -> Json:
        return {"id": str(self.id), "number": self.number, "title": self.title}
