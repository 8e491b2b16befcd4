"""What commands that only look need: rows of a read model, and a name for what is looked for."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from psycopg.rows import dict_row

from workers.cli.session import Session
from workers.cli.speech import answer, say, table

Count = Annotated[
    int, typer.Option("-n", min=1, max=1000, help=say("Ile najwyżej.", "How many at most."))
]
Terc = Annotated[str, typer.Option("--municipality", help=say("Kod TERC gminy.", "TERC code."))]

Column = tuple[str, str, str]
"""A name in the rows, and its heading in Polish and English."""


def rows(opened: Session, query: str, *parameters: Any) -> list[dict[str, Any]]:
    with opened.connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), parameters).fetchall()


def tell(found: list[dict[str, Any]], columns: tuple[Column, ...], *, as_json: bool) -> None:
    head = [say(pl, en) for _, pl, en in columns]
    body = [[row[name] for name, _, _ in columns] for row in found]
    none = say("Nie ma niczego takiego.", "There is nothing of the kind.")
    answer(found, table([head, *body]) if found else none, as_json=as_json)
