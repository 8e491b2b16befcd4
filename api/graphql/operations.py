"""From a question to its operation: which one of the document's, with which variables, at what cost."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode

from api.auth import Viewer
from api.graphql.asked import Question, RequestErrors
from api.graphql.compiler.selection import Scope
from api.graphql.context import Context
from api.graphql.documents import Document, Documents
from api.graphql.limits import Measure, check_cost, measure
from api.graphql.trusted import Options
from api.graphql.variables import Coercion


class Operations:
    """Each method raises RequestErrors."""

    def __init__(self, schema: GraphQLSchema, options: Options) -> None:
        self._schema = schema
        self.documents = Documents(schema, options)

    def named(self, question: Question) -> tuple[Document, OperationDefinitionNode]:
        document = self.documents.get(question.query)
        if document.errors:
            raise RequestErrors(document.errors)
        operation = document.operation(question.operation_name)
        if operation is None:
            raise RequestErrors([GraphQLError("Name one of the document's operations.")])
        return document, operation

    def coerced(
        self, document: Document, operation: OperationDefinitionNode, question: Question
    ) -> Mapping[str, Any]:
        """Raises MalformedVariables, too."""
        told = question.told()
        if not operation.variable_definitions:
            return {}
        variables = self._coercion(document, operation).coerced(told)
        if isinstance(variables, list):
            raise RequestErrors(variables)
        return variables

    def measured(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        question: Question,
        viewer: Viewer,
    ) -> Measure:
        """Of one that the viewer can afford."""
        variables = self.coerced(document, operation, question)
        try:
            found = measure(Scope(self._schema, document.fragments, variables), operation)
        except GraphQLError as error:
            raise RequestErrors([error]) from None
        afford(found.cost, viewer)
        return found

    def _coercion(self, document: Document, operation: OperationDefinitionNode) -> Coercion:
        """Made once an operation."""
        key = operation.name.value if operation.name else None
        found = document.coercions.get(key)
        if found is None:
            found = Coercion(self._schema, operation.variable_definitions)
            document.coercions[key] = found
        return found


def afford(cost: int, viewer: Viewer) -> None:
    """Raises RequestErrors."""
    try:
        check_cost(cost, viewer.cost)
    except GraphQLError as error:
        raise RequestErrors([error]) from None


def given(question: Question, context: Context) -> dict[str, Any]:
    """What graphql-core's executor is given beside the schema and the document."""
    return {
        "context_value": context,
        "variable_values": question.told(),
        "operation_name": question.operation_name or None,
    }
