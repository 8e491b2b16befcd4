"""Rows in memory alone, which remember what an event did to them and can take it back."""

import copy
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast
from uuid import UUID

from projections.rows import Key, Row, RowMissing, Rows, shows

R = TypeVar("R", bound=Row)
Place = tuple[type[Row], Key]


class MemoryRows(Rows):
    """`bring`: begins the stream of a row that is looked up by its id, where there is one."""

    def __init__(self, bring: Callable[[UUID], None]) -> None:
        self._bring = bring
        self._rows: dict[type[Row], dict[Key, Row]] = {}
        self._touched: dict[Place, Row | None] = {}
        """As it was before the event that is being folded."""

    @contextmanager
    def one_event(self) -> Iterator[dict[Place, Row | None]]:
        """What is changed inside, as it was before; an error takes it back. May be nested."""
        outer, self._touched = self._touched, {}
        try:
            yield self._touched
        except Exception:
            for (kind, key), before in self._touched.items():
                self._set(kind, key, before)
            raise
        finally:
            self._touched = outer

    def at(self, place: Place) -> Row | None:
        kind, key = place
        return self._table(kind).get(key)

    def add(self, row: Row) -> None:
        self.put(row)

    def put(self, row: Row) -> None:
        key = _key(row)
        self._touch(type(row), key)
        self._table(type(row))[key] = row

    def change(self, row: type[R], *key: Any) -> R:
        found = self.read(row, *key)
        self._touch(row, key)
        return found

    def read(self, row: type[R], *key: Any) -> R:
        found = self.find(row, *key)
        if found is None:
            raise RowMissing(f"{row.table} has no row {key}")
        return found

    def find(self, row: type[R], *key: Any) -> R | None:
        table = self._table(row)
        if key not in table and row.names_stream:
            self._bring(key[0])
        return cast("R | None", table.get(key))

    def remove(self, row: type[Row], *key: Any) -> None:
        self._touch(row, key)
        self._table(row).pop(key, None)

    def each(self, row: type[R], column: str, value: Any) -> list[R]:
        return self._marked(row, lambda found: getattr(found, column) == value)

    def each_showing(self, row: type[R], column: str, terc: str) -> list[R]:
        return self._marked(row, lambda found: shows(getattr(found, column), terc))

    def loaded(self, row: type[R]) -> list[R]:
        return cast("list[R]", list(self._table(row).values()))

    def load(self, row: type[Row], keys: Iterable[Key]) -> None:
        """Everything is there."""

    def load_by(self, row: type[Row], column: str, values: Iterable[Any]) -> None:
        """Everything is there."""

    def _marked(self, row: type[R], wanted: Callable[[R], bool]) -> list[R]:
        found = [each for each in self.loaded(row) if wanted(each)]
        for each in found:
            self._touch(row, _key(each))
        return found

    def _touch(self, row: type[Row], key: Key) -> None:
        if (row, key) not in self._touched:
            self._touched[row, key] = copy.copy(self._table(row).get(key))

    def _set(self, row: type[Row], key: Key, before: Row | None) -> None:
        if before is None:
            self._table(row).pop(key, None)
        else:
            self._table(row)[key] = before

    def _table(self, row: type[Row]) -> dict[Key, Row]:
        return self._rows.setdefault(row, {})


def _key(row: Row) -> Key:
    return tuple(getattr(row, name) for name in row.key)
