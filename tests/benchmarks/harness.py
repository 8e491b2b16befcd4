"""Runs the candidates of one piece of work in turn, and says how ours compares.

Interleaved (A B C A B C …), because a shared machine drifts: what slows one run then slows a run of
every candidate, and the medians stay comparable.
"""

import json
import statistics
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

OURS = "ours"
RESULTS = Path(".bench")
# In a file or a pipe, wide enough for the table.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)


@dataclass(frozen=True)
class Peer:
    """A figure of somebody else's for the same work, in the unit of its row."""

    name: str
    value: float
    limit: float | None = None
    """The ratio we want: at least this for a rate, at most this for a duration or a size."""


@dataclass(frozen=True)
class Row:
    work: str
    unit: str
    ours: float
    against: list[Peer] = field(default_factory=list)
    less_is_better: bool = False

    def ratio(self, peer: Peer) -> float:
        return self.ours / peer.value if peer.value else float("nan")

    def kept(self, peer: Peer) -> bool | None:
        """Whether the ratio is within the peer's limit; None where there is no limit."""
        if peer.limit is None:
            return None
        ratio = self.ratio(peer)
        return ratio <= peer.limit if self.less_is_better else ratio >= peer.limit

    def as_json(self) -> dict[str, Any]:
        peers = [
            {"name": peer.name, "value": round(peer.value, 3), "ratio": round(self.ratio(peer), 4)}
            for peer in self.against
        ]
        return {"work": self.work, "unit": self.unit, "ours": round(self.ours, 3), "against": peers}


def interleaved(candidates: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median figure of each candidate."""
    figures: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, run in candidates.items():
            figures[name].append(run())
    return {name: statistics.median(values) for name, values in figures.items()}


def compare(
    work: str,
    unit: str,
    candidates: Mapping[str, Callable[[], float]],
    *,
    rounds: int,
    limits: Mapping[str, float],
    less_is_better: bool = False,
) -> Row:
    with console.status(f"{work}: {', '.join(candidates)}"):
        medians = interleaved(candidates, rounds)
    row = row_of(work, unit, medians, limits, less_is_better=less_is_better)
    console.print(summary(row))
    return row


def row_of(
    work: str,
    unit: str,
    figures: Mapping[str, float],
    limits: Mapping[str, float],
    *,
    less_is_better: bool = False,
) -> Row:
    peers = [Peer(name, value, limits.get(name)) for name, value in figures.items() if name != OURS]
    return Row(work, unit, figures[OURS], peers, less_is_better)


def summary(row: Row) -> str:
    peers = ", ".join(f"{row.ratio(peer):.3g} of {peer.name}" for peer in row.against)
    return f"  [bold]{row.work}[/bold] {number(row.ours)} {row.unit}" + (
        f" ({peers})" if peers else ""
    )


def number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(title: str, rows: Iterable[Row]) -> Table:
    view = Table(title=title, title_justify="left")
    for heading in ("work", "unit", "ours", "against", "theirs", "ours ÷ theirs", "wanted", ""):
        view.add_column(
            heading, justify="left" if heading in {"work", "unit", "against"} else "right"
        )
    for row in rows:
        for line in table_lines(row):
            view.add_row(*line)
        view.add_section()
    return view


def table_lines(row: Row) -> Iterable[tuple[str, ...]]:
    if not row.against:
        yield row.work, row.unit, number(row.ours), "", "", "", "", ""
    sign = "≤" if row.less_is_better else "≥"
    for index, peer in enumerate(row.against):
        first = (row.work, row.unit, number(row.ours)) if index == 0 else ("", "", "")
        wanted = f"{sign} {peer.limit:g}" if peer.limit is not None else ""
        mark = {None: "", True: "[green]✓[/green]", False: "[red]✗[/red]"}[row.kept(peer)]
        yield *first, peer.name, number(peer.value), f"{row.ratio(peer):.3g}", wanted, mark


def publish(name: str, rows: list[Row]) -> None:
    """Prints the table and writes `.bench/<name>.json`."""
    console.print()
    console.print(table(name, rows))
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(
        json.dumps([row.as_json() for row in rows], indent=2, ensure_ascii=False) + "\n"
    )
    console.print(f"[dim]{path}[/dim]\n")
