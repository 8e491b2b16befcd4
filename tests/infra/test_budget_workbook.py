"""A budget that went out as a workbook comes back with the same figures."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calls.terms import CostCategory
from domain.initiatives.budget import Budget, CostKind, CostLine, Financing
from infra.budget_workbook import BYTES, COSTS, FINANCING, UnreadableRows, read, written
from infra.sources.model import UnreadableSource
from tests.domain.test_initiatives_budget import PARTNERS, PERIODS
from tests.funds import budget

amounts = st.integers(0, 2**53 - 1)
lines = st.builds(
    CostLine,
    partner=st.sampled_from([*PARTNERS, "020101"]),
    category=st.sampled_from(CostCategory),
    period=st.integers(1, 2),
    description=st.sampled_from(["Pawilon", "=1+1", "„Cudzysłów”; średnik", "007"]),
    kind=st.sampled_from(CostKind),
    amount=amounts,
    quantity=st.integers(0, 10**7),
    unit=st.sampled_from(["", "szt."]),
    unit_cost=st.integers(0, 10**9),
    rate=st.integers(0, 10_000),
    bases=st.sampled_from(
        [(), (CostCategory.STAFF,), (CostCategory.STAFF, CostCategory.EQUIPMENT)]
    ),
)
financing = st.lists(
    st.builds(Financing, st.sampled_from(PARTNERS), amounts, amounts, amounts), max_size=3
)


def back(found: Budget) -> Budget:
    return read(written(found))


@settings(max_examples=30, deadline=None)
@given(st.lists(lines, max_size=6), financing)
def test_budget_comes_back_as_it_went_out(costs: list[CostLine], paid: list[Financing]) -> None:
    found = Budget(PERIODS, tuple(costs), tuple(paid))
    assert back(found) == found


@pytest.mark.parametrize("text", ["'", "'Pawilon'", "''", "'=1+1", "-1", "+48", "@dom"])
def test_text_comes_back_whatever_it_begins_with(text: str) -> None:
    line = CostLine(PARTNERS[0], CostCategory.EQUIPMENT, 1, text, amount=100, unit=text)
    found = Budget(PERIODS, (line,), ())
    assert back(found) == found


def test_workbook_shows_the_computed_cost_of_each_line(tmp_path: Path) -> None:
    path = tmp_path / "budzet.xlsx"
    path.write_bytes(written(budget()))
    workbook = openpyxl.load_workbook(path)
    assert [cell.value for cell in workbook[COSTS][2]][-1] == 100_000
    assert [cell.value for cell in workbook[FINANCING][2]][1:] == [85_000, 15_000, 0, 100_000]


def edited(change: Callable[[openpyxl.Workbook], None]) -> bytes:
    workbook = openpyxl.load_workbook(io.BytesIO(written(budget())))
    change(workbook)
    kept = io.BytesIO()
    workbook.save(kept)
    return kept.getvalue()


def refused(data: bytes) -> UnreadableSource:
    with pytest.raises(UnreadableSource) as told:
        read(data)
    return told.value


def test_all_rows_that_cannot_be_read_are_named_at_once() -> None:
    def spoil(workbook: openpyxl.Workbook) -> None:
        workbook[COSTS]["B3"] = "NIEZNANA"
        workbook[COSTS]["F2"] = "12,345"
        workbook[FINANCING]["A2"] = None

    told = refused(edited(spoil))
    assert isinstance(told, UnreadableRows)
    assert [(each.sheet, each.row, each.column, each.value) for each in told.problems] == [
        ("Koszty", 2, "kwota", "12,345"),
        ("Koszty", 3, "kategoria", "NIEZNANA"),
        ("Finansowanie", 2, "partner", None),
    ]
    assert told.pl.startswith("Arkusz „Koszty”, wiersz 2: kolumna „kwota” ma niezrozumiałą wartość")


def test_rows_are_named_by_their_place_in_the_sheet() -> None:
    def spoil(workbook: openpyxl.Workbook) -> None:
        workbook[COSTS].insert_rows(2, amount=3)
        workbook[COSTS]["B6"] = "NIEZNANA"

    told = refused(edited(spoil))
    assert isinstance(told, UnreadableRows)
    assert [each.row for each in told.problems] == [6]


def test_formulas_are_refused_because_what_stands_beside_them_may_be_another_amount() -> None:
    def spoil(workbook: openpyxl.Workbook) -> None:
        workbook[COSTS]["F2"] = "=50+50"

    assert refused(edited(spoil)).code == "workbook_has_formulas"


def test_cell_far_away_is_refused_before_anything_is_allocated() -> None:
    def row(workbook: openpyxl.Workbook) -> None:
        workbook[COSTS]["A1048576"] = "daleko"

    def column(workbook: openpyxl.Workbook) -> None:
        workbook[COSTS]["XFD2"] = "daleko"

    assert refused(edited(row)).code == "too_large"
    assert refused(edited(column)).code == "too_large"


def bomb(size: int) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"")
        packed.writestr("xl/worksheets/sheet1.xml", b" " * size)
    return kept.getvalue()


def test_what_unpacks_to_too_much_is_refused() -> None:
    packed = bomb(11 * BYTES)
    assert len(packed) < 100_000
    assert refused(packed).code == "too_large"


def test_archive_that_lies_about_its_sizes_is_taken_by_what_is_in_it() -> None:
    """The header says ten bytes: no more than those are handed on, and they don't fit their checksum."""
    packed = bomb(1_000_000).replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert refused(packed).code == "unreadable_workbook"


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"Partner;Kwota\n", bytes(1000), b"PK\x03\x04" + bytes(500)]
)
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    assert refused(data).code in {"unreadable_workbook", "not_a_workbook"}


def test_file_that_is_too_large_is_refused() -> None:
    assert refused(bytes(BYTES + 1)).code == "too_large"


def test_other_sheets_are_needed() -> None:
    def spoil(workbook: openpyxl.Workbook) -> None:
        workbook.remove(workbook[FINANCING])

    assert refused(edited(spoil)).code == "unreadable_workbook"
