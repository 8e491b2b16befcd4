from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from domain.roles import OPERATOR
from domain.values import parse_terc
from infra.importing import ImportedItem, ImportOutcome, import_news
from infra.sources import Reading, UnreadableSource
from infra.sources.reader import read
from workers.cli.boundary import Exit, Refused, refusal
from workers.cli.session import session
from workers.cli.speech import AsJson, answer, err, say

app = typer.Typer(
    no_args_is_help=True,
    help=say(
        "Wczytuje to, co gmina już ma: strony, kanały, pliki.",
        "Brings in what a municipality already has: pages, feeds, files.",
    ),
)

_NEWS = say(
    "Publikuje aktualności znalezione w źródle jako aktualności gminy. Źródło to plik albo adres: "
    "tekst strony, strona HTML, kanał RSS lub Atom, JSON; rodzaj rozpoznaje się po treści. "
    "Powtórzony import niczego nie zmienia, zmienione źródło daje sprostowanie.\n\n"
    "Przykład: wspolna import news https://example.org/aktualnosci.rss --municipality 100704",
    "Publishes the news found at a source as a municipality's news. The source is a file or an "
    "address: a page's text, an HTML page, an RSS or Atom feed, JSON; its kind is recognised by "
    "content. Importing again changes nothing, a changed source makes a correction.\n\n"
    "Example: wspolna import news https://example.org/news.rss --municipality 100704",
)


@app.command("news", help=_NEWS)
def news(
    source: Annotated[str, typer.Argument(help=say("Plik albo adres.", "A file or an address."))],
    municipality: Annotated[
        str, typer.Option(help=say("Kod TERC gminy, jak 100704.", "TERC code, such as 100704."))
    ],
    allow_private: Annotated[
        bool,
        typer.Option(
            "--allow-private",
            help=say("Także adresy sieci wewnętrznej.", "Addresses of the own network too."),
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    terc = parse_terc(municipality, "municipality")
    reading = _read(source, allow_private=allow_private)
    with session("import") as opened:
        found = import_news(opened.cooperation, reading, terc, OPERATOR)
        items = list(_with_progress(reading, found))
    _report(reading, items, as_json=as_json)
    if all(item.outcome is ImportOutcome.REFUSED for item in items):
        raise typer.Exit(Exit.REFUSED)


def _read(source: str, *, allow_private: bool) -> Reading:
    """What can't be read is refused before anything is opened: nothing is stored."""
    try:
        return read(source, allow_private=allow_private)
    except UnreadableSource as error:
        raise Refused(error.pl, error.en) from error


def _with_progress(reading: Reading, items: Iterable[ImportedItem]) -> Iterator[ImportedItem]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        yield from progress.track(items, total=len(reading), description=reading.origin)


_OUTCOMES = {
    ImportOutcome.PUBLISHED: ("opublikowane", "published"),
    ImportOutcome.CORRECTED: ("sprostowane", "corrected"),
    ImportOutcome.UNCHANGED: ("bez zmian", "unchanged"),
    ImportOutcome.REFUSED: ("odrzucone", "refused"),
}


def _report(reading: Reading, items: Sequence[ImportedItem], *, as_json: bool) -> None:
    counts = Counter(item.outcome for item in items)
    lines = [f"{reading.origin} ({reading.kind})"]
    lines += [
        f"  {say(*_OUTCOMES[outcome])}: {counts[outcome]}"
        for outcome in ImportOutcome
        if counts[outcome]
    ]
    lines += [f"  - {item.title}: {refusal(item.refusal)}" for item in items if item.refusal]
    lines += [
        f"  - {skipped.label}: {say(skipped.reason.pl, skipped.reason.en)}"
        for skipped in reading.skipped
    ]
    answer(_as_data(reading, items), "\n".join(lines), as_json=as_json)


def _as_data(reading: Reading, items: Sequence[ImportedItem]) -> dict[str, Any]:
    return {
        "source": reading.origin,
        "kind": reading.kind,
        "items": [
            {
                "title": item.title,
                "outcome": item.outcome,
                "newsId": item.news_id,
                "position": item.position,
                "error": item.refusal.code if item.refusal else None,
            }
            for item in items
        ],
        "skipped": [
            {"label": skipped.label, "error": skipped.reason.code} for skipped in reading.skipped
        ],
    }
