"""What an operation selects: fields of an object type, merged by response key, fragments opened."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
)


@dataclass(frozen=True)
class Field:
    """Field nodes under one response key; validation made sure that they agree."""

    key: str
    nodes: tuple[FieldNode, ...]

    @property
    def name(self) -> str:
        return self.nodes[0].name.value


@dataclass(frozen=True)
class Scope:
    """What selections are read against: the schema, the document's fragments, coerced variables."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]

    @classmethod
    def of_info(cls, info: GraphQLResolveInfo[Any]) -> "Scope":
        variables: Any = info.variable_values
        return cls(info.schema, info.fragments, getattr(variables, "coerced", variables))

    def fields(
        self, object_type: GraphQLObjectType, sets: Sequence[SelectionSetNode]
    ) -> list[Field]:
        """In the order of their first appearance, as graphql-core answers them."""
        found: dict[str, list[FieldNode]] = {}
        visited: set[str] = set()
        for selection_set in sets:
            for node in self._walk(object_type, selection_set, visited):
                found.setdefault(node.alias.value if node.alias else node.name.value, []).append(
                    node
                )
        return [Field(key, tuple(nodes)) for key, nodes in found.items()]

    def inside(
        self, object_type: GraphQLObjectType, field_nodes: Sequence[FieldNode]
    ) -> list[Field]:
        return self.fields(object_type, [n.selection_set for n in field_nodes if n.selection_set])

    def _walk(
        self, object_type: GraphQLObjectType, selection_set: SelectionSetNode, visited: set[str]
    ) -> Iterator[FieldNode]:
        for node in selection_set.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                if condition is None or self._applies(condition.name.value, object_type):
                    yield from self._walk(object_type, node.selection_set, visited)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in visited:
                visited.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, object_type):
                    yield from self._walk(object_type, fragment.selection_set, visited)

    def _included(self, node: Any) -> bool:
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include"):
                value = directive.arguments[0].value
                told = (
                    self.variables[value.name.value]
                    if isinstance(value, VariableNode)
                    else value.value
                )
                if told is (directive.name.value == "skip"):
                    return False
        return True

    def _applies(self, condition: str, object_type: GraphQLObjectType) -> bool:
        if condition == object_type.name:
            return True
        type_ = self.schema.get_type(condition)
        return is_abstract_type(type_) and self.schema.is_sub_type(type_, object_type)
