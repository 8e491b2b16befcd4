"""What the fields of commands about calls and initiatives mean, each said once."""

from enum import Enum
from typing import Any

import strawberry

from api.graphql.calls import Category, FundEnum
from api.graphql.commanded import Vocabulary
from api.graphql.initiative_parts import CostKindEnum, State
from api.graphql.initiative_progress import IndicatorKindEnum
from api.graphql.municipalities import Kind
from domain.calls.programme import Fund
from domain.calls.terms import CostCategory
from domain.initiatives.assessment import ProtestGround
from domain.initiatives.budget import CostKind
from domain.initiatives.commands.indicators import IndicatorKind
from domain.initiatives.commands.records import Level
from domain.initiatives.consortium import Access
from domain.initiatives.states import InitiativeState
from domain.initiatives.timeplan import DutyKind
from domain.municipalities import MunicipalityKind

RATE = "In hundredths of a percent: 8500 is 85 %."

_ENUMS: dict[type[Enum], Any] = {
    Fund: FundEnum,
    CostCategory: Category,
    CostKind: CostKindEnum,
    InitiativeState: State,
    MunicipalityKind: Kind,
    ProtestGround: strawberry.enum(
        ProtestGround,
        description="What a protest says was wrong. That the allocation is exhausted can't be it.",
    ),
    Access: strawberry.enum(
        Access, description="What an account may do; each includes the one before."
    ),
    DutyKind: strawberry.enum(DutyKind, description="What a duty is about."),
    IndicatorKind: IndicatorKindEnum,
    Level: strawberry.enum(Level, name="RiskLevel", description="Of a risk: LOW, MEDIUM or HIGH."),
}

_FIELDS = {
    "command_id": "Made by the client: the same command sent twice happens once and answers the same.",
    "expected_version": "Version that the client saw; the command is refused where it isn't the current one.",
    "initiative_id": "The initiative's id.",
    "call_id": "The call's id.",
    "programme_id": "The programme's id.",
    "note_id": "The note's key.",
    "risk_id": "The risk's key.",
    "document_id": "The document's key.",
    "municipality": "TERC code of the municipality that it is about.",
    "title": "Title.",
    "summary": "More about it; plain text.",
    "leads": "Whether the municipality that proposes it is its lead partner.",
    "on": "The day of the decision; today, in Polish time, if not given.",
    "document": "The document that it rests on.",
    "reference": "Its reference, such as a letter's number and date.",
    "url": "Where it is (http or https).",
    "sha256": "SHA-256 of its content, hexadecimal.",
    "reason": "Why.",
    "note": "Why there is this version.",
    "message": "What is said with the invitation.",
    "number": "Its number.",
    "account": "The account's id.",
    "access": "What it may do.",
    "submitted_at": "When the application was submitted; now if not given.",
    "deadline": "The last day on which the answer is in time.",
    "what": "What it is about.",
    "delivered_on": "The day of delivery, which starts the term for a protest; that of the decision if not given.",
    "score": "Score of the assessment, in hundredths of a point.",
    "amount": "The amount.",
    "place": "Place on the reserve list.",
    "ground": "What was wrong.",
    "outcome": "What came of it.",
    "state": "The state.",
    "durability_until": "The last day of durability; if not given, what the call says makes of the day of payment.",
    "kind": "Of which kind it is.",
    "due_on": "The last day on which it is in time.",
    "content": "What the claim says.",
    "since": "First day (of a programme's period: year).",
    "until": "Last day (of a programme's period: year).",
    "spending": "What was spent, by partner and category.",
    "requested": "What of it the grant is to pay.",
    "partner": "TERC code of the partner.",
    "category": "Category of the costs.",
    "correction_due": "By when it has to be corrected.",
    "budget": "The whole budget.",
    "periods": "Its periods, numbered from 1.",
    "lines": "Its lines.",
    "financing": "What pays for each partner's costs.",
    "period": "Number of the period.",
    "description": "What it is.",
    "quantity": "Of unit costs: how many, in thousandths.",
    "unit": "Of unit costs: the unit.",
    "unit_cost": "Of unit costs: the cost of one.",
    "rate": f"Of flat rates: the rate. {RATE}",
    "bases": "Of flat rates: categories of the costs that the rate is taken of.",
    "grant": "What the grant is to pay.",
    "own_public": "Own contribution, public money.",
    "own_private": "Own contribution, private money.",
    "code": "Short name that lists of calls use.",
    "facts": "What is known of it.",
    "name": "Full name.",
    "fund": "Where its money comes from.",
    "institution": "The institution that manages it.",
    "link": "Its page.",
    "terms": "What the call says.",
    "opens_at": "The first moment at which it takes applications.",
    "closes_at": "The moment from which it takes none any more.",
    "allocation": "All the money there is.",
    "max_rate": f"The highest rate. {RATE}",
    "min_grant": "The smallest grant; null: no limit.",
    "max_grant": "The largest grant; null: no limit.",
    "territories": "Beginnings of TERC codes (two digits a voivodeship, four a county). Empty: everywhere.",
    "kinds": "For which kinds of municipality. Empty: for all.",
    "partnership_required": "Whether an applicant needs a partner.",
    "rate_per_partner": "Whether the rate holds for every partner by itself.",
    "flat_rates": "Flat rates that it allows.",
    "category_limits": "Limits of categories.",
    "max_share": f"The largest share among all eligible costs. {RATE}",
    "durability_years": "Years of durability after the final payment; null: none required.",
    "offer": "What the municipality brings or looks for.",
    "text": "What it says.",
    "assessment": "How it is judged.",
    "probability": "How likely it is.",
    "impact": "How bad it would be.",
    "response": "What is done about it.",
    "indicator_id": "The indicator's key.",
    "baseline": "What there was before, in hundredths of the unit.",
    "target": "What is to be reached, in hundredths of the unit.",
    "value": "All that was reached by that day, in hundredths of the unit.",
    "report_id": "The report's key.",
    "done": "What was done.",
    "problems": "What went otherwise than planned, and what follows from it.",
    "costs": "What was spent, by category.",
    "recognised": "What of it goes into payment claims.",
}

WORDS = Vocabulary(
    fields=_FIELDS,
    ids={
        "initiative_id": "initiative:Initiative",
        "call_id": "call:FundingCall",
        "programme_id": "programme:Programme",
    },
    amounts=frozenset(
        {
            "amount", "requested", "grant", "own_public", "own_private", "unit_cost", "allocation",
            "min_grant", "max_grant", "recognised",
        }
    ),
    enums=_ENUMS,
)  # fmt: skip
