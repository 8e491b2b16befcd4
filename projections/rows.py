"""The rows that a batch of events changes: loaded once, changed in memory, written once.

Writing is the same for new and changed rows: the changed are deleted by key and everything is copied
in. (Nearly every column is indexed or long, so an UPDATE would write as much.)
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple, TypeVar, cast

import msgspec
from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from projections.log import Log

_COPY_FROM = 20
"""From so many rows on, COPY; below, its round trips cost more than they save."""


class Row(msgspec.Struct, gc=False):
    """A row of the table `table`, a field for each of its columns but generated ones. (Rows hold plain values, no
    cycles.)"""

    table: ClassVar[str]
    key: ClassVar[tuple[str, ...]] = ("id",)
    kept: ClassVar[int] = 2_000
    """How many rows stay in memory from one batch to the next, with the worker that wrote them."""
    names_stream: ClassVar[bool] = False
    """Whether the key is the id of the stream that the row begins with: other streams may look it up."""
    has_past: ClassVar[bool] = True
    """False: only there for the folds of others, so nobody asks what it was (`projections.past`)."""


R = TypeVar("R", bound=Row)
Key = tuple[Any, ...]


class RowMissing(Exception):
    """An event changes a row that isn't there: a bug in the projector, or an event out of order."""


class TablesDiffer(Exception):
    """The tables aren't those that the rows are made for: one of the two changed without the other."""


class Rows:
    def __init__(self, rows: Iterable[type[Row]]) -> None:
        self._tables = {row: Table(row) for row in rows}
        self._connection: Connection[Any]

    def begin(self, connection: Connection[Any], log: Log) -> None:  # noqa: ARG002  for other rows
        self._connection = connection

    def add(self, row: Row) -> None:
        """A row whose key isn't in the table yet."""
        table = self._tables[type(row)]
        key = table.key_of(row)
        table.cache[key] = row
        table.added[key] = row

    def loaded(self, row: type[R]) -> list[R]:
        """The rows that are in memory: those of this batch, and what `load_by` has brought."""
        return cast("list[R]", list(self._tables[row].cache.values()))

    def put(self, row: Row) -> None:
        """A row, whether or not one with its key is in the table: it takes its place."""
        table = self._tables[type(row)]
        key = table.key_of(row)
        table.cache[key] = row
        if key not in table.added:
            table.changed[key] = row
        else:
            table.added[key] = row

    def change(self, row: type[R], *key: Any) -> R:
        """The row, to be changed in place; raises RowMissing."""
        found = self._get(row, key)
        table = self._tables[row]
        if key not in table.added:
            table.changed[key] = found
        return found

    def read(self, row: type[R], *key: Any) -> R:
        """The row, only to look at; raises RowMissing."""
        return self._get(row, key)

    def find(self, row: type[R], *key: Any) -> R | None:
        """The row, only to look at, if there is one."""
        table = self._tables[row]
        if key not in table.cache:
            self.load(row, [key])
        return cast("R | None", table.cache.get(key))

    def remove(self, row: type[R], *key: Any) -> None:
        table = self._tables[row]
        table.cache.pop(key, None)
        table.changed.pop(key, None)
        if table.added.pop(key, None) is None:
            table.removed.add(key)

    def each(self, row: type[R], column: str, value: Any) -> list[R]:
        """The rows in which the column has this value, to be changed in place."""
        self.load_by(row, column, [value])
        return self._marked(row, lambda found: getattr(found, column) == value)

    def each_showing(self, row: type[R], column: str, terc: str) -> list[R]:
        """The rows whose jsonb column is this municipality, or an array with it, to be changed in place."""
        table = self._tables[row]
        for found in table.select_showing(self._connection, column, terc):
            key = table.key_of(found)
            if key not in table.removed:
                table.cache.setdefault(key, found)
        return self._marked(row, lambda found: shows(getattr(found, column), terc))

    def execute(self, statement: str, parameters: Sequence[Any], *, changes: type[Row]) -> None:
        """For a change of very many rows: one statement over the table of `changes`.

        (Not in a projection whose past is kept: that is folded in memory.)
        """
        self.write()
        self._connection.execute(statement.encode(), parameters)
        self._tables[changes].cache.clear()

    def load(self, row: type[Row], keys: Iterable[Key]) -> None:
        table = self._tables[row]
        wanted = [key for key in keys if key not in table.cache and key not in table.removed]
        wanted = [key for key in wanted if key not in table.absent]
        if wanted:
            table.absent.update(wanted)
            for found in table.select(self._connection, wanted):
                table.cache[table.key_of(found)] = found

    def load_by(self, row: type[Row], column: str, values: Iterable[Any]) -> None:
        """All rows in which the column has one of these values."""
        table = self._tables[row]
        for found in table.select_by(self._connection, column, list(values)):
            key = table.key_of(found)
            if key not in table.removed:
                table.cache.setdefault(key, found)

    @property
    def few(self) -> bool:
        """Whether no table's rows are so many that they are copied: then a pipeline can carry them."""
        return not any(table.large for table in self._tables.values())

    def write(self) -> None:
        for table in self._tables.values():
            if table.dirty:
                table.write(self._connection)

    def trim(self) -> None:
        """After the commit: what was written may be kept, up to a bound."""
        for table in self._tables.values():
            table.trim()

    def forget(self) -> None:
        """After a rollback, or when another worker has written meanwhile."""
        for table in self._tables.values():
            table.clear()

    def _marked(self, row: type[R], wanted: Callable[[R], bool]) -> list[R]:
        table = self._tables[row]
        found = [each for each in self.loaded(row) if wanted(each)]
        for each in found:
            key = table.key_of(each)
            if key not in table.added:
                table.changed[key] = each
        return found

    def _get(self, row: type[R], key: Key) -> R:
        found = self.find(row, *key)
        if found is None:
            raise RowMissing(f"{row.table} has no row {key}")
        return found


def shows(value: Any, terc: str) -> bool:
    entries = value if isinstance(value, list) else [value]
    return any(entry is not None and entry.get("terc") == terc for entry in entries)


class Columns(NamedTuple):
    """What PostgreSQL says of a table: types by name, and which columns are jsonb."""

    types: list[str]
    json: list[int]


class Table:
    """One table's rows in memory, and how they are read and written."""

    def __init__(self, row: type[Row]) -> None:
        self._row = row
        self._names = row.__struct_fields__
        self._key_at = [self._names.index(name) for name in row.key]
        self._key_in: Callable[[Row], Any] = attrgetter(*row.key)
        self._single = len(row.key) == 1
        self._columns: Columns | None = None
        self.cache: dict[Key, Row] = {}
        self.added: dict[Key, Row] = {}
        self.changed: dict[Key, Row] = {}
        self.removed: set[Key] = set()
        self.absent: set[Key] = set()
        """Keys that this batch has asked for: what of them isn't in the cache isn't in the table."""

    def key_of(self, row: Row) -> Key:
        key = self._key_in(row)
        return (key,) if self._single else key

    def clear(self) -> None:
        self.cache.clear()
        self._written()
        self._columns = None

    def trim(self) -> None:
        excess = len(self.cache) - self._row.kept
        for key in list(islice(self.cache, max(0, excess))):
            del self.cache[key]

    def select(self, connection: Connection[Any], keys: list[Key]) -> list[Row]:
        match = self._match(self._described(connection).types)
        return self.select_where(
            connection, match, [list(part) for part in zip(*keys, strict=True)]
        )

    def select_by(self, connection: Connection[Any], column: str, values: list[Any]) -> list[Row]:
        kind = self._described(connection).types[self._names.index(column)]
        match = sql.SQL("{} = ANY(%s::" + kind + "[])").format(sql.Identifier(column))
        return self.select_where(connection, match, [values])

    def json_columns(self, connection: Connection[Any]) -> list[str]:
        return [self._names[at] for at in self._described(connection).json]

    def select_showing(self, connection: Connection[Any], column: str, terc: str) -> list[Row]:
        self._described(connection)
        match = sql.SQL("({column} @> %s OR {column} @> %s)").format(column=sql.Identifier(column))
        one = {"terc": terc}
        return self.select_where(connection, match, [Jsonb(one), Jsonb([one])])

    def select_where(
        self, connection: Connection[Any], match: sql.Composed, parameters: list[Any]
    ) -> list[Row]:
        query = sql.SQL("SELECT {columns} FROM {table} WHERE {match}").format(
            columns=sql.SQL(", ").join(map(sql.Identifier, self._names)),
            table=sql.Identifier(self._row.table),
            match=match,
        )
        with connection.cursor(binary=True) as cursor:
            cursor.execute(query, parameters, prepare=True)
            return [self._row(*values) for values in cursor]

    @property
    def dirty(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    @property
    def large(self) -> bool:
        return len(self.added) + len(self.changed) >= _COPY_FROM

    def write(self, connection: Connection[Any]) -> None:
        self._delete(connection, [*self.changed, *self.removed])
        rows = [*self.changed.values(), *self.added.values()]
        if self.large:
            self._copy(connection, rows)
        elif rows:
            self._insert(connection, rows)
        self._written()

    def _written(self) -> None:
        self.added.clear()
        self.changed.clear()
        self.removed.clear()
        self.absent.clear()

    def _delete(self, connection: Connection[Any], keys: list[Key]) -> None:
        if keys:
            query = sql.SQL("DELETE FROM {table} WHERE {match}").format(
                table=sql.Identifier(self._row.table),
                match=self._match(self._described(connection).types),
            )
            connection.execute(
                query, [list(part) for part in zip(*keys, strict=True)], prepare=True
            )

    def _copy(self, connection: Connection[Any], rows: list[Row]) -> None:
        columns = self._described(connection)
        query = sql.SQL("COPY {table} ({columns}) FROM STDIN (FORMAT binary)").format(
            table=sql.Identifier(self._row.table),
            columns=sql.SQL(", ").join(map(sql.Identifier, self._names)),
        )
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            copy.set_types(columns.types)
            for row in rows:
                copy.write_row(_values(row, columns.json))

    def _insert(self, connection: Connection[Any], rows: list[Row]) -> None:
        columns = self._described(connection)
        query = sql.SQL("INSERT INTO {table} ({columns}) VALUES ({values})").format(
            table=sql.Identifier(self._row.table),
            columns=sql.SQL(", ").join(map(sql.Identifier, self._names)),
            values=sql.SQL(", ").join(sql.SQL("%s::" + name) for name in columns.types),
        )
        for row in rows:
            connection.execute(query, _values(row, columns.json), prepare=True)

    def _match(self, types: list[str]) -> sql.Composed:
        """Written for one or several key columns, each bound as one array."""
        names = sql.SQL(", ").join(map(sql.Identifier, self._row.key))
        arrays = sql.SQL(", ").join(sql.SQL(f"%s::{types[at]}[]") for at in self._key_at)
        if len(self._key_at) == 1:
            return sql.SQL("{} = ANY({})").format(names, arrays)
        return sql.SQL("({}) IN (SELECT * FROM unnest({}))").format(names, arrays)

    def _described(self, connection: Connection[Any]) -> Columns:
        if self._columns is None:
            self._columns = _describe(connection, self._row.table, self._names)
        return self._columns


def _describe(connection: Connection[Any], table: str, names: Sequence[str]) -> Columns:
    found = dict(
        connection.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
            "WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            (table,),
        ).fetchall()
    )
    if set(found) != set(names):
        raise TablesDiffer(f"{table} has the columns {sorted(found)}, its row has {sorted(names)}")
    types = [found[name] for name in names]
    return Columns(types, [at for at, name in enumerate(types) if name == "jsonb"])


def _values(row: Row, json: list[int]) -> Sequence[Any]:
    values = list(msgspec.structs.astuple(row))
    for at in json:
        if values[at] is not None:  # NULL, and not the JSON of it
            values[at] = Jsonb(values[at], dumps=msgspec.json.encode)
    return values
