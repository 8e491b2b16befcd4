"""Arguments of a field: what the document or its variables give."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLField, Undefined, VariableNode, value_from_ast


@dataclass(frozen=True)
class Given:
    """An argument that isn't null: `variable` names its source, None where the document says it."""

    variable: str | None
    value: Any


def given(field: GraphQLField, node: FieldNode, variables: Mapping[str, Any]) -> dict[str, Given]:
    """By name. Null and absent are the same here, as they are to every resolver."""
    nodes = {argument.name.value: argument.value for argument in node.arguments or ()}
    found: dict[str, Given] = {}
    for name, argument in field.args.items():
        value_node = nodes.get(name)
        if isinstance(value_node, VariableNode) and value_node.name.value in variables:
            told = Given(value_node.name.value, variables[value_node.name.value])
        elif value_node is None or isinstance(value_node, VariableNode):
            told = Given(
                None, None if argument.default_value is Undefined else argument.default_value
            )
        else:
            told = Given(None, value_from_ast(value_node, argument.type))
        if told.value is not None:
            found[name] = told
    return found
