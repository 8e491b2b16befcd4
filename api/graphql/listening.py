"""Every answer of a subscription: told once to all who asked the same, or made field by field."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from inspect import isawaitable
from typing import Any

from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationDefinitionNode, subscribe

from api.auth import Viewer
from api.graphql.arguments import position
from api.graphql.asked import Question, RequestErrors
from api.graphql.compiler.tail import TailPlan
from api.graphql.context import Context
from api.graphql.documents import Document
from api.graphql.errors import DatabaseUnavailable
from api.graphql.metrics import REASONS
from api.graphql.operations import Operations, afford, given
from api.graphql.planner import Planner
from api.graphql.results import Answer, executed, refusal, refused_because
from api.graphql.services import Services
from api.graphql.snapshot import Snapshot
from api.graphql.tails import Tails
from api.graphql.wire import StatementFailed, Unavailable
from domain.errors import DomainError, Language


class Listening:
    def __init__(
        self,
        schema: GraphQLSchema,
        operations: Operations,
        planner: Planner,
        tails: Tails,
        services: Services,
    ) -> None:
        self._schema = schema
        self._operations = operations
        self._planner = planner
        self._tails = tails
        self._services = services

    def answers(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        question: Question,
        viewer: Viewer,
        language: Language,
        resume: int | None,
    ) -> AsyncGenerator[Answer, None]:
        """Raises RequestErrors."""
        variables = self._operations.coerced(document, operation, question)
        try:
            plan = self._planner.plan(document, operation, variables, viewer.audience)
        except GraphQLError as error:
            raise RequestErrors([error]) from None

        def ordinarily(after: int | None) -> AsyncGenerator[Answer, None]:
            return self.ordinary(document, operation, question, viewer, language, after)

        if not isinstance(plan, TailPlan):
            REASONS["not_compilable"].inc()
            return ordinarily(resume)
        afford(plan.cost, viewer)
        try:
            begin = plan.begin(variables) if resume is None else position(resume)
            parameters = [binding.value(variables) for binding in plan.bindings]
            wanted = plan.wanted(variables)
        except DomainError as error:
            raise RequestErrors([refused_because(error)]) from None
        listening = self._tails.listen(plan, parameters, wanted, begin)
        return _or_else(listening, begin, ordinarily, language)

    async def ordinary(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        question: Question,
        viewer: Viewer,
        language: Language,
        resume: int | None,
    ) -> AsyncGenerator[Answer, None]:
        """Field by field."""
        snapshot = Snapshot(self._services.pool)
        context = Context(viewer, language, snapshot, self._services, resume=resume)
        try:
            measured = self._operations.measured(document, operation, question, viewer)
            source: Any = subscribe(self._schema, document.executable, **given(question, context))
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
