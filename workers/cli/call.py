from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from psycopg.rows import dict_row

from domain.money import percent, written
from domain.roles import OPERATOR
from infra.call_import import CallOutcome, PlannedCall, carry_out, plan
from infra.sources.calls import read_calls
from infra.sources.model import UnreadableSource
from workers.cli.boundary import Exit, Refused, refusal
from workers.cli.session import session
from workers.cli.speech import AsJson, answer, say

app = typer.Typer(no_args_is_help=True, help=say("Nabory wniosków.", "Calls for applications."))

IMPORT = say(
    "Wczytuje listę naborów z pliku CSV albo XLSX: nowe ogłasza, zmienione przesuwa lub poprawia. "
    "Kolumny: program, numer, tytuł, od, do, alokacja, poziom dofinansowania i inne.\n\n"
    "Przykład: wspolna import calls harmonogram.xlsx --dry-run",
    "Reads a list of calls from a CSV or XLSX file: new ones are announced, changed ones moved or "
    "corrected.\n\nExample: wspolna import calls calls.xlsx --dry-run",
)


@app.command("list", help=say("Nabory, najpóźniej kończące się najpierw.", "Calls, latest first."))
def list_calls(
    state: Annotated[
        str, typer.Option(help="ANNOUNCED | OPEN | CLOSED | RESOLVED | CANCELLED")
    ] = "",
    count: Annotated[int, typer.Option("-n", min=1, max=1000)] = 20,
    as_json: AsJson = False,
) -> None:
    with session("call list") as opened, opened.connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(
            "SELECT id, number, title, state, closes_on, allocation, max_rate, programme->>'code' AS programme "
            "FROM read_calls.calls WHERE %s = '' OR state = %s ORDER BY closes_on DESC, id DESC LIMIT %s",
            (state.upper(), state.upper(), count),
        ).fetchall()
    lines = [
        f"{one['closes_on']}  {one['state']:<9}  {one['number']}  {one['title']}  "
        f"({written(one['allocation'])}, {percent(one['max_rate'])})"
        for one in found
    ]
    answer(found, "\n".join(lines) or say("Nie ma żadnego.", "There is none."), as_json=as_json)


def import_calls(
    source: Annotated[Path, typer.Argument(help=say("Plik CSV albo XLSX.", "A CSV or XLSX file."))],
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help=say("Tylko pokazuje, co by się zmieniło.", "Only tells what would change."),
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    try:
        lines = read_calls(source)
    except UnreadableSource as error:
        raise Refused(error.pl, error.en) from error
    except OSError as error:
        raise Refused(f"Nie można odczytać {source}.", f"{source} can't be read.") from error
    with session("import calls") as opened:
        done = list(plan(opened.cooperation, lines, OPERATOR))
        if not dry_run:
            done = list(carry_out(opened.cooperation, done, OPERATOR))
    _report(done, dry_run=dry_run, as_json=as_json)
    if all(each.outcome is CallOutcome.REFUSED for each in done):
        raise typer.Exit(Exit.REFUSED)


_OUTCOMES = {
    CallOutcome.ANNOUNCED: ("ogłoszone", "announced"),
    CallOutcome.CHANGED: ("zmienione", "changed"),
    CallOutcome.UNCHANGED: ("bez zmian", "unchanged"),
    CallOutcome.REFUSED: ("odrzucone", "refused"),
}


def _report(done: list[PlannedCall], *, dry_run: bool, as_json: bool) -> None:
    counts = Counter(each.outcome for each in done)
    head = say("Na próbę, niczego nie zapisano:", "A dry run, nothing stored:") if dry_run else ""
    lines = [head] if head else []
    lines += [f"  {say(*_OUTCOMES[o])}: {counts[o]}" for o in CallOutcome if counts[o]]
    lines += [f"  - {_told(each)}" for each in done if each.outcome is not CallOutcome.UNCHANGED]
    answer([_data(each) for each in done], "\n".join(lines), as_json=as_json)


def _told(each: PlannedCall) -> str:
    number = each.line.given.get("number", f"#{each.line.number}")
    if each.refusal is not None:
        return f"{number}: {refusal(each.refusal)}"
    if each.line.problems:
        return f"{number}: {say('nieczytelne', 'unreadable')}: {'; '.join(each.line.problems)}"
    changed = "; ".join(f"{c.field}: {c.was} → {c.becomes}" for c in each.changes)
    return f"{number}: {changed or say(*_OUTCOMES[each.outcome])}"


def _data(each: PlannedCall) -> dict[str, Any]:
    return {
        "line": each.line.number,
        "number": each.line.given.get("number"),
        "outcome": each.outcome,
        "changes": [
            {"field": c.field, "was": str(c.was), "becomes": str(c.becomes)} for c in each.changes
        ],
        "problems": list(each.line.problems),
        "error": each.refusal.code if each.refusal else None,
    }
