"""A budget as a workbook, out and in, with the same figures. Three sheets: costs, financing, periods.

Amounts stand as numbers of złoty that spreadsheets keep to the grosz; larger ones stand as text.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from domain.calls.terms import CostCategory
from domain.errors import Language
from domain.initiatives.budget import LINES, Budget, CostKind, CostLine, Financing, Period
from domain.money import zloty
from infra.sources.model import UnreadableSource
from infra.sources.tables import Row, as_amount, as_day, as_rate, table_of
from infra.sources.workbooks import checked

if TYPE_CHECKING:
    from openpyxl import Workbook

BYTES = 5_000_000
_EXACT = 10**14  # in grosze: the amounts that are read as numbers
COSTS, FINANCING, PERIODS = "Koszty", "Finansowanie", "Okresy"
_COST_COLUMNS = (
    "Partner", "Kategoria", "Okres", "Opis", "Rodzaj", "Kwota", "Ilość", "Jednostka", "Koszt jednostkowy",
    "Stawka", "Podstawa", "Koszt",
)  # fmt: skip


@dataclass(frozen=True)
class RowProblem:
    """`value` None: the cell is empty, and mustn't be."""

    sheet: str
    row: int
    column: str
    value: str | None

    def message(self, language: Language) -> str:
        if language == "pl":
            what = (
                "jest pusta" if self.value is None else f"ma niezrozumiałą wartość „{self.value}”"
            )
            return f"Arkusz „{self.sheet}”, wiersz {self.row}: kolumna „{self.column}” {what}."
        what = "is empty" if self.value is None else f"has “{self.value}”, which can't be read"
        return f"Sheet “{self.sheet}”, row {self.row}: the column “{self.column}” {what}."


class UnreadableRows(UnreadableSource):
    """All of them at once."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        pl = " ".join(each.message("pl") for each in problems)
        en = " ".join(each.message("en") for each in problems)
        super().__init__("unreadable_rows", pl, en)
        self.problems = tuple(problems)


def written(budget: Budget) -> bytes:
    from openpyxl import Workbook  # large, and seldom needed

    workbook = Workbook()
    workbook.remove(workbook.active)
    _sheet(
        workbook,
        COSTS,
        _COST_COLUMNS,
        (_cost_row(*pair) for pair in zip(budget.lines, budget.costs, strict=True)),
    )
    paid = (
        [
            each.partner,
            _money(each.grant),
            _money(each.own_public),
            _money(each.own_private),
            _money(each.total),
        ]
        for each in budget.financing
    )
    columns = ("Partner", "Dofinansowanie", "Wkład publiczny", "Wkład prywatny", "Razem")
    _sheet(workbook, FINANCING, columns, paid)
    periods = (
        [each.number, each.since.isoformat(), each.until.isoformat()] for each in budget.periods
    )
    _sheet(workbook, PERIODS, ("Numer", "Od", "Do"), periods)
    kept = io.BytesIO()
    workbook.save(kept)
    return kept.getvalue()


def read(data: bytes) -> Budget:
    """What is computed (the cost of a line, the totals) is read from the facts beside it.

    Raises UnreadableSource, and UnreadableRows, which names every sheet and row that can't be read.
    """
    if len(data) > BYTES:
        raise UnreadableSource("too_large", "Plik jest za duży.", "The file is too large.")
    workbook = checked(data, limit=10 * BYTES, rows=LINES + 1, formulas=False)
    problems: list[RowProblem] = []
    found = Budget(
        periods=tuple(_each(workbook, PERIODS, _period, problems)),
        lines=tuple(_each(workbook, COSTS, _line, problems)),
        financing=tuple(_each(workbook, FINANCING, _financing, problems)),
    )
    if problems:
        raise UnreadableRows(problems)
    return found


def _sheet(
    workbook: "Workbook", name: str, columns: tuple[str, ...], rows: Iterator[list[Any]]
) -> None:
    from openpyxl.styles import Font

    sheet = workbook.create_sheet(name)
    sheet.append(columns)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([_plain(value) for value in row])


def _plain(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula stays a text; `'` is what reading takes away."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "'"}:
        return f"'{value}"
    return value


def _cost_row(line: CostLine, cost: int) -> list[Any]:
    return [
        line.partner,
        line.category.value,
        line.period,
        line.description,
        line.kind.value,
        _money(line.amount),
        Decimal(line.quantity).scaleb(-3),
        line.unit,
        _money(line.unit_cost),
        f"{zloty(line.rate)}%",
        ", ".join(line.bases),
        _money(cost),
    ]


def _money(grosze: int) -> Any:
    return zloty(grosze) if abs(grosze) < _EXACT else f"{zloty(grosze)}".replace(".", ",")


def _each(
    workbook: bytes, sheet: str, read_row: Callable[["Cells"], Any], problems: list[RowProblem]
) -> Iterator[Any]:
    for number, row in table_of(workbook, sheet):
        cells = Cells(row)
        try:
            found = read_row(cells)
        except BadCell as bad:
            problems.append(RowProblem(sheet, number, bad.column, bad.value))
        else:
            yield found


class BadCell(Exception):
    """`value` None: the cell is empty, and mustn't be."""

    def __init__(self, column: str, value: str | None) -> None:
        super().__init__(column, value)
        self.column, self.value = column, value


class Cells:
    def __init__(self, row: Row) -> None:
        self._row = row

    def of(self, column: str, read_cell: Callable[[Any], Any], *absent: Any) -> Any:
        """`absent`: what an empty cell means, unless it must be filled. Raises BadCell."""
        if column not in self._row:
            if absent:
                return absent[0]
            raise BadCell(column, None)
        try:
            return read_cell(self._row[column])
        except (ValueError, ArithmeticError, OverflowError):
            raise BadCell(column, str(self._row[column])[:60]) from None


def _period(row: Cells) -> Period:
    return Period(row.of("numer", _whole), row.of("od", as_day), row.of("do", as_day))


def _financing(row: Cells) -> Financing:
    names = ("dofinansowanie", "wklad publiczny", "wklad prywatny")
    return Financing(row.of("partner", _code), *(row.of(name, as_amount, 0) for name in names))


def _line(row: Cells) -> CostLine:
    return CostLine(
        partner=row.of("partner", _code),
        category=row.of("kategoria", CostCategory),
        period=row.of("okres", _whole),
        description=row.of("opis", _unquoted),
        kind=row.of("rodzaj", CostKind, CostKind.REAL),
        amount=row.of("kwota", as_amount, 0),
        quantity=row.of("ilosc", _thousandths, 0),
        unit=row.of("jednostka", _unquoted, ""),
        unit_cost=row.of("koszt jednostkowy", as_amount, 0),
        rate=row.of("stawka", as_rate, 0),
        bases=row.of("podstawa", _categories, ()),
    )


def _whole(value: Any) -> int:
    number = int(value)
    if number != float(value):
        raise ValueError(value)
    return number


def _categories(value: Any) -> tuple[CostCategory, ...]:
    return tuple(map(CostCategory, str(value).replace(" ", "").split(",")))


def _code(value: Any) -> str:
    """A spreadsheet makes a number of a TERC code, and loses its leading zero."""
    return f"{int(value):06}" if isinstance(value, int | float) else str(value).strip()


def _unquoted(value: Any) -> str:
    return str(value).removeprefix("'")


def _thousandths(value: Any) -> int:
    scaled = Decimal(str(value).replace(",", ".")) * 1000
    if scaled != scaled.to_integral_value():
        raise ValueError(value)
    return int(scaled)
