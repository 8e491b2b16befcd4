"""Tables from CSV and XLSX files: a header and rows, whatever the separator and the encoding."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from domain.money import Grosze, grosze_of, parse_zloty
from domain.values import without_diacritics
from domain.work import POLAND
from infra.sources.decoding import decode
from infra.sources.model import UnreadableSource
from infra.sources.workbooks import checked

BYTES = 20_000_000
UNPACKED = 200_000_000
ROWS = 20_000
_EXACT = 10**12
"""Numbers of złoty that a spreadsheet keeps to the grosz; larger amounts have to be text."""

Row = dict[str, Any]


def read_table(path: Path) -> list[tuple[int, Row]]:
    """As `table_of`, of a CSV file or of a workbook's first sheet."""
    data = path.read_bytes()
    if len(data) > BYTES:
        raise UnreadableSource("too_large", "Plik jest za duży.", "The file is too large.")
    if data.startswith(b"PK"):
        return table_of(checked(data, limit=UNPACKED, rows=ROWS + 1))
    return list(_with_header(_from_text(data)))


def table_of(workbook: bytes, sheet: str | None = None) -> list[tuple[int, Row]]:
    """Rows with their numbers in the sheet, by the header's words, lower case and without diacritics.

    `workbook` has been `checked`. Raises UnreadableSource.
    """
    return list(_with_header(_from_workbook(workbook, sheet)))


def header(text: object) -> str:
    words = without_diacritics(str(text)).lower().replace("_", " ")
    return " ".join(words.split())


def as_amount(value: Any) -> Grosze:
    """Złoty as text or as a number → grosze; raises ValueError for what isn't exact."""
    if isinstance(value, str):
        return parse_zloty(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= _EXACT:
        raise ValueError(value)
    return grosze_of(Decimal(repr(value)))


def as_rate(value: Any) -> int:
    """`85%`, `85,5`, 85 or a spreadsheet's 0.85 → hundredths of a percent; raises ValueError."""
    if isinstance(value, str):
        text = value.replace("%", "").replace(",", ".").strip()
        scaled = Decimal(text) * 100 if _is_decimal(text) else None
    elif isinstance(value, int | float) and not isinstance(value, bool):
        scaled = Decimal(repr(value)) * (10_000 if 0 < value <= 1 else 100)
    else:
        scaled = None
    if scaled is None or scaled != scaled.to_integral_value():
        raise ValueError(value)
    return int(scaled)


def as_moment(value: Any, *, end: bool) -> datetime:
    """A day without an hour means its beginning, or (`end`) the midnight behind it, in Polish time."""
    if isinstance(value, datetime) and value.time() != time():
        return value.replace(tzinfo=value.tzinfo or POLAND)
    if isinstance(value, date):
        day = date(value.year, value.month, value.day)
        moment = datetime.combine(day, time(), POLAND)
        return (
            datetime.combine(date.fromordinal(day.toordinal() + 1), time(), POLAND)
            if end
            else moment
        )
    return _moment_of(str(value).strip(), end=end)


def as_day(value: Any) -> date:
    return as_moment(value, end=False).date()


def _moment_of(text: str, *, end: bool) -> datetime:
    for form in ("%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d.%m.%Y", "%Y-%m-%d"):
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007  it gets its zone below
        except ValueError:
            continue
        timed = "%H" in form
        return found.replace(tzinfo=POLAND) if timed else as_moment(found.date(), end=end)
    raise ValueError(text)


def _is_decimal(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _from_text(data: bytes) -> Iterator[list[Any]]:
    text = decode(data)
    sample = text[:4096].splitlines()[0] if text.strip() else ""
    separator = max(";,\t", key=sample.count)
    return csv.reader(io.StringIO(text), delimiter=separator)


def _from_workbook(data: bytes, sheet: str | None) -> Iterator[list[Any]]:
    from python_calamine import CalamineError, load_workbook  # large, and seldom needed

    try:
        workbook = load_workbook(io.BytesIO(data))
        name = sheet if sheet is not None else workbook.sheet_names[0]
        return iter(workbook.get_sheet_by_name(name).to_python())
    except (CalamineError, IndexError, ValueError) as error:
        raise UnreadableSource(
            "unreadable_workbook",
            f"Nie można odczytać arkusza: {error}",
            f"The workbook can't be read: {error}",
        ) from error


def _with_header(cells: Iterator[list[Any]]) -> Iterator[tuple[int, Row]]:
    names: list[str] = []
    for number, row in enumerate(cells, start=1):
        if number > ROWS + 1:
            raise UnreadableSource(
                "too_many_rows", f"Więcej niż {ROWS} wierszy.", f"More than {ROWS} rows."
            )
        if not any(str(cell).strip() for cell in row):
            continue
        if not names:
            names = [header(cell) for cell in row]
            continue
        told = zip(names, row, strict=False)
        yield number, {name: cell for name, cell in told if str(cell).strip()}
