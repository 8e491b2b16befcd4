"""Budgets: totals are the sums of their parts to the grosz, however they are cut."""

from dataclasses import replace
from datetime import date
from operator import attrgetter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calls.terms import CostCategory
from domain.initiatives.budget import (
    Budget,
    CostKind,
    CostLine,
    Financing,
    Period,
    budget_problems,
    differences,
    unmet_conditions,
)
from domain.money import most
from tests.funds import terms
from tests.network import BELCHATOW, OPOCZNO

PARTNERS = [OPOCZNO, BELCHATOW, "101601"]
STAFF, OFFICE = CostCategory.STAFF, CostCategory.OFFICE_AND_ADMINISTRATION
PERIODS = (
    Period(1, date(2026, 1, 1), date(2026, 12, 31)),
    Period(2, date(2027, 1, 1), date(2027, 12, 31)),
)

amounts = st.integers(0, 10**12)
lines = st.builds(
    CostLine,
    partner=st.sampled_from(PARTNERS),
    category=st.sampled_from(CostCategory),
    period=st.integers(1, 2),
    description=st.just("Koszt"),
    kind=st.sampled_from(CostKind),
    amount=amounts,
    quantity=st.integers(0, 10**6),
    unit=st.just("szt."),
    unit_cost=st.integers(0, 10**8),
    rate=st.integers(0, 10_000),
    bases=st.just((STAFF,)),
)
budgets = st.builds(
    lambda found: balanced(Budget(PERIODS, tuple(found), ())),
    st.lists(lines, min_size=1, max_size=12),
)


def balanced(costs: Budget, rate: int = 8_500) -> Budget:
    eligible = costs.eligible_by(lambda line: line.partner)
    paid = tuple(
        Financing(who, most(cost, rate), cost - most(cost, rate)) for who, cost in eligible.items()
    )
    return replace(costs, financing=paid)


@given(budgets)
def test_every_way_of_summing_gives_the_same_total(budget: Budget) -> None:
    whole = sum(budget.costs)
    assert budget.eligible == whole
    for key in ("partner", "category", "period"):
        assert sum(budget.eligible_by(attrgetter(key)).values()) == whole
    assert sum(paid.total for paid in budget.financing) == whole
    assert budget.grant * 10_000 <= whole * 8_500


@given(budgets)
def test_budget_is_read_back_as_it_was_written(budget: Budget) -> None:
    _ = budget.costs  # computed once and kept; no part of what is stored
    told = msgspec.json.encode(budget)
    assert msgspec.json.decode(told, type=Budget) == budget
    assert set(msgspec.json.decode(told)) == {"periods", "lines", "financing"}


@given(budgets, st.sampled_from(PARTNERS), st.integers(1, 10**9))
def test_a_grosz_too_much_or_too_little_is_found(budget: Budget, who: str, off: int) -> None:
    usual = terms(max_rate=10_000, min_grant=None, max_grant=None)

    def unbalanced(found: Budget) -> bool:
        return "budget_unbalanced" in {
            unmet.code for unmet in unmet_conditions(found, usual, PARTNERS)
        }

    assert not unbalanced(budget)
    paid = budget.financing_of(who)
    others = tuple(each for each in budget.financing if each.partner != who)
    assert unbalanced(
        replace(budget, financing=(*others, replace(paid, own_private=paid.own_private + off)))
    )


@given(budgets, budgets)
def test_differences_lead_from_one_version_to_the_other(was: Budget, becomes: Budget) -> None:
    sums = was.eligible_by(lambda line: (line.partner, line.category))
    for difference in differences(was, becomes):
        place = difference.partner, difference.category
        assert sums.get(place, 0) == difference.was != difference.becomes
        sums[place] = difference.becomes
    left = becomes.eligible_by(lambda line: (line.partner, line.category))
    assert {place: cost for place, cost in sums.items() if cost} == {
        p: c for p, c in left.items() if c
    }


def test_flat_rate_is_of_the_same_partner_and_period_and_never_of_another_flat_rate() -> None:
    def line(partner: str, period: int, amount: int, **more: object) -> CostLine:
        usual = CostLine(partner, STAFF, period, "Etat", amount=amount)
        return replace(usual, **more)  # type: ignore[arg-type]

    flat = CostLine(OPOCZNO, OFFICE, 1, "Ryczałt", CostKind.FLAT_RATE, rate=1_500, bases=(STAFF,))
    on_flat = CostLine(
        OPOCZNO, CostCategory.TRAVEL_AND_ACCOMMODATION, 1, "Ryczałt", CostKind.FLAT_RATE,
        rate=1_000, bases=(OFFICE, STAFF),
    )  # fmt: skip
    costs = Budget(
        PERIODS,
        (
            line(OPOCZNO, 1, 1_003),
            line(OPOCZNO, 2, 7_777),
            line(BELCHATOW, 1, 8_888),
            flat,
            on_flat,
        ),
        (),
    )
    assert costs.costs[3:] == (150, 100)


def test_unit_costs_are_rounded_to_the_nearest_grosz() -> None:
    line = CostLine(
        OPOCZNO,
        STAFF,
        1,
        "Godziny",
        CostKind.UNIT_COST,
        quantity=1_500,
        unit="godz.",
        unit_cost=333,
    )
    assert Budget(PERIODS, (line,), ()).costs == (500,)


USUAL = CostLine(OPOCZNO, STAFF, 1, "Etat", amount=1)


@pytest.mark.parametrize(
    ("budget", "field"),
    [
        (Budget((replace(PERIODS[0], number=2),), (), ()), "periods"),
        (Budget((replace(PERIODS[0], until=date(2025, 1, 1)),), (), ()), "periods"),
        (Budget(PERIODS, (replace(USUAL, period=3),), ()), "period"),
        (Budget(PERIODS, (replace(USUAL, description=""),), ()), "description"),
        (Budget(PERIODS, (replace(USUAL, amount=-1),), ()), "amount"),
        (Budget(PERIODS, (replace(USUAL, kind=CostKind.UNIT_COST),), ()), "unit"),
        (Budget(PERIODS, (replace(USUAL, kind=CostKind.FLAT_RATE),), ()), "bases"),
        (Budget(PERIODS, (replace(USUAL, rate=10_001),), ()), "rate"),
        (Budget(PERIODS, (), (Financing(OPOCZNO, 1), Financing(OPOCZNO, 2))), "financing"),
        (Budget(PERIODS, (), (Financing(OPOCZNO, 1, own_private=-1),)), "ownPrivate"),
        (Budget(PERIODS, (USUAL,) * 5_001, ()), "lines"),
        (Budget(PERIODS, (replace(USUAL, amount=2**52),) * 2, ()), "total"),
        (Budget(PERIODS, (), (Financing(OPOCZNO, 2**52, 2**52),)), "total"),
    ],
)
def test_what_is_no_budget_is_refused_by_field(budget: Budget, field: str) -> None:
    assert field in [problem.field for problem in budget_problems(budget)]
