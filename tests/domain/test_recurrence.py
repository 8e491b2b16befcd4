"""Recurrence against RFC 5545, with the changes of the clock in Warsaw."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.meetings.recurrence import (
    Override,
    Recurrence,
    instant,
    occurrences,
    originals,
    recurrence_problems,
)
from domain.work import POLAND

local = datetime.fromisoformat

WEDNESDAYS = Recurrence(local("2026-03-25 10:00"), 120, "FREQ=WEEKLY;BYDAY=WE;COUNT=3")


def hours(recurrence: Recurrence) -> list[str]:
    return [one.starts_at.strftime("%m-%d %H:%M") for one in occurrences(recurrence)]


def test_meeting_at_ten_stays_at_ten_when_summer_time_begins() -> None:
    assert hours(WEDNESDAYS) == ["03-25 09:00", "04-01 08:00", "04-08 08:00"]
    assert [one.starts_at.astimezone(POLAND).hour for one in occurrences(WEDNESDAYS)] == [10] * 3


def test_meeting_at_ten_stays_at_ten_when_summer_time_ends() -> None:
    autumn = Recurrence(local("2026-10-21 10:00"), 60, "FREQ=WEEKLY;COUNT=2")
    assert hours(autumn) == ["10-21 08:00", "10-28 09:00"]


def test_length_of_a_meeting_is_in_minutes_even_over_the_change_of_the_clock() -> None:
    night = Recurrence(local("2026-03-29 01:30"), 120, "FREQ=DAILY;COUNT=1")
    (one,) = occurrences(night)
    assert one.ends_at - one.starts_at == timedelta(hours=2)
    assert one.ends_at.astimezone(POLAND).strftime("%H:%M") == "04:30"


def test_hour_that_the_clock_skips_is_an_hour_later() -> None:
    assert instant(local("2026-03-29 02:30")).astimezone(POLAND).strftime("%H:%M") == "03:30"


def test_hour_that_the_clock_shows_twice_is_the_first_of_the_two() -> None:
    assert instant(local("2026-10-25 02:30")) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_excluded_occurrence_is_left_out() -> None:
    found = occurrences(WEDNESDAYS, excluded=[local("2026-04-01 10:00")])
    assert [one.recurrence_id.day for one in found] == [25, 8]


def test_moved_occurrence_keeps_its_recurrence_id_and_stands_in_its_new_place() -> None:
    moved = {local("2026-03-25 10:00"): Override(local("2026-04-02 12:00"), 60, "Opoczno")}
    found = occurrences(WEDNESDAYS, overrides=moved)
    assert [(one.recurrence_id.day, one.starts_at.day, one.place) for one in found] == [
        (1, 1, None),
        (25, 2, "Opoczno"),
        (8, 8, None),
    ]


def test_until_is_in_utc_and_inclusive() -> None:
    until = Recurrence(local("2026-03-25 10:00"), 60, "FREQ=WEEKLY;UNTIL=20260408T080000Z")
    assert [one.day for one in originals(until)] == [25, 1, 8]


def test_third_tuesday_of_every_month() -> None:
    tuesdays = Recurrence(local("2026-01-20 09:00"), 60, "FREQ=MONTHLY;BYDAY=3TU;COUNT=4")
    assert [(one.month, one.day) for one in originals(tuesdays)] == [
        (1, 20),
        (2, 17),
        (3, 17),
        (4, 21),
    ]


def test_endless_series_is_told_for_ten_years() -> None:
    endless = list(originals(Recurrence(local("2026-01-01 09:00"), 60, "FREQ=MONTHLY")))
    assert (len(endless), endless[-1].year) == (121, 2036)


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=SECONDLY",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;COUNT=0",
        "FREQ=WEEKLY;COUNT=-1",
        "FREQ=WEEKLY;COUNT=3;UNTIL=20260408T080000Z",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;FREQ=DAILY",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY\nEXDATE:20260401T100000",
        "RRULE:FREQ=WEEKLY",
    ],
)
def test_rule_that_names_no_meetings_is_refused(rule: str) -> None:
    codes = {
        problem.code for problem in recurrence_problems(Recurrence(WEDNESDAYS.starts_at, 60, rule))
    }
    assert "malformed" in codes
