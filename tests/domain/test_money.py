"""Money: what is split comes together again, whatever the rounding."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import (
    LIMIT,
    Uneven,
    amount_problems,
    grosze_of,
    most,
    parse_zloty,
    percent,
    rate_problems,
    share,
    split,
    within_rate,
    written,
    zloty,
)

amounts = st.integers(0, LIMIT)
rates = st.integers(0, 10_000)
weights = st.lists(st.integers(0, LIMIT), min_size=1, max_size=30).filter(
    lambda found: sum(found) > 0
)


@given(amounts, weights)
def test_parts_sum_to_the_total_and_stand_within_a_grosz_of_their_share(
    total: int, by: list[int]
) -> None:
    parts = split(total, by)

    assert sum(parts) == total
    for part, weight in zip(parts, by, strict=True):
        exact = total * weight
        assert exact - sum(by) < part * sum(by) < exact + sum(by)


@given(amounts, st.integers(1, 50))
def test_equal_weights_get_equal_parts_and_the_first_ones_the_rest(total: int, count: int) -> None:
    parts = split(total, [1] * count)

    assert max(parts) - min(parts) <= 1
    assert parts == sorted(parts, reverse=True)


def test_largest_remainder_gets_the_grosz() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(10, [15, 15, 70]) == [2, 1, 7]
    assert split(0, [3, 4]) == [0, 0]


@pytest.mark.parametrize("by", [[], [0, 0], [1, -1, 5]])
def test_nothing_is_split_without_weights(by: list[int]) -> None:
    with pytest.raises(ValueError):
        split(100, by)
    assert issubclass(Uneven, ValueError)


@given(amounts, rates)
def test_most_is_the_last_grosz_within_the_rate(amount: int, rate: int) -> None:
    assert within_rate(most(amount, rate), amount, rate)
    assert not within_rate(most(amount, rate) + 1, amount, rate)


@given(amounts, rates)
def test_share_is_the_nearest_grosz(amount: int, rate: int) -> None:
    assert abs(2 * (share(amount, rate) * 10_000 - amount * rate)) <= 10_000


def test_half_a_grosz_is_rounded_up() -> None:
    assert [share(amount, 5_000) for amount in (1, 2, 3)] == [1, 1, 2]
    assert share(10_001, 1_500) == 1_500


@given(st.integers(-LIMIT, LIMIT))
def test_written_amounts_are_read_back_exactly(grosze: int) -> None:
    assert parse_zloty(written(grosze)) == grosze
    assert grosze_of(zloty(grosze)) == grosze


@pytest.mark.parametrize(
    ("text", "grosze"),
    [
        ("1 234,56 zł", 123456),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("1234.5", 123450),
        ("1234", 123400),
        ("1.234", 123400),
        ("0,01", 1),
        ("90071992547409,93 PLN", 2**53 + 1),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, grosze: int) -> None:
    assert parse_zloty(text) == grosze


@pytest.mark.parametrize(
    "text", ["", "zł", "1,234,5", "12.345,678", "1e5", "1 23", "dużo", "1,2,3"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_zloty(text)


def test_third_decimal_is_refused_and_not_rounded() -> None:
    with pytest.raises(ValueError):
        grosze_of(Decimal("0.005"))


def test_amounts_and_rates_have_bounds() -> None:
    assert [p.code for p in amount_problems("grant", LIMIT + 1)] == ["amount_out_of_range"]
    assert [p.code for p in amount_problems("grant", -1)] == ["amount_out_of_range"]
    assert [p.code for p in amount_problems("grant", 2**53)] == ["amount_out_of_range"]
    assert list(amount_problems("grant", 2**53 - 1)) == []
    assert [p.code for p in rate_problems("rate", 10_001)] == ["rate_out_of_range"]


def test_rates_are_written_without_needless_zeros() -> None:
    assert [percent(rate) for rate in (8500, 8525, 8520, 5)] == ["85%", "85,25%", "85,2%", "0,05%"]
