"""Values that several features share, and the checks that turn input into them."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import NewType

from domain.errors import (
    ControlCharacters,
    FieldProblem,
    ImplausibleDate,
    InvalidInput,
    Malformed,
    MalformedTerc,
    Missing,
    TooLong,
)

Terc = NewType("Terc", str)
"""First six digits of a municipality's code in the TERC register (voivodeship, county, municipality)."""

# Odd numbers are not used; 32 is zachodniopomorskie. GUS, register TERC.
_VOIVODESHIPS = {f"{number:02}" for number in range(2, 33, 2)}
_EARLIEST = date(1990, 1, 1)  # the act on municipal self-government of 8 March 1990
_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_UNSAFE_IN_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
# Letters that Unicode doesn't decompose into a base letter and a mark.
_UNDECOMPOSED = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss", "ø": "o", "đ": "d", "æ": "ae"})


def parse_terc(value: str, field: str = "terc") -> Terc:
    """Accepts six digits, or seven with the kind of municipality; raises InvalidInput."""
    digits = value.strip()
    if re.fullmatch(r"[0-9]{6}[0-9]?", digits) and digits[:2] in _VOIVODESHIPS:
        return Terc(digits[:6])
    raise InvalidInput([MalformedTerc(field, value=value[:40])])


def text_problems(
    field: str, value: str, limit: int, *, required: bool = True, multiline: bool = False
) -> Iterable[FieldProblem]:
    """What is wrong with a text; `limit` is in characters."""
    if required and not value.strip():
        yield Missing(field)
    if len(value) > limit:
        yield TooLong(field, limit=limit, length=len(value))
    unsafe = (_UNSAFE if multiline else _UNSAFE_IN_LINE).search(value) or _surrogate(value)
    if unsafe:
        yield ControlCharacters(field, index=unsafe.start())


def date_problems(
    field: str, value: date, today: date, *, latest: date | None = None
) -> Iterable[FieldProblem]:
    """A fact may lie ahead by a year at most, and not before there were municipalities."""
    latest = latest or date(today.year + 1, 12, 31)
    if not _EARLIEST <= value <= latest:
        yield ImplausibleDate(field, value=value, earliest=_EARLIEST, latest=latest)


def link_problems(field: str, value: str) -> Iterable[FieldProblem]:
    """A link that a page may show: http or https, with a host."""
    yield from text_problems(field, value, 2000)
    if not re.fullmatch(r"https?://[^\s/?#<>\"']+\.?[^\s<>\"']*", value):
        yield Malformed(field, value=value[:100])


def refuse_if(problems: Iterable[FieldProblem]) -> None:
    found = list(problems)
    if found:
        raise InvalidInput(found)


def without_diacritics(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_UNDECOMPOSED))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def slugify(text: str, limit: int = 80) -> str:
    """`Łódź: nowy most` → `lodz-nowy-most`; empty when the text has no letter or digit."""
    words = re.findall(r"[a-z0-9]+", without_diacritics(text).lower())
    slug = ""
    for word in words:
        if len(slug) + len(word) + 1 > limit:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug or "".join(words)[:limit]


def _surrogate(value: str) -> re.Match[str] | None:
    return re.search(r"[\ud800-\udfff]", value)
