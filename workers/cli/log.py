from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer
from psycopg import Connection
from psycopg.rows import dict_row

from domain.municipalities import municipality_id
from domain.values import parse_terc
from workers.cli import seals, transfers
from workers.cli.boundary import Refused
from workers.cli.session import Session, session
from workers.cli.speech import AsJson, out, say

app = typer.Typer(
    no_args_is_help=True,
    help=say(
        "Dziennik zdarzeń: to, co się stało, w kolejności i bez zmian.",
        "The log of events: what happened, in order and unchanged.",
    ),
)

app.add_typer(seals.app)
app.add_typer(transfers.app)

_EVENTS = """
SELECT position, stream_id, version, type, effective_on, recorded_at, actor, on_behalf_of,
       command_id, causation_id, correlation_id, convert_from(state, 'UTF8') AS state
FROM events
"""


@app.command(
    "show",
    help=say(
        "Pokazuje wszystkie zdarzenia jednego strumienia. Strumień to UUID albo kod TERC gminy.",
        "Shows all events of one stream. A stream is a UUID, or a municipality's TERC code.",
    ),
)
def show(stream: str, as_json: AsJson = False) -> None:
    stream_id = _stream_id(stream)
    with session("log show") as opened:
        found = _ask(
            opened.connection, f"{_EVENTS} WHERE stream_id = %s ORDER BY version", stream_id
        )
    if not found:
        raise Refused(f"Nie ma strumienia {stream}.", f"There is no stream {stream}.")
    for event in found:
        _print(event, as_json=as_json)


@app.command(
    "tail",
    help=say(
        "Pokazuje ostatnie zdarzenia; z --follow także następne, aż do Ctrl-C.",
        "Shows the latest events; with --follow the next ones too, until Ctrl-C.",
    ),
)
def tail(
    count: Annotated[
        int, typer.Option("-n", min=0, help=say("Ile ostatnich.", "How many of the latest."))
    ] = 10,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help=say("Czekaj na nowe.", "Wait for new ones."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    with session("log tail") as opened:
        for event in _from(opened, _start(opened.connection, count), follow=follow):
            _print(event, as_json=as_json)


def _start(connection: Connection[Any], count: int) -> int:
    """The position behind which `count` events stand."""
    query = "SELECT position FROM events ORDER BY position DESC OFFSET %s LIMIT 1"
    row = connection.execute(query, (count,)).fetchone()
    return int(row[0]) if row else 0


def _from(opened: Session, after: int, *, follow: bool) -> Iterator[dict[str, Any]]:
    """Through the gap-safe read, so that none is missed."""
    while True:
        batch = opened.log.read(opened.connection, after, 100)
        query = f"{_EVENTS} WHERE position > %s AND position <= %s ORDER BY position"
        yield from _ask(opened.connection, query, after, batch.through)
        if batch.through == after:
            if not follow:
                return
            time.sleep(0.3)
        after = batch.through


def _ask(connection: Connection[Any], query: str, *parameters: Any) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), parameters).fetchall()


def _print(event: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        event = event | {"state": msgspec.json.decode(event["state"])}
        typer.echo(msgspec.json.encode(event).decode())
        return
    behalf = f" ({event['on_behalf_of']})" if event["on_behalf_of"] else ""
    out.print(
        f"{event['position']}  {event['recorded_at']:%Y-%m-%d %H:%M:%S}  {event['type']}"
        f"  v{event['version']}  {event['stream_id']}  {event['actor']}{behalf}",
        markup=False,
    )
    out.print(f"    {_shortened(event['state'])}", markup=False)


def _shortened(state: str, limit: int = 300) -> str:
    return state if len(state) <= limit else f"{state[:limit]}…"


def _stream_id(stream: str) -> UUID:
    try:
        return UUID(stream)
    except ValueError:
        return municipality_id(parse_terc(stream, "stream"))
