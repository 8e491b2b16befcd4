"""What the values of enums mean: the domain's enums are pure, so their descriptions stand here."""

from graphql import GraphQLEnumType, GraphQLSchema

WORDS: dict[str, dict[str, str]] = {
    "Access": {
        "VIEW": "Reads all of it.",
        "EDIT": "Changes what its municipality may change.",
        "MANAGE": "Also says who else may do what.",
    },
    "AccountState": {
        "INVITED": "Has a letter, and no password yet.",
        "ACTIVE": "Can be used.",
        "SUSPENDED": "Nothing can be done through it until it is reinstated.",
        "CLOSED": "Closed for good.",
    },
    "ActionItemState": {
        "OPEN": "To be done (do zrobienia).",
        "DONE": "Done (zrobione).",
        "DROPPED": "Given up, with a reason.",
    },
    "Adopted": {
        "PRACTICE": "A practice (dobra praktyka).",
        "SOLUTION": "A model solution (rozwiązanie modelowe).",
    },
    "AdoptionState": {
        "INTERESTED": "The municipality considers it.",
        "ADAPTING": "It adapts what it takes over to itself.",
        "IMPLEMENTED": "It works there (wdrożona).",
        "ABANDONED": "Given up, with what was learned.",
    },
    "CallState": {
        "ANNOUNCED": "Not open yet (zapowiedziany).",
        "OPEN": "Takes applications (otwarty).",
        "CLOSED": "Takes none any more (zamknięty).",
        "RESOLVED": "It is said who gets the money (rozstrzygnięty).",
        "CANCELLED": "Won't take place (unieważniony).",
    },
    "ChangeEffect": {
        "APPEARED": "It is public from now on.",
        "CHANGED": "It reads differently.",
        "DISAPPEARED": "It is public no more: a copy has to drop it.",
    },
    "ChangeKind": {
        "NEWS": "A news item (aktualność).",
        "MEETING": "A meeting (spotkanie), through its published minutes.",
        "PRACTICE": "A practice (dobra praktyka).",
        "ADOPTION": "Another town's use of a practice or solution (wdrożenie).",
        "SOLUTION": "A model solution (rozwiązanie modelowe).",
        "MUNICIPALITY": "A municipality (gmina) or its offices.",
        "PROGRAMME": "A programme (program).",
        "CALL": "A call (nabór).",
        "INITIATIVE": "A public initiative (wspólny projekt).",
    },
    "CostCategory": {
        "STAFF": "Staff (personel).",
        "OFFICE_AND_ADMINISTRATION": "Office and administration (wydatki biurowe i administracyjne).",
        "TRAVEL_AND_ACCOMMODATION": "Travel and accommodation (podróże i zakwaterowanie).",
        "EXTERNAL_EXPERTISE": "External expertise and services (eksperci i usługi zewnętrzne).",
        "EQUIPMENT": "Equipment (wyposażenie).",
        "INFRASTRUCTURE": "Infrastructure and works (infrastruktura i roboty budowlane).",
    },
    "CostKind": {
        "REAL": "As it was paid.",
        "UNIT_COST": "A number of units at a fixed cost (stawka jednostkowa).",
        "LUMP_SUM": "A fixed sum for a result (kwota ryczałtowa).",
        "FLAT_RATE": "A rate of other costs (stawka ryczałtowa).",
    },
    "DeadlineKind": {
        "CALL_CLOSING": "The call closes.",
        "CORRECTION": "A correction was requested (wezwanie do uzupełnienia).",
        "PROTEST": "A rejection may be protested against.",
        "CLAIM": "A payment claim is due (wniosek o płatność).",
        "CLAIM_CORRECTION": "A payment claim was returned.",
        "REPORT": "A report is due.",
        "MILESTONE": "A milestone is to be reached.",
        "DURABILITY_OBLIGATION": "An obligation of the durability period.",
        "DURABILITY_END": "The durability period ends.",
        "OTHER": "Something else.",
    },
    "DeadlineState": {
        "OPEN": "Due, or overdue.",
        "MET": "What was due is done.",
        "DROPPED": "Lifted, or its initiative has ended.",
    },
    "DutyKind": {
        "CLAIM": "A payment claim (wniosek o płatność).",
        "REPORT": "A report.",
        "DURABILITY": "An obligation of the durability period (trwałość).",
        "OTHER": "Something else.",
    },
    "FollowSort": {
        "TOPIC": "A topic or tag, written exactly so.",
        "MUNICIPALITY": "A municipality, and whatever it does.",
        "THING": "One thing: an initiative, a call, a practice, a question and the like.",
    },
    "Fund": {
        "EU": "European money.",
        "NATIONAL": "National money.",
    },
    "HeadTitle": {
        "WOJT": "Wójt: of a rural municipality.",
        "BURMISTRZ": "Burmistrz: of a town.",
        "PREZYDENT_MIASTA": "Prezydent miasta: of a large town.",
    },
    "IndicatorKind": {
        "OUTPUT": "What is made (wskaźnik produktu).",
        "RESULT": "What comes of it (wskaźnik rezultatu).",
    },
    "InitiativeState": {
        "IDEA": "Proposed (pomysł).",
        "PARTNERSHIP_BUILDING": "Partners are invited (budowa partnerstwa).",
        "IN_PREPARATION": "The application is prepared (przygotowanie wniosku).",
        "SUBMITTED": "The application is submitted (złożony).",
        "FORMAL_ASSESSMENT": "Under formal assessment (ocena formalna).",
        "CORRECTION_REQUESTED": "A correction is awaited (wezwanie do uzupełnienia).",
        "MERIT_ASSESSMENT": "Under merit assessment (ocena merytoryczna).",
        "SELECTED": "Selected for funding (wybrany do dofinansowania).",
        "RESERVE_LIST": "On the reserve list (lista rezerwowa).",
        "REJECTED": "Rejected (ocena negatywna).",
        "NOT_FUNDED": "Left without funding (bez dofinansowania).",
        "PROTEST_FILED": "A protest is being looked at (protest).",
        "AGREEMENT_SIGNED": "The grant agreement is signed (umowa podpisana).",
        "IN_IMPLEMENTATION": "Being carried out (w realizacji).",
        "FINAL_SETTLEMENT": "The final claim is being settled (rozliczenie końcowe).",
        "DURABILITY": "In its durability period (trwałość).",
        "CLOSED": "Closed (zamknięty).",
        "WITHDRAWN": "Withdrawn by the lead (wycofany).",
        "TERMINATED": "The grant agreement was terminated (umowa rozwiązana).",
    },
    "InvitationAnswer": {
        "NONE": "No answer yet.",
        "ACCEPTED": "Will come.",
        "TENTATIVE": "May come.",
        "DECLINED": "Won't come.",
    },
    "LetterLanguage": {
        "PL": "Polish.",
        "EN": "English.",
    },
    "LinkKind": {
        "PRACTICE": "A practice (dobra praktyka).",
        "SOLUTION": "A model solution (rozwiązanie modelowe).",
        "CALL": "A call (nabór).",
        "INITIATIVE": "An initiative (wspólny projekt).",
        "MEETING": "A meeting (spotkanie).",
        "NEWS": "A news item (aktualność).",
    },
    "MeetingState": {
        "PLANNED": "Seen by its host only (planowane).",
        "INVITED": "Invitations are sent (zaproszenia wysłane).",
        "POSTPONED": "To be held at a time not known yet (odłożone).",
        "CANCELLED": "Won't be held (odwołane).",
        "HELD": "Was held (odbyło się).",
        "MINUTES_APPROVED": "Every executive that attended approved the minutes (protokół zatwierdzony).",
        "MINUTES_PUBLISHED": "The minutes are public (protokół opublikowany).",
    },
    "MunicipalityKind": {
        "URBAN": "Gmina miejska.",
        "RURAL": "Gmina wiejska.",
        "URBAN_RURAL": "Gmina miejsko-wiejska.",
    },
    "NewsState": {
        "DRAFT": "Seen by its municipality only (szkic).",
        "PUBLISHED": "Seen by everyone (opublikowana).",
        "RETRACTED": "In no list; its text is gone, the reason stays (wycofana).",
    },
    "Office": {
        "HEAD": "The municipality's executive (wójt, burmistrz, prezydent miasta).",
        "DEPUTY": "One of the head's deputies (zastępca).",
    },
    "PartnerReportState": {
        "SUBMITTED": "Waits for the lead.",
        "RETURNED": "The lead wants it corrected.",
        "VERIFIED": "The lead has recognised its costs.",
    },
    "PartnerState": {
        "INVITED": "Hasn't answered yet.",
        "ACCEPTED": "Is a partner.",
        "DECLINED": "Said no.",
        "LEFT": "Was a partner, and left.",
    },
    "PaymentClaimState": {
        "DRAFT": "Being written.",
        "SUBMITTED": "With the institution.",
        "RETURNED": "To be corrected.",
        "APPROVED": "Approved in full.",
        "PARTLY_APPROVED": "Approved in part.",
        "PAID": "Paid.",
        "DISCARDED": "Given up before it was submitted.",
    },
    "PortalScope": {
        "READ_PUBLIC": "What anyone may read, within larger limits.",
        "CHANGES": "The feed of public changes; it opens nothing, for the feed is answered to anybody.",
        "WEBHOOKS": "The portal's own webhooks.",
    },
    "PortalState": {
        "REGISTERED": "Waits for the coordinator.",
        "ACTIVE": "Approved.",
        "SUSPENDED": "Its keys open nothing and its webhooks rest.",
        "REJECTED": "Not approved, for good.",
        "CLOSED": "Closed for good.",
    },
    "PracticeState": {
        "DRAFT": "Seen by its municipality only (szkic).",
        "SUBMITTED": "Waits to be validated by another member (zgłoszona).",
        "RETURNED": "To be improved by its author (zwrócona).",
        "PUBLISHED": "Seen by everyone (opublikowana).",
        "ARCHIVED": "Kept, and no longer recommended (zarchiwizowana).",
    },
    "ProtestGround": {
        "CRITERION_MISJUDGED": "A criterion was judged wrongly.",
        "PROCEDURE_BREACHED": "The procedure was breached.",
        "ALLOCATION_EXHAUSTED": "The money had run out: no ground that can be protested.",
    },
    "QuestionState": {
        "OPEN": "Nobody has answered yet.",
        "ANSWERED": "There is an answer.",
        "RESOLVED": "An answer is accepted.",
        "CLOSED": "Closed without one.",
    },
    "RecordedBy": {
        "MUNICIPALITY": "An official of the municipality spoken for.",
        "NETWORK": "The network's coordinator.",
        "SYSTEM": "It follows by itself.",
    },
    "RiskLevel": {
        "LOW": "Low (niskie).",
        "MEDIUM": "Medium (średnie).",
        "HIGH": "High (wysokie).",
    },
    "Role": {
        "COORDINATOR": "Of the network: admits members, keeps programmes and calls, helps out everywhere.",
        "MUNICIPALITY_ADMIN": "Of a municipality: its accounts and its data.",
        "EXECUTIVE": "Of a municipality: signs, and approves minutes.",
        "EDITOR": "Of a municipality: news, practices, meetings.",
        "FUNDS_OFFICER": "Of a municipality: initiatives.",
        "AUDITOR": "Of the network: reads everything, writes nothing.",
        "PORTAL": "An outside consumer: public data.",
    },
    "SolutionState": {
        "DRAFT": "Seen by its authors only.",
        "PUBLISHED": "A version is released: seen by everyone.",
        "ARCHIVED": "Kept, and no longer recommended.",
    },
    "WebhookPauseCause": {
        "ASKED": "By the portal or the coordinator.",
        "FAILING": "Nothing arrived for days.",
        "GONE": "The receiver answered 410.",
    },
}
_NAMED_BY_THEIR_EVENT = {"PublicChangeKind"}
"""Their values say what happened to what: NEWS_PUBLISHED."""


def describe(schema: GraphQLSchema) -> None:
    for name, enum in schema.type_map.items():
        if isinstance(enum, GraphQLEnumType):
            for value, told in enum.values.items():
                told.description = told.description or _word(name, value)


def _word(enum: str, value: str) -> str | None:
    if enum in _NAMED_BY_THEIR_EVENT:
        subject, _, event = value.lower().partition("_")
        return f"{subject.capitalize()}: {event.replace('_', ' ')}."
    return WORDS.get(enum, {}).get(value)
