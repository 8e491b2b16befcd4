"""`wspolna log verify | prove | key`: whether the log is what it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from infra.bootstrap import connect
from infra.embedded.available import available_database
from infra.keyfiles import CHECKPOINT, seal_key
from infra.seal.chain import Checkpoint
from infra.seal.findings import Finding
from infra.seal.keys import PublicKeys, keyring, public_from_text, public_text
from infra.seal.proof import prove as prove_event
from infra.seal.sealer import read_checkpoint, write_checkpoint
from infra.seal.store import seal_covering, verify_stored
from infra.seal.verify import Verification
from infra.settings import Settings
from infra.transfer.reader import NotAnExport, verify_export
from workers.cli.boundary import Exit, Refused
from workers.cli.speech import AsJson, answer, language, say

app = typer.Typer()

Keys = Annotated[
    list[Path] | None,
    typer.Option(
        "--key",
        exists=True,
        help=say(
            "Plik z kluczem publicznym zachowanym poza instalacją (`log key`); można powtórzyć.",
            "A file with a public key that was kept elsewhere (`log key`); may be repeated.",
        ),
    ),
]
Checkpoints = Annotated[
    list[Path] | None,
    typer.Option(
        "--checkpoint",
        exists=True,
        help=say(
            "Zachowany punkt kontrolny: dziennik musi go zawierać; można powtórzyć.",
            "A checkpoint that was kept: the log must contain it; may be repeated.",
        ),
    ),
]

_VERIFY = say(
    "Sprawdza dziennik: plik eksportu (bez bazy danych) albo, bez pliku, samą bazę. Każde "
    "zmienione, usunięte, dopisane lub przestawione zdarzenie jest nazwane. Kod wyjścia 1, gdy coś "
    "się nie zgadza.\n\n"
    "Punkt kontrolny zachowany gdzie indziej (--save) pozwala później wykryć odcięty koniec "
    "(--checkpoint), a klucz publiczny (`log key`) podmianę całości (--key).",
    "Verifies the log: a file that was exported (without a database) or, without a file, the "
    "database itself. Every event that was changed, removed, inserted or moved is named. Exit code "
    "1 when something is wrong.\n\n"
    "A checkpoint kept elsewhere (--save) later shows a cut end (--checkpoint), and the public key "
    "(`log key`) shows when everything was replaced (--key).",
)


@app.command("verify", help=_VERIFY)
def verify(
    file: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False)] = None,
    key: Keys = None,
    checkpoint: Checkpoints = None,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save",
            help=say(
                "Gdzie zapisać punkt kontrolny sprawdzonego dziennika.",
                "Where to write a checkpoint of the log that was verified.",
            ),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    trusted, kept = trusted_keys(key), kept_checkpoints(checkpoint)
    if file is None:
        result = _verify_database(trusted, kept)
    else:
        result = _verify_file(file, trusted, kept)
    answer(_plain(result), report(result), as_json=as_json)
    if not result.passed:
        raise typer.Exit(Exit.REFUSED)
    if save is not None and result.end is not None:
        write_checkpoint(save, result.end)


@app.command(
    "prove",
    help=say(
        "Podaje dowód (JSON), że zdarzenie z tej pozycji jest w dzienniku: dla kogoś, kto ma klucz "
        "publiczny, a nie ma dziennika.",
        "Gives a proof (JSON) that the event at this position is in the log: for someone who has "
        "the public key, and not the log.",
    ),
)
def prove(position: int) -> None:
    settings = Settings.from_environment()
    with available_database(settings, "log prove") as url, connect(url) as connection:
        covering = seal_covering(connection, position)
    if covering is None:
        raise Refused(
            f"Pozycja {position} nie jest jeszcze zapieczętowana.",
            f"Position {position} isn't sealed yet.",
        )
    try:
        proof = prove_event(position, *covering)
    except LookupError as error:
        raise Refused(
            f"Na pozycji {position} nie ma zdarzenia.", f"There is no event at {position}."
        ) from error
    typer.echo(msgspec.json.format(msgspec.json.encode(proof.document()), indent=2).decode())


@app.command(
    "key",
    help=say(
        "Podaje klucz publiczny pieczęci. Zachowaj go poza tą instalacją: plik dla --key.",
        "Gives the public key of the seals. Keep it outside this installation: a file for --key.",
    ),
)
def key() -> None:
    typer.echo(public_text(seal_key(Settings.from_environment()).public))


def trusted_keys(files: Sequence[Path] | None) -> PublicKeys | None:
    """None without files: what the log itself says it was sealed with."""
    if not files:
        return None
    try:
        return keyring(public_from_text(file.read_text("utf-8")) for file in files)
    except ValueError as error:
        raise Refused(
            "To nie jest klucz publiczny pieczęci.", "This is no public key of the seals."
        ) from error


def kept_checkpoints(files: Iterable[Path] | None) -> list[Checkpoint]:
    try:
        return [read_checkpoint(file) for file in files or ()]
    except msgspec.MsgspecError as error:
        raise Refused("To nie jest punkt kontrolny.", "This is no checkpoint.") from error


def report(result: Verification) -> str:
    """The findings, and what was looked at."""
    polish = language() != "en"
    lines = [finding.text(polish) for finding in result.findings]
    lines.append(
        say(
            f"Sprawdzono zdarzeń: {result.events}, pieczęci: {result.seals}; "
            f"jeszcze bez pieczęci: {result.unsealed}.",
            f"Events verified: {result.events}, seals: {result.seals}; "
            f"not sealed yet: {result.unsealed}.",
        )
    )
    if result.end is not None:
        place = f"{result.end.number}, {result.end.last_position}, {result.end.hash.hex()}"
        lines.append(
            say(f"Ostatnia pieczęć: {place}", f"Last seal: {place}") if language() else place
        )
    if result.passed:
        lines.append(say("Dziennik jest nienaruszony.", "The log is intact."))
    else:
        count = len(result.findings)
        lines.append(say(f"Niezgodności: {count}.", f"Findings: {count}."))
    return "\n".join(lines)


def _verify_file(
    file: Path, trusted: PublicKeys | None, kept: Sequence[Checkpoint]
) -> Verification:
    try:
        with file.open("rb") as opened:
            return verify_export(opened, trusted, kept)
    except NotAnExport as error:
        raise Refused(error.pl, error.en) from error


def _verify_database(trusted: PublicKeys | None, kept: list[Checkpoint]) -> Verification:
    """Also against the checkpoint that this installation keeps outside of its database."""
    settings = Settings.from_environment()
    own = settings.data / CHECKPOINT
    with available_database(settings, "log verify") as url, connect(url) as connection:
        if own.exists():
            kept = [*kept, *kept_checkpoints([own])]
        return verify_stored(connection, trusted, kept)


def _plain(result: Verification) -> dict[str, Any]:
    end = result.end
    return {
        "passed": result.passed,
        "events": result.events,
        "seals": result.seals,
        "unsealed": result.unsealed,
        "end": end
        and {"number": end.number, "position": end.last_position, "hash": end.hash.hex()},
        "findings": [_plain_finding(finding) for finding in result.findings],
    }


def _plain_finding(finding: Finding) -> dict[str, Any]:
    return {
        "fault": finding.fault,
        "position": finding.position,
        "stream_id": finding.stream_id,
        "type": finding.type,
        "seal": finding.seal,
        "text": {"pl": finding.text(), "en": finding.text(polish=False)},
    }
