"""Answers operations: checks the document and the limits, runs it, and names the position."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Hashable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any
from uuid import UUID

import msgspec
import strawberry
from graphql import (
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    execute,
    subscribe,
)

from api.auth import Viewer
from api.graphql.answers import Answers, Finished, etag
from api.graphql.arguments import position
from api.graphql.compiler.plan import Plan
from api.graphql.compiler.selection import Scope
from api.graphql.compiler.tail import TailPlan
from api.graphql.context import Context
from api.graphql.declared import PROJECTIONS
from api.graphql.documents import Document, Documents
from api.graphql.errors import DatabaseUnavailable, PositionNotReached, ReadError, TimedOut
from api.graphql.limits import Measure, check_cost, measure
from api.graphql.metrics import PATHS, REASONS
from api.graphql.moments import PASTS
from api.graphql.planner import Planner
from api.graphql.positions import Positions
from api.graphql.results import Answer, executed, refusal, refused_because
from api.graphql.services import Services
from api.graphql.snapshot import Snapshot
from api.graphql.tails import Tails
from api.graphql.trusted import Options
from api.graphql.variables import Coercion
from api.graphql.visibility import Audience
from api.graphql.wire import StatementFailed, StatementTimedOut, Unavailable, Wire
from domain.errors import DomainError, Language

SECONDS = 15.0
PREPARED = 2_000
LONGEST_PREPARED = 4_096


@dataclass(slots=True)
class Question:
    """One GraphQL request, well-formed as JSON. `variables`: an object in JSON, or nothing.

    `at_least`: the position that the answer has to reflect.
    """

    query: str
    operation_name: str | None = None
    variables: bytes = b""
    at_least: int | None = None

    def told(self) -> dict[str, Any]:
        """Raises MalformedVariables."""
        try:
            return _decode_variables(self.variables or b"null") or {}
        except (msgspec.DecodeError, RecursionError) as error:
            raise MalformedVariables(str(error)) from None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question of which everything is known but the answer."""

    plan: Plan
    parameters: tuple[bytes, ...]


class NotPrepared(Exception):
    """For the ordinary executor. `reason`: None where it always was."""

    def __init__(self, reason: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason


class MutationByGet(Exception):
    pass


class MalformedVariables(Exception):
    """They are no JSON object."""


class RequestErrors(Exception):
    """The operation isn't executed at all."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(*errors)
        self.errors = errors


_decode_variables = msgspec.json.Decoder(dict[str, Any] | None).decode


class Engine:
    def __init__(
        self,
        schema: strawberry.Schema,
        services: Services,
        wire: Wire,
        tails: Tails,
        options: Options,
    ) -> None:
        self._schema = schema._schema  # noqa: SLF001  graphql-core's, for its own executor
        self._services = services
        self._tails = tails
        self._planner = Planner(self._schema)
        self._answers = Answers(
            wire, Positions(wire, PROJECTIONS), Positions(wire, (*PROJECTIONS, *PASTS))
        )
        self._prepared: OrderedDict[Hashable, Prepared] = OrderedDict()
        self.documents = Documents(self._schema, options)

    async def answer(
        self,
        question: Question,
        viewer: Viewer,
        language: Language,
        *,
        safe: bool = False,
        failed: BaseException | None = None,
    ) -> Answer:
        """`safe`: by GET, which may only ask; raises MutationByGet.

        `failed`: what a statement that was begun already failed with.
        """
        try:
            prepared = self._prepared_or_counted(question, viewer.audience)
            if prepared is not None:
                _check_cost(prepared.plan.cost, viewer)
            if question.at_least is not None:
                await self._reach(
                    question.at_least, prepared.plan.projections if prepared else PROJECTIONS
                )
            if prepared is not None:
                answer = await self._compiled(prepared, viewer.actor.account, failed)
                if answer is not None:
                    return answer
            return await self.ordinary(question, viewer, language, safe=safe)
        except RequestErrors as refused:
            PATHS["refused"].inc()
            return refusal(refused.errors, language)

    def begin(self, question: Question, viewer: Viewer) -> "asyncio.Future[Finished] | None":
        """An answer that is only a statement away, begun; its future may raise what `Answers.get` does.

        None: `answer` is needed. Raises RequestErrors, MalformedVariables.
        """
        if question.at_least is not None:
            return None
        try:
            prepared = self._prepare(question, viewer.audience)
            _check_cost(prepared.plan.cost, viewer)
            parameters = prepared.plan.asked_by(viewer.actor.account, prepared.parameters)
            return self._answers.begin(prepared.plan, parameters)
        except (NotPrepared, Unavailable):
            return None

    async def ordinary(
        self, question: Question, viewer: Viewer, language: Language, *, safe: bool = False
    ) -> Answer:
        """Field by field; raises RequestErrors, MutationByGet."""
        document, operation = self._operation(question)
        if operation.operation is OperationType.SUBSCRIPTION:
            raise RequestErrors([GraphQLError("Subscriptions are answered over websocket or SSE.")])
        if safe and operation.operation is not OperationType.QUERY:
            raise MutationByGet
        PATHS["ordinary"].inc()
        measured = self._measured(document, operation, question)
        _check_cost(measured.cost, viewer)
        snapshot = Snapshot(self._services.pool)
        context = Context(viewer, language, snapshot, self._services)
        try:
            async with asyncio.timeout(SECONDS):
                result = await self._execute(document, question, context)
                reached = await snapshot.position(measured.projections)
                return executed(result, language, measured.cost, reached)
        except TimeoutError:
            raise RequestErrors([refused_because(TimedOut())]) from None
        except ReadError as error:
            raise RequestErrors([refused_because(error)]) from error
        finally:
            await snapshot.close()

    async def stream(
        self,
        question: Question,
        viewer: Viewer,
        language: Language,
        *,
        safe: bool = False,
        resume: int | None = None,
    ) -> AsyncGenerator[Answer, None]:
        """One answer to a query or mutation, every answer of a subscription; raises MutationByGet.

        `resume`: the position that a subscription goes on from, whatever its arguments say.
        """
        try:
            document, operation = self._operation(question)
            if operation.operation is OperationType.SUBSCRIPTION:
                if question.at_least is not None:
                    await self._reach(question.at_least, PROJECTIONS)
                return self._listened(document, operation, question, viewer, language, resume)
        except RequestErrors as refused:
            return _single(refusal(refused.errors, language))
        return _single(await self.answer(question, viewer, language, safe=safe))

    def _listened(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        question: Question,
        viewer: Viewer,
        language: Language,
        resume: int | None,
    ) -> AsyncGenerator[Answer, None]:
        """Raises RequestErrors."""
        variables = self._coerced(document, operation, question)
        try:
            plan = self._planner.plan(document, operation, variables, viewer.audience)
        except GraphQLError as error:
            raise RequestErrors([error]) from None

        def ordinarily(after: int | None) -> AsyncGenerator[Answer, None]:
            return self._subscribed(document, operation, question, viewer, language, after)

        if not isinstance(plan, TailPlan):
            REASONS["not_compilable"].inc()
            return ordinarily(resume)
        _check_cost(plan.cost, viewer)
        try:
            begin = plan.begin(variables) if resume is None else position(resume)
            parameters = [binding.value(variables) for binding in plan.bindings]
            wanted = plan.wanted(variables)
        except DomainError as error:
            raise RequestErrors([refused_because(error)]) from None
        listening = self._tails.listen(plan, parameters, wanted, begin)
        return _or_else(listening, begin, ordinarily, language)

    def _prepared_or_counted(self, question: Question, audience: Audience) -> Prepared | None:
        try:
            return self._prepare(question, audience)
        except NotPrepared as why:
            if why.reason:
                REASONS[why.reason].inc()
            return None

    def _prepare(self, question: Question, audience: Audience) -> Prepared:
        """Raises NotPrepared, RequestErrors."""
        key = (question.query, question.operation_name, question.variables, audience)
        found = self._prepared.get(key)
        if found is not None:
            return found
        document, operation = self._operation(question)
        if operation.operation is not OperationType.QUERY:
            raise NotPrepared
        variables = self._coerced(document, operation, question)
        try:
            plan = self._planner.plan(document, operation, variables, audience)
        except GraphQLError as error:
            raise RequestErrors([error]) from None
        if not isinstance(plan, Plan):
            raise NotPrepared("not_compilable")
        try:
            found = Prepared(plan, tuple(plan.parameters(variables)))
        except DomainError:
            raise NotPrepared("bad_argument") from None
        self._keep(key, found, len(question.query) + len(question.variables))
        return found

    def _keep(self, key: Hashable, prepared: Prepared, size: int) -> None:
        if size <= LONGEST_PREPARED:
            self._prepared[key] = prepared
            if len(self._prepared) > PREPARED:
                self._prepared.popitem(last=False)

    async def _compiled(
        self,
        prepared: Prepared,
        account: UUID | None = None,
        failed: BaseException | None = None,
    ) -> Answer | None:
        """None: the statement could not answer; the ordinary executor says why."""
        plan = prepared.plan
        parameters = plan.asked_by(account, prepared.parameters)
        try:
            if failed is not None:
                raise failed
            found = await self._answers.get(plan, parameters)
        except StatementTimedOut:
            raise RequestErrors([refused_because(TimedOut())]) from None
        except StatementFailed:
            REASONS["statement_failed"].inc()
            return None
        except Unavailable:
            REASONS["unavailable"].inc()
            return None
        return Answer(
            found.body,
            True,
            found.position,
            lambda: etag(plan, parameters, found.state),
            plan.cost,
        )

    async def _reach(self, position: int, projections: tuple[str, ...]) -> None:
        if not await self._services.caught_up(position, projections):
            raise RequestErrors([refused_because(PositionNotReached(position=position))])

    def _operation(self, question: Question) -> tuple[Document, OperationDefinitionNode]:
        document = self.documents.get(question.query)
        if document.errors:
            raise RequestErrors(document.errors)
        operation = document.operation(question.operation_name)
        if operation is None:
            raise RequestErrors([GraphQLError("Name one of the document's operations.")])
        return document, operation

    def _coerced(
        self, document: Document, operation: OperationDefinitionNode, question: Question
    ) -> Mapping[str, Any]:
        told = question.told()
        if not operation.variable_definitions:
            return {}
        variables = self._coercion(document, operation).coerced(told)
        if isinstance(variables, list):
            raise RequestErrors(variables)
        return variables

    def _coercion(self, document: Document, operation: OperationDefinitionNode) -> Coercion:
        """Made once an operation."""
        key = operation.name.value if operation.name else None
        found = document.coercions.get(key)
        if found is None:
            found = Coercion(self._schema, operation.variable_definitions)
            document.coercions[key] = found
        return found

    def _measured(
        self, document: Document, operation: OperationDefinitionNode, question: Question
    ) -> Measure:
        variables = self._coerced(document, operation, question)
        try:
            return measure(Scope(self._schema, document.fragments, variables), operation)
        except GraphQLError as error:
            raise RequestErrors([error]) from None

    async def _execute(
        self, document: Document, question: Question, context: Context
    ) -> ExecutionResult:
        result = execute(self._schema, document.executable, **_told(question, context))
        return await result if isawaitable(result) else result

    async def _subscribed(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        question: Question,
        viewer: Viewer,
        language: Language,
        resume: int | None,
    ) -> AsyncGenerator[Answer, None]:
        snapshot = Snapshot(self._services.pool)
        context = Context(viewer, language, snapshot, self._services, resume=resume)
        try:
            measured = self._measured(document, operation, question)
            _check_cost(measured.cost, viewer)
            source: Any = subscribe(self._schema, document.executable, **_told(question, context))
            results = await source if isawaitable(source) else source
            if isinstance(results, ExecutionResult):
                raise RequestErrors(results.errors or [])
            async with aclosing(results):
                async for result in results:
                    answer = executed(result, language, measured.cost, context.position or 0)
                    answer.followed = True
                    yield answer
                    await snapshot.close()
        except RequestErrors as refused:
            yield refusal(refused.errors, language)
        except DomainError as error:
            # Raised by the source itself: a subscription's argument, or a reader that is too slow.
            yield refusal([refused_because(error)], language)
        finally:
            await snapshot.close()


async def _or_else(
    listening: AsyncGenerator[Answer, None],
    begin: int | None,
    ordinarily: Callable[[int | None], AsyncGenerator[Answer, None]],
    language: Language,
) -> AsyncGenerator[Answer, None]:
    """Where a statement fails, the ordinary executor goes on, and says what is wrong."""
    reached = begin
    try:
        async with aclosing(listening):
            async for answer in listening:
                yield answer
                reached = answer.position
        return
    except StatementFailed:
        REASONS["statement_failed"].inc()
    except Unavailable:
        yield refusal([refused_because(DatabaseUnavailable())], language)
        return
    except DomainError as error:
        yield refusal([refused_because(error)], language)
        return
    async with aclosing(ordinarily(reached)) as others:
        async for answer in others:
            yield answer


async def _single(answer: Answer) -> AsyncGenerator[Answer, None]:
    yield answer


def _check_cost(cost: int, viewer: Viewer) -> None:
    """Raises RequestErrors."""
    try:
        check_cost(cost, viewer.cost)
    except GraphQLError as error:
        raise RequestErrors([error]) from None


def _told(question: Question, context: Context) -> dict[str, Any]:
    return {
        "context_value": context,
        "variable_values": question.told(),
        "operation_name": question.operation_name or None,
    }
