"""Days as Polish law counts them: public holidays, working days, terms and what is left of them."""

from datetime import date, timedelta
from functools import cache

DAY = timedelta(days=1)

_FIXED = (
    (1, 1), (1, 6), (5, 1), (5, 3), (8, 15), (11, 1), (11, 11), (12, 25), (12, 26),
)  # fmt: skip
_CHRISTMAS_EVE_SINCE = 2025  # act of 6 December 2024 amending the act on non-working days
_EPIPHANY_SINCE = 2011


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> frozenset[date]:
    """Non-working days beside Sundays: the act of 18 January 1951, as it stood in that year."""
    fixed = {date(year, month, day) for month, day in _FIXED}
    if year < _EPIPHANY_SINCE:
        fixed.discard(date(year, 1, 6))
    if year >= _CHRISTMAS_EVE_SINCE:
        fixed.add(date(year, 12, 24))
    sunday = easter(year)
    moving = {sunday, sunday + DAY, sunday + 49 * DAY, sunday + 60 * DAY}
    return frozenset(fixed | moving)


def is_working_day(day: date) -> bool:
    """Neither a holiday nor a Saturday, which the code of administrative procedure puts beside them."""
    return day.weekday() < 5 and day not in holidays(day.year)


def working_day_from(day: date) -> date:
    """The day itself, or the first working day after it."""
    while not is_working_day(day):
        day += DAY
    return day


def term(start: date, days: int) -> date:
    """Last day of a term in calendar days.

    The day that starts it isn't counted, and a term that ends on a Saturday or a holiday ends on the
    next working day: code of administrative procedure, art. 57 § 1 and § 4.
    """
    return working_day_from(start + days * DAY)


def working_days_term(start: date, days: int) -> date:
    """Last day of a term counted in working days; the day that starts it isn't counted."""
    day = start
    for _ in range(days):
        day = working_day_from(day + DAY)
    return day


def days_left(due: date, today: date) -> int:
    """Calendar days; 0 on the last day, negative when it has passed."""
    return (due - today).days


def working_days_left(due: date, today: date) -> int:
    """Working days after today up to and with the due day; negative for those passed since."""
    if due < today:
        return -working_days_left(today, due)
    span = (due - today).days
    return sum(is_working_day(today + number * DAY) for number in range(1, span + 1))


def years_later(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
