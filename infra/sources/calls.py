"""Lists of calls (harmonogramy naborów) as institutions publish them: CSV or XLSX, a line a call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from domain.calls.terms import CallTerms
from infra.sources.model import UnreadableSource
from infra.sources.tables import Row, as_amount, as_moment, as_rate, read_table

_NO = {"nie", "no", "n", "0", "false"}
_YES = {"tak", "yes", "t", "1", "true"}


def _text(value: Any) -> str:
    return str(value).strip()


def _codes(value: Any) -> tuple[str, ...]:
    return tuple(str(value).replace(";", ",").replace(" ", "").split(","))


def _yes(value: Any) -> bool:
    word = str(value).strip().lower()
    if word not in _YES | _NO:
        raise ValueError(value)
    return word in _YES


def _years(value: Any) -> int | None:
    word = str(value).strip().lower()
    return None if word in {*_NO, "-", "brak"} else int(float(word))


# Field of the terms: the words of its column, in Polish and English, and how its value is read.
COLUMNS: Mapping[str, tuple[tuple[str, ...], Callable[[Any], Any]]] = {
    "programme": (("program", "kod programu", "programme"), _text),
    "number": (("numer", "numer naboru", "nr naboru", "number"), _text),
    "title": (("tytul", "nazwa", "nazwa naboru", "title"), _text),
    "opens_at": (
        ("od", "otwarcie", "rozpoczecie", "data rozpoczecia", "opens"),
        lambda v: as_moment(v, end=False),
    ),
    "closes_at": (
        ("do", "zamkniecie", "zakonczenie", "data zakonczenia", "closes"),
        lambda v: as_moment(v, end=True),
    ),
    "allocation": (("alokacja", "kwota", "allocation"), as_amount),
    "max_rate": (("poziom dofinansowania", "dofinansowanie", "max rate"), as_rate),
    "min_grant": (("minimalne dofinansowanie", "min grant"), as_amount),
    "max_grant": (("maksymalne dofinansowanie", "max grant"), as_amount),
    "territories": (("obszar", "teryt", "territories"), _codes),
    "partnership_required": (("partnerstwo", "wymagane partnerstwo", "partnership"), _yes),
    "durability_years": (("trwalosc", "lata trwalosci", "durability"), _years),
    "summary": (("opis", "summary"), _text),
    "link": (("link", "adres", "strona"), _text),
}
REQUIRED = ("programme", "number", "title", "opens_at", "closes_at", "allocation", "max_rate")


@dataclass(frozen=True)
class CallLine:
    """`given`: what the line says, by field; `problems`: columns that are missing or can't be read."""

    number: int
    given: Mapping[str, Any]
    problems: tuple[str, ...] = ()

    @property
    def programme(self) -> str:
        return str(self.given.get("programme", ""))

    def terms(self, known: CallTerms | None) -> CallTerms:
        """What the line doesn't say stays as it is known."""
        before = {f.name: getattr(known, f.name) for f in fields(CallTerms)} if known else {}
        told = {name: value for name, value in self.given.items() if name != "programme"}
        return CallTerms(**{**before, **told})


def read_calls(path: Path) -> list[CallLine]:
    """Raises UnreadableSource where it is no list of calls at all."""
    rows = read_table(path)
    if not rows:
        raise UnreadableSource("empty_table", "Plik nie ma wierszy.", "The file has no rows.")
    known = {word: (field, read) for field, (words, read) in COLUMNS.items() for word in words}
    if not any(word in known for word in rows[0][1]):
        expected = ", ".join(words[0] for words, _ in COLUMNS.values())
        raise UnreadableSource(
            "unknown_columns",
            f"Nie ma znanych kolumn. Spodziewane: {expected}.",
            f"None of the columns is known. Expected: {expected}.",
        )
    return [_line(number, row, known) for number, row in rows]


def _line(number: int, row: Row, known: Mapping[str, tuple[str, Callable[[Any], Any]]]) -> CallLine:
    given: dict[str, Any] = {}
    problems = []
    for word, value in row.items():
        if word not in known:
            continue
        field, read = known[word]
        try:
            given[field] = read(value)
        except (ValueError, ArithmeticError):
            problems.append(f"{word}: {str(value)[:60]}")
    problems += [COLUMNS[field][0][0] for field in REQUIRED if field not in given]
    return CallLine(number, given, tuple(dict.fromkeys(problems)))
