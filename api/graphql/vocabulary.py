"""Where a field's value comes from, said beside the field.

Two executors read these declarations: the compiler, which makes one SQL statement of a whole
operation, and the ordinary one, which resolves field by field. In SQL, `{row}` is the row that the
field belongs to and `{name}` the value of the argument `name`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from strawberry import UNSET

from api.graphql.visibility import Visibility

DECLARATION = "declaration"
"""Key in a strawberry field's metadata."""


@dataclass(frozen=True)
class Table:
    """`name` with its schema; `projection`: whose position an answer from this table carries. `past`:
    moves SQL that names tables to the moment that this one is of."""

    name: str
    projection: str
    visible: Visibility
    key: str = "id"
    past: Callable[[str], str] = str


@dataclass(frozen=True)
class Argument:
    """`parse` makes the SQL parameter of the GraphQL value; raises ReadError. `sql_type`: its cast."""

    name: str
    type: Any
    description: str
    parse: Callable[[Any], Any]
    sql_type: str = "text"
    default: Any = UNSET


@dataclass(frozen=True)
class Column:
    """A column or expression. `key`: its name in an embedded object, None where never embedded.
    `plain`: a column, never NULL, of text without a character that JSON would escape, by its own rule.
    `written`: the column beside it, never NULL, that holds the value as JSON text already."""

    sql: str
    key: str | None = None
    plain: bool = False
    written: str | None = None


@dataclass(frozen=True)
class GlobalId:
    """Relay's id, made of the type's name and the row's key."""

    column: str = "id"
    key: str = "id"


@dataclass(frozen=True)
class ToOne:
    """Another table's row, by its key. `embedded`: the jsonb column that holds what lists show of it,
    None where there is none."""

    column: str
    embedded: str | None


@dataclass(frozen=True)
class EmbeddedList:
    """A jsonb array that the projector wrote: of plain objects, or of rows of another table by `id`."""

    column: str


@dataclass(frozen=True)
class ToMany:
    """A list of another table's rows: `by` pairs its column with ours; first `limit` of the order."""

    by: Mapping[str, str]
    order: str
    limit: int


@dataclass(frozen=True)
class OrderKey:
    column: str
    sql_type: str


@dataclass(frozen=True)
class Filter:
    """`openly`: what must hold beside `condition` for a viewer who takes no part in the row, where the
    condition looks at what only participants may see; a filter would tell it as well as a field does.
    """

    argument: Argument
    condition: str
    openly: str | None = None


@dataclass(frozen=True)
class Connection:
    """A Relay connection. Order keys go one way; the last one is unique. `by` as in ToMany.

    `among`: which rows, of all that the viewer may see; None: those that lists show. In it, `{account}` is
    the account that asks. `reads`: other projections whose tables it looks into.
    """

    name: str
    order: tuple[OrderKey, ...]
    descending: bool
    filters: tuple[Filter, ...]
    by: Mapping[str, str] = field(default_factory=dict)
    among: str | None = None
    travels: bool = False
    """Whether it can be asked as of a moment."""
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tail:
    """Rows in the order of the log: those behind a position, and then each as it comes.

    `behind`: a condition over `{row}` and `{after}`; `order` and `position`: SQL over `{row}`.
    `settled`: SQL of the position up to which they may be told; it moves with `projections`.
    `keys`: the columns that filters compare with, by argument, so that one reader of all rows knows who
    waits for which; `only`: what columns have to be, whatever the filters. `through`: the column that
    leads to the row told in place of ours; where that one isn't shown, null is told if the field may be
    null, and nothing otherwise.
    """

    source: Table
    position: str
    order: str
    behind: str
    settled: str
    projections: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[str, str] = field(default_factory=dict)
    through: str | None = None


@dataclass(frozen=True)
class TailPage:
    """One page of a tail, with the position to go on from."""

    tail: Tail


@dataclass(frozen=True)
class Subject:
    """The row that ours is about, of the type that it names: one of a union's."""

    type_column: str
    key_column: str


@dataclass(frozen=True)
class Way:
    """Arguments that together lead to one row, and the condition that finds it."""

    arguments: tuple[Argument, ...]
    condition: str


@dataclass(frozen=True)
class Item:
    """One row, by exactly one of the ways. `travels` as in Connection."""

    ways: tuple[Way, ...]
    travels: bool = False


@dataclass(frozen=True)
class NodeItem:
    """Any row that has a Relay id."""

    argument: Argument


Declaration = (
    Column
    | GlobalId
    | ToOne
    | EmbeddedList
    | ToMany
    | Connection
    | Tail
    | TailPage
    | Subject
    | Item
    | NodeItem
)
