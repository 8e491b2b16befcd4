"""The domain's port for texts: Markdown to HTML, and which municipalities a text names."""

import threading
import time
from collections.abc import Sequence
from typing import Any

from psycopg import Connection
from psycopg.errors import InvalidSchemaName, UndefinedTable
from psycopg_pool import ConnectionPool

from infra.mentions import Gazetteer
from infra.text import render

_REFRESH = 10.0
"""Seconds for which the names of municipalities are taken as read."""


class PolishTexts:
    """Implements `domain.work.Texts`."""

    def __init__(self, pool: ConnectionPool[Connection[Any]]) -> None:
        self._pool = pool
        self._lock = threading.Lock()
        self._names: list[tuple[str, str]] = []
        self._gazetteer = Gazetteer([])
        self._read_at = -_REFRESH

    def render(self, markdown: str) -> str:
        return render(markdown)

    def mentioned_in(self, text: str) -> Sequence[str]:
        return self._current().mentioned_in(text)

    def _current(self) -> Gazetteer:
        with self._lock:
            if time.monotonic() - self._read_at >= _REFRESH:
                names = self._read()
                if names != self._names:
                    self._names, self._gazetteer = names, Gazetteer(names)
                self._read_at = time.monotonic()
            return self._gazetteer

    def _read(self) -> list[tuple[str, str]]:
        query = "SELECT terc, name FROM read_municipalities.municipalities ORDER BY terc"
        try:
            with self._pool.connection() as connection:
                return [(terc, name) for terc, name in connection.execute(query)]
        except (UndefinedTable, InvalidSchemaName):
            return []
