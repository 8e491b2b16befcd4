"""Conditions that a step waits for, as data: a page shows them before anyone presses the button."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from domain.errors import DomainError, Language
from domain.initiatives.states import InitiativeState
from domain.money import percent, written


@dataclass(frozen=True)
class Unmet:
    """One thing that is missing, with a stable code and a sentence in both languages."""

    code: str
    pl: str
    en: str

    def message(self, language: Language = "pl") -> str:
        return self.pl if language == "pl" else self.en


class StepRefused(DomainError):
    """Everything that is missing, all of it at once."""

    code = "step_refused"

    def __init__(self, missing: Iterable[Unmet]) -> None:
        super().__init__()
        self.missing = tuple(missing)
        self.details = {"missing": [unmet.code for unmet in self.missing]}

    def message(self, language: Language = "pl") -> str:
        return " ".join(unmet.message(language) for unmet in self.missing)


def wrong_state(state: InitiativeState, expected: Iterable[InitiativeState]) -> Unmet:
    names = list(expected)
    return Unmet(
        "wrong_state",
        f"Stan „{state.polish}” na to nie pozwala (potrzebny: {', '.join(name.polish for name in names)}).",
        f"The state {state} doesn't allow it (it takes {', '.join(names)}).",
    )


NO_LEAD = Unmet("no_lead", "Nie ma partnera wiodącego.", "There is no lead partner.")
NO_CALL = Unmet("no_call", "Nie wskazano naboru.", "No call is linked.")
CALL_CANCELLED = Unmet("call_cancelled", "Nabór został anulowany.", "The call was cancelled.")
NO_PARTNER = Unmet(
    "no_partner",
    "Nabór wymaga partnerstwa, a żaden partner nie przyjął zaproszenia.",
    "The call requires a partnership, and no partner has accepted.",
)
NO_PARTNERSHIP_AGREEMENT = Unmet(
    "no_partnership_agreement",
    "Nie ma projektu umowy partnerstwa.",
    "No partnership agreement has been drafted.",
)
NO_BUDGET = Unmet("no_budget", "Nie ma budżetu.", "There is no budget.")
NO_DEADLINE = Unmet(
    "no_deadline", "Brak terminu na uzupełnienie.", "The deadline for corrections is missing."
)
NO_DOCUMENT = Unmet(
    "no_document",
    "Brak dokumentu, na którym opiera się rozstrzygnięcie.",
    "The document that the decision rests on is missing.",
)
NO_SCORE = Unmet(
    "no_score", "Brak liczby punktów z oceny.", "The score of the assessment is missing."
)
NO_AMOUNT = Unmet("no_amount", "Brak kwoty dofinansowania.", "The amount of the grant is missing.")
NO_NUMBER = Unmet("no_number", "Brak numeru umowy.", "The number of the agreement is missing.")
NO_REASON = Unmet("no_reason", "Brak uzasadnienia.", "The reason is missing.")
NO_FINAL_CLAIM = Unmet(
    "no_final_claim",
    "Nie złożono żadnego wniosku o płatność.",
    "No payment claim has been submitted.",
)
PROTEST_EXHAUSTED = Unmet(
    "protest_exhausted",
    "Ocena negatywna po proteście jest ostateczna.",
    "The negative assessment after a protest is final.",
)
GROUND_NOT_PROTESTABLE = Unmet(
    "ground_not_protestable",
    "Samo wyczerpanie alokacji nie może być podstawą protestu.",
    "That the allocation is exhausted can't alone be the ground of a protest.",
)


def call_not_open(at: datetime, opens_at: datetime, closes_at: datetime) -> Unmet:
    if at >= closes_at:
        return Unmet(
            "call_closed",
            f"Nabór zakończył się {closes_at:%d.%m.%Y %H:%M}.",
            f"The call closed on {closes_at:%Y-%m-%d %H:%M}.",
        )
    return Unmet(
        "call_not_open",
        f"Nabór rozpocznie się {opens_at:%d.%m.%Y %H:%M}.",
        f"The call opens on {opens_at:%Y-%m-%d %H:%M}.",
    )


def unsigned(terc: str, name: str) -> Unmet:
    return Unmet(
        "partnership_agreement_unsigned",
        f"Umowy partnerstwa nie podpisała gmina {name} ({terc}).",
        f"The partnership agreement isn't signed by {name} ({terc}).",
    )


def not_eligible(terc: str, name: str) -> Unmet:
    return Unmet(
        "not_eligible",
        f"Gmina {name} ({terc}) nie spełnia warunków naboru.",
        f"{name} ({terc}) isn't eligible under the call.",
    )


def above(code: str, pl: str, en: str, amount: int, limit: int) -> Unmet:
    return Unmet(
        code,
        f"{pl}: {written(amount)} > {written(limit)}.",
        f"{en}: {written(amount)} > {written(limit)}.",
    )


def above_requested(amount: int, limit: int) -> Unmet:
    return above(
        "amount_above_requested",
        "Kwota wybrana przekracza wnioskowaną",
        "The selected amount is above the requested one",
        amount,
        limit,
    )


def above_selected(amount: int, limit: int) -> Unmet:
    return above(
        "amount_above_selected",
        "Kwota umowy przekracza kwotę wybraną",
        "The amount of the agreement is above the selected one",
        amount,
        limit,
    )


def above_granted(amount: int, limit: int) -> Unmet:
    return above(
        "amount_above_granted",
        "Wnioski o płatność przekraczają dofinansowanie z umowy",
        "The payment claims are above the grant of the agreement",
        amount,
        limit,
    )


def protest_too_late(last_day: date) -> Unmet:
    return Unmet(
        "protest_too_late",
        f"Termin na protest upłynął {last_day:%d.%m.%Y}.",
        f"The term for a protest ended on {last_day}.",
    )


def protest_before_delivery(delivered_on: date) -> Unmet:
    return Unmet(
        "protest_before_delivery",
        f"Ocenę doręczono dopiero {delivered_on:%d.%m.%Y}.",
        f"The assessment was delivered only on {delivered_on}.",
    )


def claims_open(numbers: Iterable[int]) -> Unmet:
    said = ", ".join(map(str, numbers))
    return Unmet(
        "claims_open",
        f"Nierozstrzygnięte wnioski o płatność: {said}.",
        f"Payment claims not resolved: {said}.",
    )


def claims_stand(numbers: Iterable[int]) -> Unmet:
    said = ", ".join(map(str, numbers))
    return Unmet(
        "claims_stand",
        f"Na cofanym kroku opierają się wnioski o płatność: {said}.",
        f"Payment claims rest on what would be undone: {said}.",
    )


def durability_until(day: date) -> Unmet:
    return Unmet(
        "durability_not_over",
        f"Okres trwałości trwa do {day:%d.%m.%Y}.",
        f"The durability period lasts until {day}.",
    )


def duty_unmet(title: str) -> Unmet:
    return Unmet(
        "obligation_unmet", f"Niespełnione zobowiązanie: {title}.", f"Obligation not met: {title}."
    )


def in_future(on: date) -> Unmet:
    return Unmet(
        "date_in_future", f"Data {on:%d.%m.%Y} jeszcze nie nadeszła.", f"The date {on} lies ahead."
    )


def before_previous(on: date, previous: date) -> Unmet:
    return Unmet(
        "date_before_previous_step",
        f"Data {on:%d.%m.%Y} jest wcześniejsza niż data poprzedniego kroku ({previous:%d.%m.%Y}).",
        f"The date {on} is before that of the previous step ({previous}).",
    )


def above_rate(who: str, grant: int, eligible: int, rate: int) -> Unmet:
    return Unmet(
        "rate_exceeded",
        f"Dofinansowanie ({who}) {written(grant)} przekracza {percent(rate)} kosztów {written(eligible)}.",
        f"The grant ({who}) of {written(grant)} is above {percent(rate)} of the costs of {written(eligible)}.",
    )
