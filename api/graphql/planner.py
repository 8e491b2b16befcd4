"""Plans, made once for everything that they depend on."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    visit,
)

from api.graphql.compiler.plan import Plan
from api.graphql.compiler.rows import NotCompilable
from api.graphql.compiler.selection import Scope
from api.graphql.compiler.statement import compiled, compiled_subscription
from api.graphql.compiler.tail import TailPlan
from api.graphql.documents import Document
from api.graphql.limits import measure
from api.graphql.visibility import Audience

KEPT = 2_000


class Planner:
    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._plans: OrderedDict[Hashable, Plan | TailPlan | None] = OrderedDict()

    def plan(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        audience: Audience,
    ) -> Plan | TailPlan | None:
        """None: not compilable, for these variables. Raises GraphQLError when a limit is passed."""
        key = (
            document.sha256,
            operation.loc and operation.loc.start,
            audience,
            shape(document, operation, variables),
        )
        if key in self._plans:
            self._plans.move_to_end(key)
            return self._plans[key]
        found = self._plans[key] = self._make(document, operation, variables, audience)
        if len(self._plans) > KEPT:
            self._plans.popitem(last=False)
        return found

    def _make(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        audience: Audience,
    ) -> Plan | TailPlan | None:
        scope = Scope(self._schema, document.fragments, variables)
        measured = measure(scope, operation)
        try:
            if operation.operation is OperationType.SUBSCRIPTION:
                return compiled_subscription(scope, operation, audience, measured)
            return compiled(scope, operation, audience, measured)
        except NotCompilable:
            return None


def shape(
    document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> Hashable:
    """What of the variables a plan depends on: the values that directives and page sizes take, and
    otherwise whether there is one. A variable has one type, so that `1` and `true` never meet."""
    decisive = _decisive(document)
    return tuple(
        (variables.get(name, _ABSENT) if name in decisive else variables.get(name) is not None)
        for name in (
            definition.variable.name.value for definition in operation.variable_definitions or ()
        )
    )


_ABSENT = "absent"


def _decisive(document: Document) -> frozenset[str]:
    if document.decisive is None:
        finder = _Finder()
        if document.ast is not None:
            visit(document.ast, finder)
        document.decisive = frozenset(finder.found)
    return document.decisive


class _Finder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_argument(
        self, node: ArgumentNode, _key: Any, _parent: Any, _path: Any, ancestors: list[Any]
    ) -> None:
        if isinstance(node.value, VariableNode) and (
            node.name.value in ("first", "last") or _in_directive(ancestors)
        ):
            self.found.add(node.value.name.value)


def _in_directive(ancestors: list[Node | list[Node]]) -> bool:
    return any(isinstance(ancestor, DirectiveNode) for ancestor in ancestors)
