"""A budget that went out as a workbook comes back with the same figures."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calls.terms import CostCategory
from domain.initiatives.budget import Budget, CostKind, CostLine, Financing
from infra.budget_workbook import COSTS, FINANCING, read, written
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
    with TemporaryDirectory() as directory:
        path = Path(directory) / "budzet.xlsx"
        path.write_bytes(written(found))
        return read(path)


@settings(max_examples=30, deadline=None)
@given(st.lists(lines, max_size=6), financing)
def test_budget_comes_back_as_it_went_out(costs: list[CostLine], paid: list[Financing]) -> None:
    found = Budget(PERIODS, tuple(costs), tuple(paid))
    assert back(found) == found


def test_workbook_shows_the_computed_cost_of_each_line(tmp_path: Path) -> None:
    path = tmp_path / "budzet.xlsx"
    path.write_bytes(written(budget()))
    workbook = openpyxl.load_workbook(path)
    assert [cell.value for cell in workbook[COSTS][2]][-1] == 100_000
    assert [cell.value for cell in workbook[FINANCING][2]][1:] == [85_000, 15_000, 0, 100_000]


def test_row_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "budzet.xlsx"
    path.write_bytes(written(replace(budget())))
    workbook = openpyxl.load_workbook(path)
    workbook[COSTS]["B3"] = "NIEZNANA"
    workbook.save(path)
    with pytest.raises(UnreadableSource) as told:
        read(path)
    assert told.value.pl.startswith("Arkusz „Koszty”, wiersz 3")
