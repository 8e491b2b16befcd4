"""A budget as a workbook, out and in, with the same figures. Three sheets: costs, financing, periods.

Amounts stand as numbers of złoty that spreadsheets keep to the grosz; larger ones stand as text.
"""

import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from domain.calls.terms import CostCategory
from domain.initiatives.budget import Budget, CostKind, CostLine, Financing, Period
from domain.money import zloty
from infra.sources.model import UnreadableSource
from infra.sources.tables import Row, as_amount, as_day, as_rate, read_table

_EXACT = 10**14  # in grosze: the amounts that read_table takes as numbers
COSTS, FINANCING, PERIODS = "Koszty", "Finansowanie", "Okresy"
_COST_COLUMNS = (
    "Partner", "Kategoria", "Okres", "Opis", "Rodzaj", "Kwota", "Ilość", "Jednostka", "Koszt jednostkowy",
    "Stawka", "Podstawa", "Koszt",
)  # fmt: skip


def written(budget: Budget) -> bytes:
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


def read(path: Path) -> Budget:
    """What is computed (the cost of a line, the totals) is read from the facts beside it.

    Raises UnreadableSource, which names the sheet and the row.
    """
    return Budget(
        periods=tuple(_each(path, PERIODS, _period)),
        lines=tuple(_each(path, COSTS, _line)),
        financing=tuple(_each(path, FINANCING, _financing)),
    )


def _sheet(
    workbook: Workbook, name: str, columns: tuple[str, ...], rows: Iterator[list[Any]]
) -> None:
    sheet = workbook.create_sheet(name)
    sheet.append(columns)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([_plain(value) for value in row])


def _plain(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula stays a text."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@"}:
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


def _each(path: Path, sheet: str, read_row: Any) -> Iterator[Any]:
    for number, row in enumerate(read_table(path, sheet), start=2):
        try:
            yield read_row(row)
        except (ValueError, KeyError, ArithmeticError) as error:
            raise UnreadableSource(
                "unreadable_row",
                f"Arkusz „{sheet}”, wiersz {number}: {error}.",
                f"Sheet “{sheet}”, row {number}: {error}.",
            ) from error


def _period(row: Row) -> Period:
    return Period(int(row["numer"]), as_day(row["od"]), as_day(row["do"]))


def _financing(row: Row) -> Financing:
    names = ("dofinansowanie", "wklad publiczny", "wklad prywatny")
    return Financing(_code(row["partner"]), *(as_amount(row.get(name, 0)) for name in names))


def _line(row: Row) -> CostLine:
    bases = str(row.get("podstawa", "")).replace(" ", "")
    return CostLine(
        partner=_code(row["partner"]),
        category=CostCategory(row["kategoria"]),
        period=int(row["okres"]),
        description=_unquoted(str(row["opis"])),
        kind=CostKind(row.get("rodzaj", CostKind.REAL)),
        amount=as_amount(row.get("kwota", 0)),
        quantity=_thousandths(row.get("ilosc", 0)),
        unit=_unquoted(str(row.get("jednostka", ""))),
        unit_cost=as_amount(row.get("koszt jednostkowy", 0)),
        rate=as_rate(row.get("stawka", 0)),
        bases=tuple(map(CostCategory, bases.split(","))) if bases else (),
    )


def _code(value: Any) -> str:
    """A spreadsheet makes a number of a TERC code, and loses its leading zero."""
    return f"{int(value):06}" if isinstance(value, int | float) else str(value).strip()


def _unquoted(text: str) -> str:
    return text.removeprefix("'")


def _thousandths(value: Any) -> int:
    scaled = Decimal(str(value).replace(",", ".")) * 1000
    if scaled != scaled.to_integral_value():
        raise ValueError(value)
    return int(scaled)
