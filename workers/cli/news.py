from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer
from psycopg.rows import dict_row

from domain.commands import Command
from domain.news import (
    CorrectNews,
    DraftNews,
    NewsItem,
    NewsNotFound,
    NewsText,
    PublishNews,
    RetractNews,
)
from domain.roles import OPERATOR
from domain.values import parse_terc
from domain.work import Receipt
from workers.cli.boundary import Refused
from workers.cli.session import Session, session
from workers.cli.speech import AsJson, answer, say

app = typer.Typer(no_args_is_help=True, help=say("Aktualności.", "News."))

Title = Annotated[str, typer.Option(help=say("Tytuł.", "Title."))]
Body = Annotated[
    Path,
    typer.Option(
        help=say("Plik z treścią w Markdownie; - to wejście.", "A file of Markdown; - for input."),
    ),
]
Lead = Annotated[str, typer.Option(help=say("Zajawka.", "Lead."))]
Tags = Annotated[list[str] | None, typer.Option("--tag", help=say("Powtarzalne.", "Repeatable."))]


@app.command("list", help=say("Najnowsze aktualności.", "The latest news."))
def list_news(
    municipality: Annotated[str, typer.Option(help="TERC")] = "",
    count: Annotated[int, typer.Option("-n", min=1, max=1000)] = 20,
    as_json: AsJson = False,
) -> None:
    terc = parse_terc(municipality) if municipality else None
    with session("news list") as opened:
        found = _ask(
            opened,
            "SELECT id, municipality_terc, slug, state, title, published_on, version "
            "FROM read_news.news WHERE %s::text IS NULL OR municipality_terc = %s "
            "ORDER BY published_on DESC NULLS FIRST, id LIMIT %s",
            terc,
            terc,
            count,
        )
    lines = [
        f"{one['published_on'] or '—'!s:<10}  {one['state']:<9}  {one['id']}  {one['title']}"
        for one in found
    ]
    answer(found, "\n".join(lines) or say("Nie ma żadnej.", "There is none."), as_json=as_json)


@app.command("show", help=say("Jedna aktualność, cała.", "One news item, whole."))
def show(news_id: UUID, as_json: AsJson = False) -> None:
    with session("news show") as opened:
        found = _ask(opened, "SELECT * FROM read_news.news WHERE id = %s", news_id)
    if not found:
        raise Refused(f"Nie ma aktualności {news_id}.", f"There is no news item {news_id}.")
    one = found[0]
    text = (
        f"{one['title']}\n{one['state']}  {one['published_on']}\n\n{one['lead']}\n\n{one['body']}"
    )
    answer(one, text, as_json=as_json)


@app.command(
    "draft",
    help=say(
        "Zapisuje szkic, którego nikt obcy nie widzi.", "Stores a draft that nobody else sees."
    ),
)
def draft(
    municipality: Annotated[str, typer.Option(help="TERC")],
    title: Title,
    body: Body,
    lead: Lead = "",
    tag: Tags = None,
    slug: Annotated[str | None, typer.Option()] = None,
    as_json: AsJson = False,
) -> None:
    text = NewsText(title=title, lead=lead, body=_text(body), tags=tuple(tag or ()))
    terc = parse_terc(municipality)
    _give(DraftNews(command_id=uuid4(), municipality=terc, text=text, slug=slug), as_json=as_json)


@app.command("publish", help=say("Publikuje szkic.", "Publishes a draft."))
def publish(news_id: UUID, as_json: AsJson = False) -> None:
    _give(PublishNews(command_id=uuid4(), news_id=news_id), as_json=as_json)


@app.command(
    "correct",
    help=say(
        "Prostuje: poprzednia wersja zostaje w historii.",
        "Corrects: the version before stays in the history.",
    ),
)
def correct(
    news_id: UUID,
    title: Annotated[str | None, typer.Option()] = None,
    body: Annotated[Path | None, typer.Option()] = None,
    lead: Annotated[str | None, typer.Option()] = None,
    tag: Tags = None,
    reason: Annotated[str, typer.Option()] = "",
    as_json: AsJson = False,
) -> None:
    """What isn't given stays as it is."""
    with session("news correct") as opened:
        item = opened.cooperation.store.load(NewsItem, news_id)
        if item is None:
            raise NewsNotFound
        text = replace(
            item.text,
            title=item.text.title if title is None else title,
            lead=item.text.lead if lead is None else lead,
            body=item.text.body if body is None else _text(body),
            tags=item.text.tags if tag is None else tuple(tag),
        )
        command = CorrectNews(
            command_id=uuid4(),
            expected_version=item.version,
            news_id=news_id,
            text=text,
            reason=reason,
        )
        receipt = opened.cooperation.execute(command, OPERATOR)
    _answer(receipt, as_json=as_json)


@app.command(
    "retract", help=say("Wycofuje: zostaje ślad i powód.", "Retracts: a trace and the reason stay.")
)
def retract(
    news_id: UUID,
    reason: Annotated[str, typer.Option(help=say("Powód.", "The reason."))],
    as_json: AsJson = False,
) -> None:
    _give(RetractNews(command_id=uuid4(), news_id=news_id, reason=reason), as_json=as_json)


def _give(command: Command, *, as_json: bool) -> None:
    with session("news") as opened:
        receipt = opened.cooperation.execute(command, OPERATOR)
    _answer(receipt, as_json=as_json)


def _answer(receipt: Receipt, *, as_json: bool) -> None:
    data = {
        "id": receipt.stream_id,
        "version": receipt.version,
        "position": receipt.position,
        "changed": receipt.changed,
    }
    state = say("zapisane", "stored") if receipt.changed else say("bez zmian", "unchanged")
    answer(
        data,
        f"{receipt.stream_id}  v{receipt.version}  @{receipt.position}  {state}",
        as_json=as_json,
    )


def _text(body: Path) -> str:
    if str(body) == "-":
        return sys.stdin.read()
    try:
        return body.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{body}: {error}") from error


def _ask(opened: Session, query: str, *parameters: Any) -> list[dict[str, Any]]:
    with opened.connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), parameters).fetchall()
