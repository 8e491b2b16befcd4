"""Dates as Polish municipal pages and feeds write them."""

import re
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from zoneinfo import ZoneInfo

from domain.values import date_problems
from infra.sources.model import UnreadableSource

WARSAW: Final = ZoneInfo("Europe/Warsaw")
_MONTHS: Final = {
    stem: number
    for number, stems in enumerate(
        (
            "sty",
            "lut",
            "mar",
            "kwi",
            "maj maja",
            "cze",
            "lip",
            "sie",
            "wrz",
            "paź paz",
            "lis",
            "gru",
        ),
        start=1,
    )
    for stem in stems.split()
}
_MONTH: Final = (
    r"(?:sty(?:cznia|czeń|cz)?|lut(?:ego|y)?|mar(?:ca|zec)?|kwi(?:etnia|ecień)?|maja?"
    r"|cze(?:rwca|rwiec)?"
    r"|lip(?:ca|iec)?|sie(?:rpnia|rpień)?|wrz(?:eśnia|esień)?|pa[źz](?:dziernika|dziernik)?"
    r"|lis(?:topada|topad)?|gru(?:dnia|dzień)?)"
)
# Years of any length are recognised, to be refused by name and not overlooked.
_DATE: Final = re.compile(
    rf"""(?<![\d.])(?:
        (?P<day>\d{{1,2}})\s?[./-]\s?(?P<month>\d{{1,2}})\s?[./-]\s?(?P<year>\d{{4,}})
      | (?P<iso_year>\d{{4,}})[-./](?P<iso_month>\d{{1,2}})[-./](?P<iso_day>\d{{1,2}})
      | (?P<text_day>\d{{1,2}})\.?\s+(?P<text_month>{_MONTH})\.?,?\s+(?P<text_year>\d{{4,}})
    )(?!\d)""",
    re.VERBOSE | re.IGNORECASE,
)
_AROUND: Final = re.compile(
    r"(?:[\s,;:.|/()-]|r(?:ok(?:u)?)?\b\.?|godz(?:ina|\.)?|o\b"
    r"|T?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|(?:dnia|dn\.|w dniu)|(?:poniedzia[łl]ek|wtorek|[śs]roda|czwartek|pi[ąa]tek|sobota"
    r"|niedziela|pon|wt|[śs]r|czw|pt|sob|nd|ndz)\b\.?)*",
    re.IGNORECASE,
)


def date_in_text(text: str, today: date) -> date | None:
    """The date that is all `text` says, perhaps with a time or a weekday beside it; else None.

    Raises UnreadableSource for a date that can't be (31.02.2025) or can't be true (year 20250).
    """
    match = _DATE.search(text)
    if match is None or not _is_only_date(text, match):
        return None
    return plausible(_from_match(match), today)


def leading_date(text: str, today: date) -> tuple[date, str] | None:
    """The date `text` begins with, and what follows it."""
    match = _DATE.search(text)
    if match is None or not _AROUND.fullmatch(text[: match.start()]):
        return None
    around = _AROUND.match(text, match.end())
    return plausible(_from_match(match), today), text[around.end() if around else match.end() :]


def _is_only_date(text: str, match: re.Match[str]) -> bool:
    return bool(_AROUND.fullmatch(text[: match.start()]) and _AROUND.fullmatch(text[match.end() :]))


def _from_match(match: re.Match[str]) -> date:
    groups = match.groupdict()
    for prefix in ("", "iso_", "text_"):
        if groups[f"{prefix}year"]:
            month = groups[f"{prefix}month"]
            number = int(month) if month.isdigit() else _MONTHS[month[:3].lower()]
            return _make(
                int(groups[f"{prefix}year"]), number, int(groups[f"{prefix}day"]), match[0]
            )
    raise AssertionError(match[0])


def _make(year: int, month: int, day: int, written: str) -> date:
    if year > 9999:
        raise _implausible(written)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise UnreadableSource(
            "impossible_date",
            f"Nie ma takiej daty: {written}.",
            f"There is no such date: {written}.",
        ) from error


def date_in_feed(written: str, today: date) -> date:
    """The day in Poland: RFC 2822, ISO 8601 or Polish. Without a zone it is Polish time."""
    written = " ".join(written.split())
    moment = _iso(written) or _rfc2822(written)
    if moment is not None:
        local = moment.astimezone(WARSAW) if moment.tzinfo else moment
        return plausible(local.date(), today)
    match = _DATE.search(written)
    if match is None:
        raise _implausible(written) if re.search(r"\d{5}", written) else _unreadable(written)
    return plausible(_from_match(match), today)


def _unreadable(written: str) -> UnreadableSource:
    return UnreadableSource(
        "unreadable_date",
        f"Nie udało się odczytać daty: {written[:60]}.",
        f"The date is not readable: {written[:60]}.",
    )


def _iso(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None


def _rfc2822(written: str) -> datetime | None:
    try:
        return parsedate_to_datetime(written)
    except (ValueError, OverflowError):
        return None


def plausible(day: date, today: date) -> date:
    if any(date_problems("publishedOn", day, today)):
        raise _implausible(day.isoformat())
    return day


def _implausible(written: str) -> UnreadableSource:
    return UnreadableSource(
        "implausible_date",
        f"Data publikacji {written} nie może być prawdziwa.",
        f"The publication date {written} cannot be true.",
    )
