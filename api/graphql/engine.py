"""Answers operations: checks the document and the limits, runs it, and names the position."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, cast

import strawberry
from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    execute,
    get_variable_values,
    subscribe,
)

from api.auth import Viewer
from api.graphql.compiler.selection import Scope
from api.graphql.context import Context
from api.graphql.documents import Document, Documents
from api.graphql.errors import ReadError, TimedOut, formatted
from api.graphql.limits import Measure, measure
from api.graphql.services import Services
from api.graphql.snapshot import Snapshot
from domain.errors import DomainError, Language

PROJECTIONS = ("municipalities", "news")
SECONDS = 15.0


@dataclass(frozen=True)
class Question:
    """One GraphQL request, well-formed as JSON and otherwise unchecked."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Answer:
    """`executed`: whether there is a `data` entry. `position` None: nothing was read."""

    body: bytes
    executed: bool
    position: int | None = None

    def told_apart(self) -> bytes:
        """The body, or the bare list of errors where nothing was executed."""
        return self.body if self.executed else self.body[len(b'{"errors":') : -1]


class MutationByGet(Exception):
    pass


class RequestErrors(Exception):
    """The operation isn't executed at all."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(*errors)
        self.errors = errors


class Engine:
    def __init__(
        self, schema: strawberry.Schema, services: Services, introspection: bool = True
    ) -> None:
        self._schema: GraphQLSchema = schema._schema  # noqa: SLF001  graphql-core's, for its own executor
        self._services = services
        self.documents = Documents(self._schema, introspection)

    async def answer(
        self, question: Question, viewer: Viewer, language: Language, *, safe: bool = False
    ) -> Answer:
        """`safe`: by GET, which may only ask; raises MutationByGet."""
        document = self.documents.get(question.query)
        if document.errors:
            return _refusal(document.errors, language)
        operation = document.operation(question.operation_name)
        if operation is None:
            return _refusal(
                [GraphQLError("Must provide the name of one of the document's operations.")],
                language,
            )
        if safe and operation.operation is not OperationType.QUERY:
            raise MutationByGet
        if operation.operation is OperationType.SUBSCRIPTION:
            return _refusal(
                [GraphQLError("Subscriptions are answered over websocket or SSE.")], language
            )
        return await self._ordinary(document, operation, question, viewer, language)

    async def stream(
        self,
        question: Question,
        viewer: Viewer,
        language: Language,
        *,
        safe: bool = False,
        errors_apart: bool = False,
    ) -> AsyncGenerator[bytes, None]:
        """One result of a query or mutation, every result of a subscription.

        `errors_apart`: a request error is told as a bare list of errors. Raises MutationByGet.
        """
        document = self.documents.get(question.query)
        operation = document.operation(question.operation_name)
        if (
            operation is not None
            and operation.operation is OperationType.SUBSCRIPTION
            and not document.errors
        ):
            return self._subscribed(document, operation, question, viewer, language, errors_apart)
        answer = await self.answer(question, viewer, language, safe=safe)
        return _single(answer.told_apart() if errors_apart else answer.body)

    async def _subscribed(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        question: Question,
        viewer: Viewer,
        language: Language,
        errors_apart: bool,
    ) -> AsyncGenerator[bytes, None]:
        snapshot = Snapshot(self._services.pool, PROJECTIONS)
        context = Context(viewer, language, snapshot, self._services)
        try:
            measured = self._measured(document, operation, question)
            source: Any = subscribe(
                self._schema,
                cast("Any", document.ast),
                context_value=context,
                variable_values=dict(question.variables or {}),
                operation_name=question.operation_name or None,
            )
            results = await source if isawaitable(source) else source
            if isinstance(results, ExecutionResult):
                raise RequestErrors(results.errors or [])
            async with aclosing(results):
                async for result in results:
                    yield _answer(result, language, measured.cost, await snapshot.position()).body
                    await snapshot.close()
        except RequestErrors as refused:
            refusal = _refusal(refused.errors, language)
            yield refusal.told_apart() if errors_apart else refusal.body
        except DomainError as error:
            # Raised by the source itself: a subscription's argument, or a reader that is too slow.
            refusal = _refusal([_unexpected(error)], language)
            yield refusal.told_apart() if errors_apart else refusal.body
        finally:
            await snapshot.close()

    def _measured(
        self, document: Document, operation: OperationDefinitionNode, question: Question
    ) -> Measure:
        """Raises RequestErrors."""
        variables = get_variable_values(
            self._schema,
            operation.variable_definitions or (),
            dict(question.variables or {}),
            max_errors=20,
        )
        if isinstance(variables, list):
            raise RequestErrors(variables)
        try:
            return measure(Scope(self._schema, document.fragments, variables.coerced), operation)
        except GraphQLError as error:
            raise RequestErrors([error]) from None

    async def _ordinary(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        question: Question,
        viewer: Viewer,
        language: Language,
    ) -> Answer:
        try:
            measured = self._measured(document, operation, question)
        except RequestErrors as refused:
            return _refusal(refused.errors, language)
        snapshot = Snapshot(self._services.pool, PROJECTIONS)
        context = Context(viewer, language, snapshot, self._services)
        try:
            async with asyncio.timeout(SECONDS):
                result = await self._execute(document, question, context)
                return _answer(result, language, measured.cost, await snapshot.position())
        except TimeoutError:
            return _refusal([_unexpected(TimedOut())], language)
        except ReadError as error:
            return _refusal([_unexpected(error)], language)
        finally:
            await snapshot.close()

    async def _execute(
        self, document: Document, question: Question, context: Context
    ) -> ExecutionResult:
        result = execute(
            self._schema,
            cast("Any", document.ast),
            context_value=context,
            variable_values=dict(question.variables or {}),
            operation_name=question.operation_name or None,
        )
        return await result if isawaitable(result) else result


async def _single(result: bytes) -> AsyncGenerator[bytes, None]:
    yield result


def extensions(cost: int, position: int) -> dict[str, int]:
    return {"cost": cost, "position": position}


def _answer(result: ExecutionResult, language: Language, cost: int, position: int) -> Answer:
    body: dict[str, Any] = {}
    if result.errors:
        body["errors"] = [formatted(error, language) for error in result.errors]
    body["data"] = result.data
    body["extensions"] = extensions(cost, position)
    return Answer(encoded(body), True, position)


def _refusal(errors: list[GraphQLError], language: Language) -> Answer:
    return Answer(encoded({"errors": [formatted(error, language) for error in errors]}), False)


def _unexpected(cause: Exception) -> GraphQLError:
    return GraphQLError(str(cause), original_error=cause)


def encoded(body: Any) -> bytes:
    """Byte for byte as PostgreSQL writes the compiled answers."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
