"""Budget: costs of partners by category and period, and what pays for them. Integer grosze throughout.

A version states facts (lines, grants, contributions); every total is computed from them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from domain.aggregate import Aggregate
from domain.calls.terms import CallTerms, CostCategory
from domain.errors import FieldProblem, Malformed, TooMany
from domain.initiatives.part import Part
from domain.initiatives.states import UNDER_WAY, InitiativeState
from domain.initiatives.unmet import Unmet, above, above_rate
from domain.money import amount_problems, percent, rate_problems, share, within_rate, written
from domain.values import refuse_if, text_problems
from domain.work import Work

LINES = 5_000
THOUSANDTHS = 1_000


class CostKind(StrEnum):
    REAL = "REAL"
    UNIT_COST = "UNIT_COST"
    LUMP_SUM = "LUMP_SUM"
    FLAT_RATE = "FLAT_RATE"


@dataclass(frozen=True)
class CostLine:
    """REAL and LUMP_SUM have an `amount`; UNIT_COST a `quantity` (in thousandths) of `unit_cost`;
    FLAT_RATE is `rate` of the partner's other costs of the categories `bases` in the same period.
    """

    partner: str
    category: CostCategory
    period: int
    description: str
    kind: CostKind = CostKind.REAL
    amount: int = 0
    quantity: int = 0
    unit: str = ""
    unit_cost: int = 0
    rate: int = 0
    bases: tuple[CostCategory, ...] = ()


@dataclass(frozen=True)
class Period:
    number: int
    since: date
    until: date


@dataclass(frozen=True)
class Financing:
    """What pays for one partner's costs."""

    partner: str
    grant: int
    own_public: int = 0
    own_private: int = 0

    @property
    def total(self) -> int:
        return self.grant + self.own_public + self.own_private


@dataclass(frozen=True)
class Budget:
    periods: tuple[Period, ...]
    lines: tuple[CostLine, ...]
    financing: tuple[Financing, ...]

    def cost(self, line: CostLine) -> int:
        if line.kind is CostKind.UNIT_COST:
            return (line.quantity * line.unit_cost * 2 + THOUSANDTHS) // (THOUSANDTHS * 2)
        if line.kind is CostKind.FLAT_RATE:
            return share(self._base(line), line.rate)
        return line.amount

    @cached_property
    def costs(self) -> tuple[int, ...]:
        """Of each line, in the order of the lines."""
        return tuple(self.cost(line) for line in self.lines)

    @property
    def eligible(self) -> int:
        return sum(self.costs)

    @property
    def grant(self) -> int:
        return sum(financing.grant for financing in self.financing)

    @property
    def partners(self) -> list[str]:
        named = [line.partner for line in self.lines] + [paid.partner for paid in self.financing]
        return list(dict.fromkeys(named))

    def eligible_by(self, key: Callable[[CostLine], Any]) -> dict[Any, int]:
        """Eligible costs summed by what `key` says of a line."""
        sums: defaultdict[Any, int] = defaultdict(int)
        for line, cost in zip(self.lines, self.costs, strict=True):
            sums[key(line)] += cost
        return dict(sums)

    def financing_of(self, partner: str) -> Financing:
        return next(
            (paid for paid in self.financing if paid.partner == partner), Financing(partner, 0)
        )

    @cached_property
    def _other_costs(self) -> dict[tuple[str, int, CostCategory], int]:
        """All but flat rates, which are never a base of each other."""
        sums: defaultdict[tuple[str, int, CostCategory], int] = defaultdict(int)
        for line in self.lines:
            if line.kind is not CostKind.FLAT_RATE:
                sums[line.partner, line.period, line.category] += self.cost(line)
        return dict(sums)

    def _base(self, line: CostLine) -> int:
        found = self._other_costs
        return sum(found.get((line.partner, line.period, base), 0) for base in set(line.bases))


@dataclass(frozen=True)
class Difference:
    """Eligible costs of a partner and category, in two versions."""

    partner: str
    category: CostCategory
    was: int
    becomes: int


def differences(was: Budget, becomes: Budget) -> list[Difference]:
    old, new = (budget.eligible_by(_place) for budget in (was, becomes))
    places = dict.fromkeys([*old, *new])
    found = (Difference(p, c, old.get((p, c), 0), new.get((p, c), 0)) for p, c in places)
    return [difference for difference in found if difference.was != difference.becomes]


def _place(line: CostLine) -> tuple[str, CostCategory]:
    return line.partner, line.category


def unmet_conditions(budget: Budget, terms: CallTerms, members: Iterable[str]) -> Iterator[Unmet]:
    """Whatever keeps the budget from being submitted under the call."""
    yield from _unbalanced(budget)
    yield from _strangers(budget, set(members))
    yield from _beyond_rate(budget, terms)
    yield from _beyond_limits(budget, terms)
    yield from _beyond_categories(budget, terms)


def _unbalanced(budget: Budget) -> Iterator[Unmet]:
    eligible = budget.eligible_by(lambda line: line.partner)
    for partner in budget.partners:
        cost, paid = eligible.get(partner, 0), budget.financing_of(partner).total
        if cost != paid:
            yield Unmet(
                "budget_unbalanced",
                f"Budżet partnera {partner} nie bilansuje się: koszty {written(cost)}, finansowanie {written(paid)}.",
                f"The budget of partner {partner} doesn't balance: costs {written(cost)}, financing {written(paid)}.",
            )
    if not budget.eligible:
        yield Unmet("budget_empty", "Budżet nie ma żadnych kosztów.", "The budget has no costs.")


def _strangers(budget: Budget, members: set[str]) -> Iterator[Unmet]:
    for partner in budget.partners:
        if partner not in members:
            yield Unmet(
                "budget_names_stranger",
                f"Budżet obejmuje gminę {partner}, która nie jest w partnerstwie.",
                f"The budget includes {partner}, which isn't in the partnership.",
            )


def _beyond_rate(budget: Budget, terms: CallTerms) -> Iterator[Unmet]:
    if not within_rate(budget.grant, budget.eligible, terms.max_rate):
        yield above_rate("razem / total", budget.grant, budget.eligible, terms.max_rate)
    if not terms.rate_per_partner:
        return
    eligible = budget.eligible_by(lambda line: line.partner)
    for paid in budget.financing:
        cost = eligible.get(paid.partner, 0)
        if not within_rate(paid.grant, cost, terms.max_rate):
            yield above_rate(paid.partner, paid.grant, cost, terms.max_rate)


def _beyond_limits(budget: Budget, terms: CallTerms) -> Iterator[Unmet]:
    if terms.max_grant is not None and budget.grant > terms.max_grant:
        yield above(
            "grant_above_maximum",
            "Dofinansowanie przekracza maksimum naboru",
            "The grant is above the call's maximum",
            budget.grant,
            terms.max_grant,
        )
    if terms.min_grant is not None and budget.grant < terms.min_grant:
        yield Unmet(
            "grant_below_minimum",
            f"Dofinansowanie {written(budget.grant)} jest niższe niż minimum naboru {written(terms.min_grant)}.",
            f"The grant of {written(budget.grant)} is below the call's minimum of {written(terms.min_grant)}.",
        )


def _beyond_categories(budget: Budget, terms: CallTerms) -> Iterator[Unmet]:
    for line in budget.lines:
        allowed = terms.flat_rate_of(line.category)
        if line.kind is CostKind.FLAT_RATE and (
            allowed is None
            or line.rate > allowed.max_rate
            or not set(line.bases) <= set(allowed.bases)
        ):
            yield Unmet(
                "flat_rate_not_allowed",
                f"Nabór nie dopuszcza stawki ryczałtowej {percent(line.rate)} w kategorii {line.category}.",
                f"The call doesn't allow a flat rate of {percent(line.rate)} for {line.category}.",
            )
    eligible = budget.eligible_by(lambda line: line.category)
    for limit in terms.category_limits:
        if not within_rate(eligible.get(limit.category, 0), budget.eligible, limit.max_share):
            yield Unmet(
                "category_limit_exceeded",
                f"Koszty kategorii {limit.category} przekraczają {percent(limit.max_share)} kosztów kwalifikowalnych.",
                f"Costs of {limit.category} are above {percent(limit.max_share)} of the eligible costs.",
            )


def budget_problems(budget: Budget) -> Iterable[FieldProblem]:
    """What makes it no budget at all; whether it balances is asked only when it is submitted."""
    if len(budget.lines) > LINES:
        yield TooMany("lines", limit=LINES, length=len(budget.lines))
        return
    yield from _period_problems(budget.periods)
    for line in budget.lines:
        yield from _line_problems(line, len(budget.periods))
    yield from _financing_problems(budget.financing)
    yield from amount_problems("total", budget.eligible)
    yield from amount_problems("total", sum(paid.total for paid in budget.financing))


def _period_problems(periods: tuple[Period, ...]) -> Iterable[FieldProblem]:
    numbers = [period.number for period in periods]
    if numbers != list(range(1, len(numbers) + 1)):
        yield Malformed("periods", value=numbers)
    for period in periods:
        if period.since > period.until:
            yield Malformed("periods", value=f"{period.since}–{period.until}")


def _financing_problems(financing: tuple[Financing, ...]) -> Iterable[FieldProblem]:
    for paid in financing:
        yield from amount_problems("grant", paid.grant)
        yield from amount_problems("ownPublic", paid.own_public)
        yield from amount_problems("ownPrivate", paid.own_private)
    partners = [paid.partner for paid in financing]
    if len(partners) != len(set(partners)):
        yield Malformed("financing", value=", ".join(partners)[:100])


def _line_problems(line: CostLine, periods: int) -> Iterable[FieldProblem]:
    yield from text_problems("description", line.description, 500)
    yield from text_problems("unit", line.unit, 50, required=line.kind is CostKind.UNIT_COST)
    if not 1 <= line.period <= periods:
        yield Malformed("period", value=line.period)
    for field, amount in (
        ("amount", line.amount),
        ("quantity", line.quantity),
        ("unitCost", line.unit_cost),
    ):
        yield from amount_problems(field, amount)
    yield from rate_problems("rate", line.rate)
    if line.kind is CostKind.FLAT_RATE and (not line.bases or line.category in line.bases):
        yield Malformed("bases", value=", ".join(line.bases))


@dataclass(frozen=True)
class BudgetVersion:
    number: int
    budget: Budget
    note: str


class BudgetPart(Part):
    """Versions are numbered from 1; the last one is the budget."""

    budgets: list[BudgetVersion]

    class BudgetDrawnUp(Aggregate.Event):
        number: int
        budget: Budget
        note: str

        def apply(self, aggregate: "BudgetPart") -> None:
            aggregate.budgets.append(BudgetVersion(self.number, self.budget, self.note))

    @property
    def budget(self) -> Budget | None:
        return self.budgets[-1].budget if self.budgets else None

    def missing_to_draw_up_budget(self) -> list[Unmet]:
        return self.wrong_state(
            *UNDER_WAY, InitiativeState.CORRECTION_REQUESTED, InitiativeState.SELECTED
        )

    def draw_up_budget(self, budget: Budget, note: str, work: Work) -> None:
        refuse_if([*budget_problems(budget), *text_problems("note", note, 1000, required=False)])
        if budget == self.budget:
            return
        self.refuse_if_unmet(self.missing_to_draw_up_budget())
        self.tell(self.BudgetDrawnUp, work, number=len(self.budgets) + 1, budget=budget, note=note)
