"""The domain's port for texts: Markdown to HTML, and which municipalities a text names."""

import threading
from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import Connection
from psycopg_pool import ConnectionPool

from infra.mentions import Gazetteer
from infra.text import render

# Straight from the log and not from a read model: a name counts from the moment it is registered.
# Both queries are answered by the index events_municipality_names_idx.
_CHANGED = """
SELECT count(*), max(position) FROM events
WHERE type IN ('Municipality.Registered', 'Municipality.Renamed')
"""
_NAMES = """
SELECT stream_id, convert_from(state, 'UTF8') FROM events
WHERE type IN ('Municipality.Registered', 'Municipality.Renamed') ORDER BY position
"""


class PolishTexts:
    """Implements `domain.work.Texts`."""

    def __init__(self, pool: ConnectionPool[Connection[Any]]) -> None:
        self._pool = pool
        self._lock = threading.Lock()
        self._gazetteer = Gazetteer([])
        self._read_at: tuple[Any, ...] | None = None

    def render(self, markdown: str) -> str:
        return render(markdown)

    def mentioned_in(self, text: str, near: str) -> Sequence[str]:
        return self._current().mentioned_in(text, near)

    def _current(self) -> Gazetteer:
        with self._pool.connection() as connection:
            changed = connection.execute(_CHANGED).fetchone()
            with self._lock:
                if changed != self._read_at:
                    self._gazetteer = Gazetteer(_names(connection))
                    self._read_at = changed
                return self._gazetteer


def _names(connection: Connection[Any]) -> list[tuple[str, str]]:
    """TERC codes with the present names."""
    names: dict[Any, tuple[str, str]] = {}
    for stream_id, state in connection.execute(_NAMES):
        facts = msgspec.json.decode(state)
        if "facts" in facts:
            names[stream_id] = (facts["terc"], facts["facts"]["name"])
        else:
            names[stream_id] = (names[stream_id][0], facts["name"])
    return sorted(names.values())
