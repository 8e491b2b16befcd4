"""How much one operation may ask for, known before it runs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

from api.auth.viewer import PORTAL_COST
from api.graphql import moments
from api.graphql.compiler.selection import Scope
from api.graphql.conditions import LARGEST_PAGE, PAGE
from api.graphql.declared import PROJECTIONS, declaration_of, shown_embedded, table_behind
from api.graphql.vocabulary import (
    Connection,
    Declaration,
    EmbeddedList,
    Tail,
    TailPage,
    ToMany,
)

DOCUMENT_CHARACTERS = 20_000
DOCUMENT_TOKENS = 2_000
REPETITIONS = 20
DEPTH = 15
FIELDS = 500

# How long lists are taken to be where the question doesn't say.
EMBEDDED_ENTRIES = 5
RELATED_ROWS = 10
COUNTING = 10


@dataclass
class Measure:
    """`cost`: objects that the answer may hold, and ten for each list that is counted."""

    depth: int = 0
    fields: int = 0
    cost: int = 0
    projections: set[str] = field(default_factory=set)
    """Whose tables the operation may read; all where it reads none."""


def measure(scope: Scope, operation: OperationDefinitionNode) -> Measure:
    """Raises GraphQLError when a limit is passed that holds for all; `check_cost` tells of the viewer's.

    Introspection is measured in fields only.
    """
    root = scope.schema.get_root_type(operation.operation)
    found = Measure()
    if root is not None:
        found.cost = _Walk(scope, found).sets(root, [operation.selection_set], 1)
    found.projections = found.projections or set(PROJECTIONS)
    check_cost(found.cost, PORTAL_COST)
    return found


def check_cost(cost: int, allowed: int) -> None:
    """Raises GraphQLError."""
    if cost > allowed:
        raise _refused("cost_limit", f"The operation costs {cost}, at most {allowed} is allowed.")


class _Walk:
    def __init__(self, scope: Scope, found: Measure) -> None:
        self._scope, self._found = scope, found
        self._travelling = False

    def sets(
        self, object_type: GraphQLObjectType, sets: Sequence[SelectionSetNode], depth: int
    ) -> int:
        self._found.depth = max(self._found.depth, depth)
        if depth > DEPTH:
            raise _refused("depth_limit", f"The operation is deeper than {DEPTH} levels.")
        return sum(
            self._field(object_type, each.nodes, depth)
            for each in self._scope.fields(object_type, sets)
        )

    def _field(self, object_type: GraphQLObjectType, nodes: Sequence[FieldNode], depth: int) -> int:
        self._found.fields += 1
        if self._found.fields > FIELDS:
            raise _refused("breadth_limit", f"The operation selects more than {FIELDS} fields.")
        name = nodes[0].name.value
        if name.startswith("__"):
            return 0
        told = object_type.fields[name]
        inner = get_named_type(told.type)
        if not is_composite_type(inner):
            return COUNTING if name == "totalCount" else 0
        before, self._travelling = self._travelling, self._travelling or _travels(nodes[0])
        self._note_tables(told, inner, nodes)
        followed = declaration_of(told)
        if isinstance(followed, Tail | TailPage):
            tail = followed if isinstance(followed, Tail) else followed.tail
            self._found.projections.update(tail.projections)
        sets = [node.selection_set for node in nodes if node.selection_set]
        each = 1 + max(self.sets(possible, sets, depth + 1) for possible in self._possible(inner))
        self._travelling = before
        return self._entries(declaration_of(told), nodes[0]) * each

    def _note_tables(self, told: GraphQLField, inner: Any, nodes: Sequence[FieldNode]) -> None:
        for possible in self._possible(inner):
            table = table_behind(possible)
            if table is None or self._embedded(told, possible, nodes):
                continue
            self._found.projections.add(table.projection)
            if self._travelling and moments.past_of(table.projection) in moments.PASTS:
                self._found.projections.add(moments.past_of(table.projection))
        declaration = declaration_of(told)
        if isinstance(declaration, Connection):
            self._found.projections.update(declaration.reads)

    def _embedded(
        self, told: GraphQLField, target: GraphQLObjectType, nodes: Sequence[FieldNode]
    ) -> bool:
        return shown_embedded(declaration_of(told), target, self._scope.inside(target, nodes))

    def _possible(self, inner: Any) -> Sequence[GraphQLObjectType]:
        return self._scope.schema.get_possible_types(inner) if is_abstract_type(inner) else [inner]

    def _entries(self, declaration: Declaration | None, node: FieldNode) -> int:
        if isinstance(declaration, Connection | TailPage):
            return max(1, self._page(node))
        if isinstance(declaration, ToMany):
            return RELATED_ROWS
        return EMBEDDED_ENTRIES if isinstance(declaration, EmbeddedList) else 1

    def _page(self, node: FieldNode) -> int:
        """Out-of-range sizes are refused when they are used; here they count as the largest."""
        told = [self._size(a) for a in node.arguments or () if a.name.value in ("first", "last")]
        sizes = [size for size in told if size is not None]
        return min(max(0, *sizes), LARGEST_PAGE) if sizes else PAGE

    def _size(self, argument: ArgumentNode) -> int | None:
        if isinstance(argument.value, VariableNode):
            found: int | None = self._scope.variables.get(argument.value.name.value)
            return found
        return int(argument.value.value) if isinstance(argument.value, IntValueNode) else None


def _travels(node: FieldNode) -> bool:
    names = {argument.name.value for argument in node.arguments or ()}
    return any(argument.name in names for argument in moments.ARGUMENTS)


def _refused(code: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})
