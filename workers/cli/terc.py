from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from domain.roles import OPERATOR
from infra.sources.terc import Change, Known, NotTerc, differences, read_terc
from projections.registry import PROJECTIONS
from projections.schema import ensure
from projections.worker import ProjectionWorker
from workers.cli.boundary import Refused
from workers.cli.session import Session, session
from workers.cli.speech import AsJson, answer, err, say

HELP = say(
    "Porównuje rejestr gmin z plikiem TERC (CSV albo XML) z GUS i wpisuje to, co nowe: gminy, nazwy, "
    "rodzaje, z dniem, od którego obowiązują. Powtórzone nie zmienia niczego.",
    "Compares the register with GUS's own TERC file (CSV or XML) and records what is new: "
    "municipalities, names, kinds, each with its day. Repeated it changes nothing.",
)


def terc(
    file: Annotated[Path, typer.Argument(help=say("Plik TERC.", "The TERC file."))],
    voivodeship: Annotated[
        str,
        typer.Option(help=say("Tylko to województwo: dwie cyfry.", "Only this one: two digits.")),
    ] = "",
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help=say("Tylko pokaż różnice.", "Only show the differences.")),
    ] = False,
    as_json: AsJson = False,
) -> None:
    try:
        entries = [one for one in read_terc(file.read_bytes()) if one.terc.startswith(voivodeship)]
    except OSError as error:
        raise Refused(f"Nie można odczytać {file}.", f"{file} can't be read.") from error
    except NotTerc as error:
        raise Refused(error.pl, error.en) from error
    with session("municipality terc") as opened:
        changes = list(differences(_known(opened, voivodeship), entries))
        if not dry_run:
            _record(opened, changes)
    counted = Counter(change.difference.value for change in changes)
    text = "\n".join(_line(change) for change in changes) or say("Bez różnic.", "No differences.")
    answer({"entries": len(entries), "differences": counted}, text, as_json=as_json)


def _known(opened: Session, voivodeship: str) -> dict[str, Known]:
    """As of now, whether or not a worker is running beside us."""
    projection = PROJECTIONS["municipalities"]
    ensure(opened.connection, projection)
    ProjectionWorker(projection, opened.log).catch_up(opened.connection)
    query = "SELECT terc, name, kind FROM read_municipalities.municipalities WHERE starts_with(terc, %s)"
    found = opened.connection.execute(query, (voivodeship,))
    return {code: Known(name, kind) for code, name, kind in found}


def _record(opened: Session, changes: list[Change]) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        for change in bar.track(changes, description="TERC"):
            command = change.command()
            if command is not None:
                opened.cooperation.execute(command, OPERATOR)


def _line(change: Change) -> str:
    now = f" → {change.entry.name} ({change.entry.kind.value})" if change.entry else ""
    return f"{change.difference.value:<13}{change.terc}  {change.was or ''}{now}"
