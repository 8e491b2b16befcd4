"""Lists of calls from files: what would change is told before anything is stored."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import openpyxl
import pytest

from domain.calls.call import CancelCall, KeepCallInTime
from domain.calls.programme import Programme
from domain.roles import OPERATOR
from infra.call_import import CallOutcome, PlannedCall, carry_out, plan
from infra.sources.calls import CallLine, read_calls
from infra.sources.model import UnreadableSource
from infra.sources.tables import as_amount, as_moment, as_rate
from tests.funds import Funds, funds

HEADER = "Program;Numer naboru;Tytuł;Data rozpoczęcia;Data zakończenia;Alokacja;Poziom dofinansowania;Obszar"
LINE = "{code};FS.1/26;Ścieżki;2026-01-01;31.12.2026;1 000 000,50 zł;85%;10, 1465"


def code(given: Funds) -> str:
    programme = given.store.load(Programme, given.programme)
    assert programme is not None
    return programme.code


def listed(path: Path, given: Funds, line: str = LINE, encoding: str = "utf-8") -> list[CallLine]:
    path.write_bytes(f"{HEADER}\n{line.format(code=code(given))}\n".encode(encoding))
    return read_calls(path)


def carried(given: Funds, lines: list[CallLine]) -> list[PlannedCall]:
    return list(
        carry_out(
            given.net.cooperation, list(plan(given.net.cooperation, lines, OPERATOR)), OPERATOR
        )
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250"])
def test_list_is_read_and_planned_without_storing_anything(
    database_url: str, tmp_path: Path, encoding: str
) -> None:
    with funds(database_url) as given:
        before = given.net.value("SELECT count(*) FROM events")
        (planned,) = plan(
            given.net.cooperation, listed(tmp_path / "n.csv", given, encoding=encoding), OPERATOR
        )
        assert planned.outcome is CallOutcome.ANNOUNCED
        assert given.net.value("SELECT count(*) FROM events") == before

        command: Any = planned.command
        assert command.terms.title == "Ścieżki"
        assert command.terms.allocation == 100_000_050
        assert command.terms.max_rate == 8_500
        assert command.terms.territories == ("10", "1465")
        assert command.terms.closes_at == datetime(2026, 12, 31, 23, 0, tzinfo=UTC)


def test_import_again_changes_only_what_differs(database_url: str, tmp_path: Path) -> None:
    with funds(database_url) as given:
        lines = listed(tmp_path / "n.csv", given)
        assert [each.outcome for each in carried(given, lines)] == [CallOutcome.ANNOUNCED]
        assert [each.outcome for each in carried(given, lines)] == [CallOutcome.UNCHANGED]

        moved = listed(tmp_path / "n.csv", given, LINE.replace("31.12.2026", "15.01.2027 14:00"))
        (planned,) = plan(given.net.cooperation, moved, OPERATOR)
        assert [change.field for change in planned.changes] == ["closes_at"]
        carried(given, moved)
        stored = given.net.rows(
            "SELECT type FROM events WHERE type LIKE 'FundingCall%%' ORDER BY position"
        )
        assert [kind for (kind,) in stored] == [
            "FundingCall.Announced", "FundingCall.Opened", "FundingCall.DatesMoved",
        ]  # fmt: skip


def test_line_that_cannot_be_read_is_refused_and_the_others_go_on(
    database_url: str, tmp_path: Path
) -> None:
    with funds(database_url) as given:
        path = tmp_path / "n.csv"
        good = LINE.format(code=code(given))
        bad = [
            good.replace("85%", "dużo"),
            good.replace("FS.1/26", ""),
            good.replace(code(given), "inny"),
        ]
        path.write_text("\n".join([HEADER, *bad, good]), "utf-8")
        done = carried(given, read_calls(path))
        assert [each.outcome for each in done] == [
            *[CallOutcome.REFUSED] * 3,
            CallOutcome.ANNOUNCED,
        ]
        assert done[0].line.problems == ("poziom dofinansowania: dużo", "poziom dofinansowania")
        assert done[1].line.problems == ("numer",)
        assert done[2].refusal is not None
        assert done[2].refusal.code == "programme_not_found"


def test_dry_run_refuses_what_would_be_refused(database_url: str, tmp_path: Path) -> None:
    """A second line of the same call, dates of one that is closed, and terms of one that is cancelled."""
    with funds(database_url) as given:
        lines = listed(tmp_path / "n.csv", given)
        carried(given, lines)

        def refusals(lines: list[CallLine]) -> list[str | None]:
            done = plan(given.net.cooperation, lines, OPERATOR)
            return [each.refusal.code if each.refusal else None for each in done]

        assert refusals([*lines, *lines]) == [None, "listed_twice"]
        given.later(400)
        later = listed(tmp_path / "n.csv", given, LINE.replace("31.12.2026", "31.12.2027"))
        call = given.net.value("SELECT stream_id FROM events WHERE type = 'FundingCall.Announced'")
        given.give(KeepCallInTime(command_id=uuid4(), call_id=call))
        assert refusals(later) == ["call_closed"]
        given.give(CancelCall(command_id=uuid4(), call_id=call, reason="Brak środków"))
        renamed = listed(tmp_path / "n.csv", given, LINE.replace("Ścieżki", "Parki"))
        assert refusals(renamed) == ["call_over"]


def test_workbook_says_the_same_as_a_text_file(database_url: str, tmp_path: Path) -> None:
    with funds(database_url) as given:
        text = listed(tmp_path / "n.csv", given)
        workbook = openpyxl.Workbook()
        sheet: Any = workbook.active
        sheet.append(HEADER.split(";"))
        sheet.append(
            [
                code(given),
                "FS.1/26",
                "Ścieżki",
                date(2026, 1, 1),
                date(2026, 12, 31),
                1000000.5,
                0.85,
                "10,1465",
            ]
        )
        workbook.save(tmp_path / "n.xlsx")
        assert read_calls(tmp_path / "n.xlsx")[0].given == text[0].given


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (b"", "empty_table"),
        (b"a;b\n1;2\n", "unknown_columns"),
        (b"PK\x03\x04 broken", "unreadable_workbook"),
    ],
)
def test_what_is_no_list_of_calls_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, refused: str
) -> None:
    path = tmp_path / "n.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableSource) as told:
        read_calls(path)
    assert told.value.code == refused


def test_numbers_are_taken_exactly_or_not_at_all() -> None:
    assert as_amount(1234.56) == 123456
    for inexact in (0.005, 1e13, True):
        with pytest.raises(ValueError):
            as_amount(inexact)
    assert [as_rate(value) for value in ("85%", "85,5", 85, 0.85, 1)] == [
        8_500,
        8_550,
        8_500,
        8_500,
        10_000,
    ]
    with pytest.raises(ValueError):
        as_rate("85,555%")


def test_days_are_polish_and_the_last_one_counts() -> None:
    assert as_moment("2026-07-01", end=False) == datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
    assert as_moment(date(2026, 7, 1), end=True) == datetime(2026, 7, 1, 22, 0, tzinfo=UTC)
    assert as_moment("1.07.2026 15:30", end=True) == datetime(2026, 7, 1, 13, 30, tzinfo=UTC)
    with pytest.raises(ValueError):
        as_moment("kiedyś", end=True)
