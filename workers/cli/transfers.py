"""`wspolna log export | import`: a whole network to another installation."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from infra.bootstrap import connect, seal_log
from infra.embedded.available import available_database
from infra.keyfiles import CHECKPOINT, master_key, seal_key
from infra.seal.sealer import write_checkpoint
from infra.settings import Settings
from infra.transfer.dump import PersonKeys, export_log
from infra.transfer.dump import Progress as Report
from infra.transfer.load import ImportRefused, import_log
from infra.transfer.reader import ExportReader, NotAnExport
from workers.cli.boundary import Refused
from workers.cli.seals import Checkpoints, Keys, kept_checkpoints, report, trusted_keys
from workers.cli.speech import AsJson, answer, err, say

app = typer.Typer()

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        exists=True,
        dir_okay=False,
        help=say(
            "Hasło z pierwszego wiersza pliku zamiast pytania.",
            "The passphrase from a file's first line, instead of being asked.",
        ),
    ),
]

_EXPORT = say(
    "Zapisuje cały dziennik z pieczęciami do jednego pliku, w czasie pracy instalacji. Danych "
    "osobowych nie widać w nim nigdy; z --with-keys jadą także klucze osób, zamknięte hasłem, i bez "
    "nich te dane są w nowym miejscu nie do odczytania.\n\n"
    "Przykład: wspolna log export siec.ndjson.gz --with-keys",
    "Writes the whole log with its seals to one file, while the installation goes on working. It "
    "never shows personal data; with --with-keys the keys of persons come along, locked by a "
    "passphrase, and without them those data can't be read in the new place.\n\n"
    "Example: wspolna log export network.ndjson.gz --with-keys",
)
_IMPORT = say(
    "Przenosi cały dziennik z pliku eksportu do pustej instalacji: wszystko, tak jak było, albo nic. "
    "Plik jest przy tym sprawdzany.\n\n"
    "Przykład: wspolna log import siec.ndjson.gz",
    "Brings a whole log from an exported file into an empty installation: all of it, as it was, or "
    "nothing. The file is verified on the way.\n\n"
    "Example: wspolna log import network.ndjson.gz",
)


@app.command("export", help=_EXPORT)
def export(
    file: Annotated[Path, typer.Argument(dir_okay=False)],
    with_keys: Annotated[
        bool,
        typer.Option(
            "--with-keys",
            help=say(
                "Także klucze danych osobowych, pod hasłem.",
                "The keys of personal data too, under a passphrase.",
            ),
        ),
    ] = False,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    settings = Settings.from_environment()
    keys = None
    if with_keys:
        keys = PersonKeys(master_key(settings), _passphrase(passphrase_file, confirm=True))
    with available_database(settings, "log export") as url, connect(url) as connection:
        seal_log(settings)
        with _replaced(file) as draft, draft.open("xb") as opened, _bar(file.name) as progress:
            now = datetime.now(UTC)
            done = export_log(connection, opened, seal_key(settings), now, keys, progress)
    result = {"file": str(file), "events": done.events, "seals": done.seals}
    text = say(
        f"{file}: zdarzeń {done.events}, pieczęci {done.seals}.",
        f"{file}: {done.events} events, {done.seals} seals.",
    )
    answer(result, text, as_json=as_json)


@app.command("import", help=_IMPORT)
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    passphrase_file: PassphraseFile = None,
    forget_persons: Annotated[
        bool,
        typer.Option(
            "--forget-persons",
            help=say(
                "Bez kluczy osób: ich dane będą tu nie do odczytania na zawsze.",
                "Without the keys of persons: their data can't be read here, for good.",
            ),
        ),
    ] = False,
    key: Keys = None,
    checkpoint: Checkpoints = None,
    as_json: AsJson = False,
) -> None:
    trusted, kept = trusted_keys(key), kept_checkpoints(checkpoint)
    settings = Settings.from_environment()
    try:
        with file.open("rb") as opened:
            locked = ExportReader(opened).header.secret is not None
            wanted = locked and not forget_persons
            passphrase = _passphrase(passphrase_file, confirm=False) if wanted else None
            opened.seek(0)
            with (
                available_database(settings, "log import") as url,
                connect(url) as connection,
                _bar(file.name) as progress,
            ):
                result = import_log(
                    connection,
                    opened,
                    master_key(settings),
                    passphrase=passphrase,
                    forget_persons=forget_persons,
                    trusted=trusted,
                    kept=kept,
                    progress=progress,
                )
    except NotAnExport as error:
        raise Refused(error.pl, error.en) from error
    except ImportRefused as refused:
        raise _refusal(refused) from refused
    if result.end is not None:
        write_checkpoint(settings.data / CHECKPOINT, result.end)
    answer({"events": result.events, "seals": result.seals}, report(result), as_json=as_json)


def _refusal(refused: ImportRefused) -> Refused:
    polish = [finding.text() for finding in refused.findings]
    english = [finding.text(polish=False) for finding in refused.findings]
    return Refused("\n".join([refused.pl, *polish]), "\n".join([refused.en, *english]))


@contextmanager
def _replaced(file: Path) -> Iterator[Path]:
    """A draft beside the file, which takes its place once it is whole."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        yield draft
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _bar(name: str) -> Iterator[Report]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)


def _passphrase(file: Path | None, *, confirm: bool) -> str:
    if file is not None:
        text = file.read_text("utf-8").split("\n", 1)[0]
    else:
        question = say("Hasło do kluczy osób", "Passphrase of the keys of persons")
        text = typer.prompt(question, hide_input=True, confirmation_prompt=confirm, err=True)
    if not text:
        raise Refused("Hasło jest puste.", "The passphrase is empty.")
    return text
