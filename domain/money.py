"""Money in integer grosze: shares, splits, and the words people write it in. Never a float."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NewType

from domain.errors import FieldProblem

Grosze = NewType("Grosze", int)

LIMIT = 2**53 - 1
"""No single amount, and no total of a budget, above: 90 trillion złoty in grosze, which every JSON reader
still reads exactly. Whatever is larger is refused, never rounded."""

WHOLE = 10_000
"""Rates are integers in hundredths of a percent: 8500 is 85 %."""


class AmountOutOfRange(FieldProblem):
    code = "amount_out_of_range"
    pl = "Kwota {value} gr w polu „{field}” jest spoza zakresu od {least} do {limit} gr."
    en = "The amount of {value} grosze in the field “{field}” is outside {least} to {limit}."


class NotAnAmount(FieldProblem):
    code = "not_an_amount"
    pl = "„{value}” w polu „{field}” nie jest kwotą w złotych z najwyżej dwoma miejscami po przecinku."
    en = "“{value}” in the field “{field}” is not an amount in złoty with at most two decimals."


class RateOutOfRange(FieldProblem):
    code = "rate_out_of_range"
    pl = "Stawka {value} (w setnych procenta) w polu „{field}” jest spoza zakresu od 0 do 10000."
    en = "The rate {value} (hundredths of a percent) in the field “{field}” is outside 0 to 10000."


class Uneven(ValueError):
    """Weights that nothing can be split by."""


def amount_problems(field: str, value: int, *, least: int = 0) -> Iterable[FieldProblem]:
    if not least <= value <= LIMIT:
        yield AmountOutOfRange(field, value=value, least=least, limit=LIMIT)


def rate_problems(field: str, rate: int) -> Iterable[FieldProblem]:
    if not 0 <= rate <= WHOLE:
        yield RateOutOfRange(field, value=rate)


def share(amount: int, rate: int) -> Grosze:
    """`rate` of the amount to the nearest grosz, a half rounded up: how costs are rounded."""
    return Grosze((amount * rate * 2 + WHOLE) // (WHOLE * 2))


def most(amount: int, rate: int) -> Grosze:
    """The most that `rate` of the amount allows: rounded down, so that grant ÷ cost never passes it."""
    return Grosze(amount * rate // WHOLE)


def within_rate(part: int, whole: int, rate: int) -> bool:
    """Whether part ÷ whole ≤ rate, exactly."""
    return part * WHOLE <= whole * rate


def split(total: int, weights: Sequence[int]) -> list[Grosze]:
    """Parts in proportion to the weights that sum to the total, by largest remainder.

    Each part is its exact share rounded down; the grosze left over go one each to the largest
    remainders, of equal ones to the first. Raises Uneven without a positive weight.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise Uneven(weights)
    parts = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: -remainders[at])
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return [Grosze(part) for part in parts]


_ZLOTY = re.compile(r"(-?)(\d{1,3}(?:[ .]\d{3})+|\d+)(?:,(\d{1,2}))?")
_ZLOTY_WITH_POINT = re.compile(r"(-?)(\d{1,3}(?:[ ,]\d{3})+|\d+)\.(\d{1,2})")


def parse_zloty(text: str) -> Grosze:
    """`1 234,56 zł`, `1.234,56`, `1234.5` → grosze; raises ValueError for anything else."""
    plain = re.sub(r"[\s\u00a0\u202f]+", " ", text).strip()
    plain = re.sub(r" ?(zł|PLN)$", "", plain, flags=re.IGNORECASE)
    found = _ZLOTY.fullmatch(plain) or _ZLOTY_WITH_POINT.fullmatch(plain)
    if found is None:
        raise ValueError(text)
    sign, whole, decimals = found.groups()
    grosze = int(re.sub(r"\D", "", whole)) * 100 + int((decimals or "").ljust(2, "0"))
    return Grosze(-grosze if sign else grosze)


def grosze_of(value: Decimal) -> Grosze:
    """Złoty as a decimal number → grosze; raises ValueError when there are more than two decimals."""
    scaled = value.scaleb(2)
    if scaled != scaled.to_integral_value():
        raise ValueError(value)
    return Grosze(int(scaled))


def zloty(grosze: int) -> Decimal:
    """With two decimals, exactly."""
    return Decimal(grosze).scaleb(-2)


def written(grosze: int) -> str:
    """`1 234,56 zł`, with the spaces that don't break."""
    whole, rest = divmod(abs(grosze), 100)
    grouped = f"{whole:,}".replace(",", "\u00a0")
    return f"{'-' if grosze < 0 else ''}{grouped},{rest:02}\u00a0zł"


def percent(rate: int) -> str:
    """8500 → `85%`, 8525 → `85,25%`."""
    whole, rest = divmod(rate, 100)
    decimals = f",{rest:02}".rstrip("0") if rest else ""
    return f"{whole}{decimals}%"
