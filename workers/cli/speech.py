"""Speaking to the person at the terminal: Polish or English by LANG, both where it doesn't say."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from domain.errors import Language

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

AsJson = Annotated[
    bool,
    typer.Option(
        "--json", help="Odpowiedź jako JSON, dla skryptów. / The answer as JSON, for scripts."
    ),
]


def language(environment: Mapping[str, str] | None = None) -> Language | None:
    """By the POSIX order of variables; None for C, POSIX and languages that we don't speak."""
    environment = os.environ if environment is None else environment
    names = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    chosen = next((name for name in names if name), "")
    if chosen.startswith("pl"):
        return "pl"
    return "en" if chosen.startswith("en") else None


def say(pl: str, en: str) -> str:
    """One sentence for this person: a short pair stands on one line, a long one in two paragraphs."""
    match language():
        case "pl":
            return pl
        case "en":
            return en
        case _:
            return f"{pl}\n\n{en}" if len(pl) + len(en) > 160 else f"{pl} / {en}"


def table(rows: Sequence[Sequence[object]]) -> str:
    """In columns as wide as they need to be, the first row being their names; readable in a pipe too."""
    cells = [["—" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    padded = (map(str.ljust, row, widths) for row in cells)
    return "\n".join("  ".join(row).rstrip() for row in padded)


def answer(value: Any, text: str, *, as_json: bool) -> None:
    """The result of a command, on standard output."""
    if as_json:
        typer.echo(json.dumps(value, ensure_ascii=False, default=str))
    else:
        out.print(text, markup=False)
