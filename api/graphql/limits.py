"""How much one operation may ask for, known before it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

from api.graphql.compiler.selection import Scope
from api.graphql.conditions import LARGEST_PAGE, PAGE
from api.graphql.vocabulary import (
    DECLARATION,
    Connection,
    Declaration,
    EmbeddedList,
    ToMany,
)

DOCUMENT_CHARACTERS = 20_000
DOCUMENT_TOKENS = 2_000
DEPTH = 15
FIELDS = 500
COST = 5_000

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


def measure(scope: Scope, operation: OperationDefinitionNode) -> Measure:
    """Raises GraphQLError when a limit is passed; introspection is measured in fields only."""
    root = scope.schema.get_root_type(operation.operation)
    found = Measure()
    if root is not None:
        found.cost = _Walk(scope, found).sets(root, [operation.selection_set], 1)
    if found.cost > COST:
        raise _refused(
            "cost_limit", f"The operation costs {found.cost}, at most {COST} is allowed."
        )
    return found


class _Walk:
    def __init__(self, scope: Scope, found: Measure) -> None:
        self._scope, self._found = scope, found

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
        field = object_type.fields[name]
        inner = get_named_type(field.type)
        if not is_composite_type(inner):
            return COUNTING if name == "totalCount" else 0
        sets = [node.selection_set for node in nodes if node.selection_set]
        each = 1 + max(self.sets(possible, sets, depth + 1) for possible in self._possible(inner))
        return self._entries(declaration_of(field), nodes[0]) * each

    def _possible(self, inner: Any) -> Sequence[GraphQLObjectType]:
        return self._scope.schema.get_possible_types(inner) if is_abstract_type(inner) else [inner]

    def _entries(self, declaration: Declaration | None, node: FieldNode) -> int:
        if isinstance(declaration, Connection):
            return max(1, self._first(node))
        if isinstance(declaration, ToMany):
            return RELATED_ROWS
        return EMBEDDED_ENTRIES if isinstance(declaration, EmbeddedList) else 1

    def _first(self, node: FieldNode) -> int:
        """Out-of-range sizes are refused when they are used; here they count as the largest."""
        argument = next((a for a in node.arguments or () if a.name.value == "first"), None)
        value: Any = PAGE
        if argument is not None and isinstance(argument.value, VariableNode):
            value = self._scope.variables.get(argument.value.name.value, PAGE)
        elif argument is not None and isinstance(argument.value, IntValueNode):
            value = int(argument.value.value)
        return PAGE if value is None else min(max(value, 0), LARGEST_PAGE)


def declaration_of(field: Any) -> Declaration | None:
    """Of a GraphQL field, by the strawberry field behind it."""
    definition = field.extensions.get("strawberry-definition")
    return definition.metadata.get(DECLARATION) if definition is not None else None


def _refused(code: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})
