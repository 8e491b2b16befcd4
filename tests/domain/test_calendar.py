"""Days as Polish law counts them; the dates are those of printed calendars."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import (
    days_left,
    easter,
    holidays,
    is_working_day,
    term,
    working_day_from,
    working_days_left,
    working_days_term,
    years_later,
)

days = st.dates(date(1990, 1, 1), date(2150, 12, 31))


@pytest.mark.parametrize(
    "day",
    [
        date(1818, 3, 22), date(1943, 4, 25), date(2000, 4, 23), date(2008, 3, 23), date(2024, 3, 31),
        date(2025, 4, 20), date(2026, 4, 5), date(2038, 4, 25), date(2049, 4, 18),
    ],
)  # fmt: skip
def test_easter_falls_where_the_calendar_says(day: date) -> None:
    assert easter(day.year) == day


def test_holidays_of_2026() -> None:
    assert sorted(holidays(2026)) == [
        date(2026, 1, 1), date(2026, 1, 6), date(2026, 4, 5), date(2026, 4, 6), date(2026, 5, 1),
        date(2026, 5, 3), date(2026, 5, 24), date(2026, 6, 4), date(2026, 8, 15), date(2026, 11, 1),
        date(2026, 11, 11), date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 26),
    ]  # fmt: skip


def test_christmas_eve_is_free_since_2025() -> None:
    assert is_working_day(date(2024, 12, 24))
    assert not is_working_day(date(2025, 12, 24))


def test_epiphany_is_free_since_2011() -> None:
    assert is_working_day(date(2010, 1, 6))
    assert not is_working_day(date(2011, 1, 6))


def test_term_that_ends_on_a_free_day_ends_on_the_next_working_day() -> None:
    assert term(date(2026, 3, 2), 14) == date(2026, 3, 16)
    assert term(date(2026, 3, 7), 14) == date(2026, 3, 23)  # a Saturday → Monday
    assert term(date(2026, 3, 22), 14) == date(2026, 4, 7)  # Easter Sunday → Tuesday
    assert term(date(2025, 12, 10), 14) == date(2025, 12, 29)  # Christmas Eve → Monday


def test_working_days_pass_over_the_long_weekend() -> None:
    assert working_days_term(date(2026, 4, 30), 3) == date(2026, 5, 6)
    assert working_days_left(date(2026, 5, 6), date(2026, 4, 30)) == 3
    assert working_days_left(date(2026, 4, 30), date(2026, 5, 6)) == -3


def test_last_day_has_nothing_left() -> None:
    assert days_left(date(2026, 5, 6), date(2026, 5, 6)) == 0
    assert days_left(date(2026, 5, 6), date(2026, 5, 7)) == -1


def test_leap_day_has_its_anniversary_on_the_28th() -> None:
    assert years_later(date(2024, 2, 29), 5) == date(2029, 2, 28)
    assert years_later(date(2024, 2, 28), 5) == date(2029, 2, 28)


@given(days, st.integers(0, 60))
def test_term_ends_on_a_working_day_and_never_early(start: date, length: int) -> None:
    end = term(start, length)

    assert is_working_day(end)
    assert start + timedelta(days=length) <= end <= start + timedelta(days=length + 6)


@given(days, st.integers(1, 60))
def test_working_days_left_are_those_of_the_term(start: date, count: int) -> None:
    assert working_days_left(working_days_term(start, count), start) == count


@given(days)
def test_first_working_day_is_the_day_itself_or_close_behind(day: date) -> None:
    found = working_day_from(day)
    assert is_working_day(found)
    assert not any(is_working_day(day + timedelta(days=n)) for n in range((found - day).days))
