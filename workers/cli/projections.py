from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from projections import parking
from projections.projection import Projection
from projections.rebuild import RebuildFailed, rebuild
from projections.registry import PROJECTIONS
from projections.status import Status, status
from workers.cli.boundary import Exit, Refused
from workers.cli.session import session
from workers.cli.speech import AsJson, answer, err, out, say

app = typer.Typer(
    no_args_is_help=True,
    help=say(
        "Modele odczytu: stan, odbudowa z dziennika, zdarzenia odłożone.",
        "Read models: their state, rebuilding from the log, events set aside.",
    ),
)

Name = Annotated[
    str,
    typer.Argument(
        help=say("Nazwa modelu odczytu: ", "Name of a read model: ")
        + ", ".join(projection.name for projection in PROJECTIONS)
    ),
]

_STATUS = say(
    "Pokazuje, do której pozycji dziennika doszedł każdy model odczytu i ile mu brakuje. "
    "Kod wyjścia 1, gdy któryś stoi albo odłożył zdarzenia.",
    "Shows which position of the log each read model has reached and how far it is behind. "
    "Exit code 1 when one has halted or has set events aside.",
)


@app.command("status", help=_STATUS)
def show_status(as_json: AsJson = False) -> None:
    with session("projections status") as opened:
        found = status(opened.connection, PROJECTIONS)
    if as_json:
        answer([one._asdict() | {"state": one.state} for one in found], "", as_json=True)
    else:
        out.print(_table(found))
    if any(one.state in {"halted", "parked"} for one in found):
        raise typer.Exit(Exit.REFUSED)


@app.command(
    "rebuild",
    help=say(
        "Buduje model odczytu od nowa z dziennika obok działającego i zamienia je w milisekundy. "
        "Czytający i piszący pracują dalej.",
        "Builds a read model anew from the log beside the live one and swaps them in milliseconds. "
        "Readers and writers go on.",
    ),
)
def rebuild_one(name: Name, as_json: AsJson = False) -> None:
    projection = _named(name)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with session("projections rebuild") as opened, Progress(*columns, console=err) as bar:
        task = bar.add_task(name, total=None)
        try:
            rebuild(
                opened.connection,
                projection,
                opened.log,
                lambda done, last: bar.update(task, completed=done, total=last),
            )
        except RebuildFailed as error:
            raise Refused(
                f"Odbudowa nie powiodła się, działa dotychczasowy model: {error}",
                f"The rebuild failed, the live model stays as it is: {error}",
            ) from error
        (after,) = status(opened.connection, [projection])
    done = say(f"{name}: odbudowany do pozycji", f"{name}: rebuilt up to position")
    answer(after._asdict(), f"{done} {after.position}", as_json=as_json)


@app.command(
    "parked",
    help=say(
        "Pokazuje zdarzenia, których model nie umiał przyjąć, i dlaczego.",
        "Shows the events that a read model couldn't take in, and why.",
    ),
)
def parked(name: Name, as_json: AsJson = False) -> None:
    with session("projections parked") as opened:
        found = parking.parked(opened.connection, _named(name))
    lines = [f"{one.position}  {one.stream_id}  ×{one.attempts}  {one.error}" for one in found]
    none = say("Nic nie odłożono.", "Nothing is set aside.")
    answer([one._asdict() for one in found], "\n".join(lines) or none, as_json=as_json)


@app.command(
    "retry",
    help=say(
        "Przyjmuje odłożone zdarzenia jeszcze raz, po kolei.",
        "Takes the events set aside once more, in their order.",
    ),
)
def retry(name: Name, as_json: AsJson = False) -> None:
    with session("projections retry") as opened:
        left = parking.retry(opened.connection, _named(name), opened.log)
    answer(
        {"parked": left}, say(f"Odłożonych: {left}", f"Still set aside: {left}"), as_json=as_json
    )
    if left:
        raise typer.Exit(Exit.REFUSED)


@app.command(
    "skip",
    help=say(
        "Pomija jedno zdarzenie na dobre, w tym jednym modelu odczytu. Dziennik zostaje, jaki jest.",
        "Leaves one event out for good, in this one read model. The log stays as it is.",
    ),
)
def skip(name: Name, position: int) -> None:
    with session("projections skip") as opened:
        if not parking.skip(opened.connection, _named(name), opened.log, position):
            raise Refused(
                f"Na pozycji {position} nie ma zdarzenia.", f"There is no event at {position}."
            )


def _named(name: str) -> Projection:
    if name not in PROJECTIONS:
        known = ", ".join(projection.name for projection in PROJECTIONS)
        raise typer.BadParameter(
            say(
                f"Nie ma modelu odczytu „{name}”; są: {known}.",
                f"There is no read model “{name}”; there are: {known}.",
            )
        )
    return PROJECTIONS[name]


def _table(found: list[Status]) -> Table:
    headings = say(
        "model|stan|wersja|pozycja|brakuje|sekund|odłożone",
        "model|state|version|position|behind|seconds|parked",
    )
    table = Table(*headings.split(" / ")[0].split("|"), box=None)
    for one in found:
        version = (
            f"{one.version}"
            if one.version == one.wanted_version
            else f"{one.version}→{one.wanted_version}"
        )
        row: list[Any] = [
            one.name,
            one.state,
            version,
            one.position,
            one.lag,
            f"{one.lag_seconds:.1f}",
            one.parked,
        ]
        table.add_row(*map(str, row))
    return table
