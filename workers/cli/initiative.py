from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import typer
from psycopg.rows import dict_row

from domain.initiatives.commands.proposal import DrawUpBudget
from domain.initiatives.initiative import Initiative
from domain.initiatives.next_steps import next_steps
from domain.money import written
from domain.roles import OPERATOR
from infra import budget_workbook
from infra.sources.model import UnreadableSource
from workers.cli.boundary import Refused
from workers.cli.session import Session, session
from workers.cli.speech import AsJson, answer, say

app = typer.Typer(no_args_is_help=True, help=say("Wspólne projekty.", "Joint initiatives."))


@app.command(
    "list", help=say("Wspólne projekty, najnowsze najpierw.", "Initiatives, latest first.")
)
def list_initiatives(
    state: Annotated[str, typer.Option(help="IDEA … CLOSED")] = "",
    count: Annotated[int, typer.Option("-n", min=1, max=1000)] = 20,
    as_json: AsJson = False,
) -> None:
    with (
        session("initiative list") as opened,
        opened.connection.cursor(row_factory=dict_row) as cursor,
    ):
        found = cursor.execute(
            "SELECT id, title, state, state_since, visibility, lead->>'name' AS lead, requested, granted "
            "FROM read_initiatives.initiatives WHERE %s = '' OR state = %s "
            "ORDER BY proposed_on DESC, id DESC LIMIT %s",
            (state.upper(), state.upper(), count),
        ).fetchall()
    lines = [
        f"{one['state_since']}  {one['state']:<20}  {one['id']}  {one['title']}  ({one['lead'] or '—'}"
        f"{', ' + written(one['requested']) if one['requested'] is not None else ''})"
        for one in found
    ]
    answer(found, "\n".join(lines) or say("Nie ma żadnego.", "There is none."), as_json=as_json)


@app.command(
    "next",
    help=say("Co może nastąpić i czego brakuje.", "What can come next, and what is missing."),
)
def next_(initiative_id: UUID, as_json: AsJson = False) -> None:
    with session("initiative next") as opened:
        found = _initiative(opened, initiative_id)
        around = found.surroundings(opened.cooperation.store.load, datetime.now(UTC))
        steps = next_steps(found, around)
    lines = [found.state.polish]
    for step in steps:
        lines.append(f"  {'✓' if step.allowed else '·'} {step.command}")
        lines += [f"      {say(unmet.pl, unmet.en)}" for unmet in step.missing]
    data = [
        {
            "command": step.command,
            "allowed": step.allowed,
            "missing": [unmet.code for unmet in step.missing],
        }
        for step in steps
    ]
    answer({"state": found.state, "next": data}, "\n".join(lines), as_json=as_json)


@app.command("export-budget", help=say("Zapisuje budżet jako XLSX.", "Writes the budget as XLSX."))
def export_budget(initiative_id: UUID, target: Path) -> None:
    with session("initiative export-budget") as opened:
        budget = _initiative(opened, initiative_id).budget
    if budget is None:
        raise Refused("Projekt nie ma jeszcze budżetu.", "The initiative has no budget yet.")
    target.write_bytes(budget_workbook.written(budget))
    answer({"file": str(target)}, say(f"Zapisano {target}.", f"Wrote {target}."), as_json=False)


@app.command(
    "import-budget",
    help=say(
        "Wczytuje budżet z XLSX jako następną wersję.",
        "Reads the budget from XLSX as the next version.",
    ),
)
def import_budget(
    initiative_id: UUID,
    source: Path,
    note: Annotated[str, typer.Option()] = "",
    as_json: AsJson = False,
) -> None:
    try:
        budget = budget_workbook.read(source.read_bytes())
    except UnreadableSource as error:
        raise Refused(error.pl, error.en) from error
    except OSError as error:
        raise Refused(f"Nie można odczytać {source}.", f"{source} can't be read.") from error
    drawn_up = DrawUpBudget(
        command_id=uuid4(), initiative_id=initiative_id, budget=budget, note=note
    )
    with session("initiative import-budget") as opened:
        receipt = opened.cooperation.execute(drawn_up, OPERATOR)
        number = len(_initiative(opened, initiative_id).budgets)
    data = {"version": receipt.version, "budget": number, "changed": receipt.changed}
    answer(
        data, say(f"Budżet w wersji {number}.", f"The budget is version {number}."), as_json=as_json
    )


def _initiative(opened: Session, initiative_id: UUID) -> Initiative:
    found = opened.cooperation.store.load(Initiative, initiative_id)
    if found is None:
        raise Refused(
            f"Nie ma projektu {initiative_id}.", f"There is no initiative {initiative_id}."
        )
    return found
