"""What an initiative reaches: indicators, and the partners' reports. Amounts in grosze."""

from datetime import date

import strawberry

from api.graphql import visibility
from api.graphql.calls import Category
from api.graphql.fields import column, embedded, embedded_list, reads, record_key
from api.graphql.vocabulary import Table
from domain.initiatives.commands.indicators import IndicatorKind
from domain.initiatives.commands.reports import ReportState
from domain.money import Grosze

INDICATORS = Table("read_initiatives.indicators", "initiatives", visibility.WITH_INITIATIVE)
REPORTS = Table("read_initiatives.reports", "initiatives", visibility.AMONG_PARTNERS)

HUNDREDTHS = "In hundredths of the unit."

IndicatorKindEnum = strawberry.enum(
    IndicatorKind,
    name="IndicatorKind",
    description="OUTPUT: what is made. RESULT: what comes of it.",
)
ReportStateEnum = strawberry.enum(
    ReportState, name="PartnerReportState", description="Where a partner's report stands."
)


@strawberry.type(description="What of an indicator was reached by a day.")
class Measurement:
    on: date = embedded("on", "The day.")
    value: int = embedded("value", f"All that was reached by then. {HUNDREDTHS}")
    terc: str = embedded("terc", "TERC code of the municipality that said so.")


@reads(INDICATORS)
@strawberry.type(description="An indicator (wskaźnik): what the initiative is to bring.")
class Indicator:
    key: str = record_key()
    kind: IndicatorKindEnum = column("kind", "Of which kind it is.")  # type: ignore[valid-type]
    name: str = column("name", "What is counted.")
    unit: str = column("unit", "In which unit.")
    baseline: int = column("baseline", f"What there was before. {HUNDREDTHS}")
    target: int = column("target", f"What is to be reached. {HUNDREDTHS}")
    reached: int = column("reached", f"What is reached, as last measured. {HUNDREDTHS}")
    measured_on: date | None = column("measured_on", "The latest day that was measured.")
    measurements: list[Measurement] = embedded_list("measurements", "By day.")
    dropped_on: date | None = column("dropped_on", "When it was dropped.")
    reason: str | None = column("reason", "Why it has another target, or was dropped.")


@strawberry.type(description="Reported costs of one category.")
class ReportedCost:
    category: Category = embedded("category", "The category.")  # type: ignore[valid-type]
    amount: Grosze = embedded("amount", "Eligible costs.")


@reads(REPORTS)
@strawberry.type(
    description="What a partner did and spent in a period of the budget. Visible to the partners."
)
class PartnerReport:
    key: str = record_key()
    municipality: str = column("terc", "TERC code of the partner.")
    period: int = column("period", "Number of the period.")
    state: ReportStateEnum = column("state", "Where it stands.")  # type: ignore[valid-type]
    done: str = column("done", "What was done.")
    problems: str = column("problems", "What went otherwise than planned.")
    costs: list[ReportedCost] = embedded_list("costs", "What was spent.")
    spent: Grosze = column("spent", "All that was spent.")
    recognised: Grosze | None = column("recognised", "What of it the lead recognised.")
    reason: str | None = column("reason", "Why it was returned, or what was noted.")
    submitted_on: date = column("submitted_on", "When it was last submitted.")
    settled_on: date | None = column("settled_on", "When it was verified.")
