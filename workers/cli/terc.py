from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from domain.roles import OPERATOR
from infra.sources.terc import Change, Difference, Entry, Known, NotTerc, differences, read_terc
from infra.terc_import import Recorded, carry_out
from projections.registry import PROJECTIONS
from projections.schema import ensure
from projections.worker import ProjectionWorker
from workers.cli.boundary import Exit, Refused, refusal
from workers.cli.session import Session, session
from workers.cli.speech import AsJson, answer, err, say, table

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
    if not entries:
        raise Refused(
            f"W pliku nie ma gmin województwa {voivodeship}.",
            f"The file has no municipalities of the voivodeship {voivodeship}.",
        )
    with session("municipality terc") as opened:
        changes = list(differences(_known(opened, voivodeship), entries))
        refused = [] if dry_run else _record(opened, changes)
    _report(entries, changes, refused, dry_run=dry_run, as_json=as_json)
    if refused and len(refused) == sum(change.entry is not None for change in changes):
        raise typer.Exit(Exit.REFUSED)


def _known(opened: Session, voivodeship: str) -> dict[str, Known]:
    """As of now, whether or not a worker is running beside us."""
    projection = PROJECTIONS["municipalities"]
    ensure(opened.connection, projection)
    ProjectionWorker(projection, opened.log).catch_up(opened.connection)
    query = "SELECT terc, name, kind FROM read_municipalities.municipalities WHERE starts_with(terc, %s)"
    found = opened.connection.execute(query, (voivodeship,))
    return {code: Known(name, kind) for code, name, kind in found}


def _record(opened: Session, changes: list[Change]) -> list[Recorded]:
    """What was refused."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    every = sum(change.entry is not None for change in changes)
    with Progress(*columns, console=err, transient=True) as bar:
        done = carry_out(opened.cooperation, changes, OPERATOR)
        tracked = bar.track(done, total=every, description="TERC")
        return [recorded for recorded in tracked if recorded.refusal]


_DIFFERENCES = {
    Difference.NEW: ("nowa", "new"),
    Difference.RENAMED: ("inna nazwa", "renamed"),
    Difference.KIND_CHANGED: ("inny rodzaj", "kind changed"),
    Difference.VANISHED: ("nie ma jej w pliku", "not in the file"),
}


def _report(
    entries: list[Entry],
    changes: list[Change],
    refused: list[Recorded],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    counted = Counter(change.difference for change in changes)
    head = say("Na próbę, niczego nie zapisano.", "A dry run, nothing stored.") if dry_run else ""
    lines = [head] if head else []
    if changes:
        lines.append(table([_head(), *map(_row, changes)]))
        lines += [
            f"{say(*_DIFFERENCES[one])}: {counted[one]}" for one in Difference if counted[one]
        ]
    else:
        lines.append(say("Bez różnic.", "No differences."))
    lines += [f"  - {one.change.terc}: {refusal(one.refusal)}" for one in refused if one.refusal]
    data = {
        "entries": len(entries),
        "differences": {one.value: count for one, count in counted.items()},
        "changes": [_data(change) for change in changes],
        "refused": [
            {"terc": one.change.terc, "error": one.refusal.code} for one in refused if one.refusal
        ],
    }
    answer(data, "\n".join(lines), as_json=as_json)


def _head() -> tuple[str, ...]:
    return (
        say("różnica", "difference"),
        "TERC",
        say("dotąd", "before"),
        say("w pliku", "in the file"),
        say("z dnia", "as of"),
    )


def _row(change: Change) -> tuple[str | None, ...]:
    data = _data(change)
    return (
        say(*_DIFFERENCES[change.difference]),
        change.terc,
        data["was"],
        data["becomes"],
        data["asOf"],
    )


def _data(change: Change) -> dict[str, Any]:
    entry = change.entry
    becomes = None
    if entry is not None:
        kind = change.difference is Difference.KIND_CHANGED
        becomes = entry.kind.value if kind else entry.name
    return {
        "difference": change.difference.value,
        "terc": change.terc,
        "was": change.was,
        "becomes": becomes,
        "asOf": entry.as_of.isoformat() if entry else None,
    }
