"""Strawberry fields made of declarations: what a feature's module uses to declare its types."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from strawberry import UNSET
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from api.graphql import moments, ordinary, ordinary_tails  # noqa: F401  each registers its resolvers
from api.graphql.conditions import LARGEST_PAGE, PAGE
from api.graphql.records import must_table
from api.graphql.scalars import Position
from api.graphql.vocabulary import (
    DECLARATION,
    Argument,
    Column,
    Connection,
    Declaration,
    EmbeddedList,
    Filter,
    GlobalId,
    Item,
    NodeItem,
    OrderKey,
    Subject,
    Table,
    Tail,
    TailPage,
    ToMany,
    ToOne,
    Way,
)

T = TypeVar("T", bound=type)

_FIRST = (
    f"How many from the beginning, at most {LARGEST_PAGE}; {PAGE} where `last` isn't said either."
)
_LAST = f"How many from the end, at most {LARGEST_PAGE}, in the same order; with `first`: of those."


class DeclaredField(StrawberryField):
    """Resolved by the ordinary executor from its declaration, or compiled."""

    @property
    def is_basic_field(self) -> bool:
        return False

    @property
    def is_async(self) -> bool:
        return not isinstance(self.declaration, Column | GlobalId)

    @property
    def declaration(self) -> Declaration:
        declaration: Declaration = self.metadata[DECLARATION]
        return declaration

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: Any) -> Any:  # noqa: ARG002
        return ordinary.resolve(self.declaration, source, info, kwargs)


def reads(table: Table) -> Callable[[T], T]:
    """Says which table's rows a type stands on."""

    def mark(cls: T) -> T:
        cls.__table__ = table  # type: ignore[attr-defined]
        return cls

    return mark


def table(cls: type) -> Table:
    return must_table(cls)


def column(
    sql: str,
    description: str,
    *,
    key: str | None = None,
    plain: bool = False,
    written: str | None = None,
) -> Any:
    """`sql`: a column's name, or an expression over `{row}`. `key`: its name where it is embedded.
    `plain`: never NULL, and never with a character that JSON escapes. `written`: the column that holds
    it as JSON text."""
    found = Column(sql if "{row}" in sql else f"{{row}}.{sql}", key, plain, written)
    return _field(found, description)


def embedded(key: str, description: str) -> Any:
    """A field of an object that only ever stands in a jsonb column."""
    return _field(Column("{row}", key), description)


def record_key() -> Any:
    """Of what has no page of its own."""
    return column("{row}.id::text", "Its key, for commands about it.")


def relay_id() -> Any:
    return _field(GlobalId(), "Globally unique id; opaque. `node(id:)` finds the object again.")


def to_one(column: str, embedded: str | None, description: str) -> Any:
    return _field(ToOne(column, embedded), description)


def embedded_list(column: str, description: str) -> Any:
    return _field(EmbeddedList(column), description)


def to_many(by: Mapping[str, str], order: str, limit: int, description: str) -> Any:
    return _field(ToMany(by, order, limit), description)


def connection(
    name: str,
    description: str,
    *,
    order: Sequence[OrderKey],
    descending: bool = False,
    filters: Sequence[Filter] = (),
    by: Mapping[str, str] | None = None,
    among: str | None = None,
    travels: bool = False,
    reads: tuple[str, ...] = (),
) -> Any:
    declared = Connection(
        name, tuple(order), descending, tuple(filters), by or {}, among, travels, reads
    )
    arguments = [
        _argument("first", int | None, _FIRST),
        _argument("after", str | None, "Only what follows this cursor: an `endCursor`."),
        _argument("last", int | None, _LAST),
        _argument("before", str | None, "Only what comes before this cursor: a `startCursor`."),
        *(
            _argument(f.argument.name, f.argument.type, f.argument.description, f.argument.default)
            for f in filters
        ),
        *(_moments() if travels else ()),
    ]
    return _field(declared, description, arguments)


def tail_page(tail: Tail, description: str) -> Any:
    arguments = [
        _argument(
            "after", Position | None, "What is behind this one; from the beginning if not given."
        ),
        _argument(
            "first", int | None, f"How many, {PAGE} if not said, at most {LARGEST_PAGE}.", PAGE
        ),
        *_filtering(tail),
    ]
    return _field(TailPage(tail), description, arguments)


def tail(declared: Tail, description: str) -> Any:
    """A subscription."""
    arguments = [
        _argument(
            "after", Position | None, "First all that is behind this one; from now on if not given."
        ),
        *_filtering(declared),
    ]
    made = _field(declared, description, arguments)
    made.is_subscription = True
    return made


def subject(type_column: str, key_column: str, description: str) -> Any:
    return _field(Subject(type_column, key_column), description)


def _filtering(tail: Tail) -> list[StrawberryArgument]:
    told = (each.argument for each in tail.filters)
    return [_argument(each.name, each.type, each.description) for each in told]


def item(description: str, *ways: Way, travels: bool = False) -> Any:
    arguments = [_argument(a.name, a.type, a.description) for way in ways for a in way.arguments]
    arguments += _moments() if travels else []
    return _field(Item(ways, travels), description, arguments)


def _moments() -> list[StrawberryArgument]:
    return [_argument(a.name, a.type, a.description) for a in moments.ARGUMENTS]


def node_item(description: str, argument: Argument) -> Any:
    declared = NodeItem(argument)
    return _field(
        declared, description, [_argument(argument.name, argument.type, argument.description)]
    )


def _field(
    declaration: Declaration, description: str, arguments: Sequence[StrawberryArgument] = ()
) -> Any:
    made = DeclaredField(description=description, metadata={DECLARATION: declaration})
    made.arguments = list(arguments)
    return made


def _argument(
    name: str, annotation: Any, description: str, default: Any = UNSET
) -> StrawberryArgument:
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(annotation),
        description=description,
        default=default,
    )
