"""What `wspolna run` shows: a calm list of what was done, and one line while something is under way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from workers.cli.speech import say


class Progressing(Protocol):
    def __call__(self, done: int, total: int) -> None: ...


class Voice:
    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, pl: str, en: str) -> Iterator[None]:
        """Shows that it is being done; afterwards stays as a line with the time it took."""
        text, started = _short(pl, en), time.monotonic()
        if self._console.is_terminal:
            with self._console.status(text):
                yield
        else:
            yield
        self._console.print(
            f"[green]✓[/green] {text} [dim]({time.monotonic() - started:.1f} s)[/dim]"
        )

    @contextmanager
    def bar(self, pl: str, en: str) -> Iterator[Progressing]:
        text, started = _short(pl, en), time.monotonic()
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
        hidden = not self._console.is_terminal
        with Progress(*columns, console=self._console, transient=True, disable=hidden) as progress:
            task = progress.add_task(text, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)
        self._console.print(
            f"[green]✓[/green] {text} [dim]({time.monotonic() - started:.1f} s)[/dim]"
        )

    def warn(self, pl: str, en: str) -> None:
        self._console.print(f"[yellow]![/yellow] {escape(_short(pl, en))}")

    def line(self, text: str, *, heading: bool = False) -> None:
        self._console.print(text, markup=False, style="bold" if heading else None)

    def stopping(self) -> None:
        self._console.print(_short("Zatrzymuję …", "Stopping …"))

    def stopped(self) -> None:
        self._console.print(_short("Zatrzymane, nic nie zginęło.", "Stopped, nothing is lost."))


def _short(pl: str, en: str) -> str:
    if pl == en:
        return pl
    return say(pl, en).replace("\n\n", " / ")
