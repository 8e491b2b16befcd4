"""Answers operations: checks the document and the limits, runs it, and names the position."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Hashable
from dataclasses import dataclass
from inspect import isawaitable
from uuid import UUID

import strawberry
from graphql import ExecutionResult, GraphQLError, OperationType, execute

from api.auth import Viewer
from api.graphql.answers import Answers, Finished, etag
from api.graphql.asked import MutationByGet, Question, RequestErrors
from api.graphql.compiler.plan import Plan
from api.graphql.context import Context
from api.graphql.declared import PROJECTIONS
from api.graphql.documents import Document
from api.graphql.errors import PositionNotReached, ReadError, TimedOut
from api.graphql.listening import Listening
from api.graphql.metrics import PATHS, REASONS
from api.graphql.moments import PASTS
from api.graphql.operations import Operations, afford, given
from api.graphql.planner import Planner
from api.graphql.positions import Positions
from api.graphql.results import Answer, executed, refusal, refused_because
from api.graphql.services import Services
from api.graphql.snapshot import Snapshot
from api.graphql.tails import Tails
from api.graphql.trusted import Options
from api.graphql.visibility import Audience
from api.graphql.wire import StatementFailed, StatementTimedOut, Unavailable, Wire
from domain.errors import DomainError, Language

SECONDS = 15.0
PREPARED = 2_000
LONGEST_PREPARED = 4_096


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
        self._operations = Operations(self._schema, options)
        self._planner = Planner(self._schema)
        self._listening = Listening(self._schema, self._operations, self._planner, tails, services)
        self._answers = Answers(
            wire, Positions(wire, PROJECTIONS), Positions(wire, (*PROJECTIONS, *PASTS))
        )
        self._prepared: OrderedDict[Hashable, Prepared] = OrderedDict()

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
                afford(prepared.plan.cost, viewer)
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
            afford(prepared.plan.cost, viewer)
            parameters = prepared.plan.asked_by(viewer.actor.account, prepared.parameters)
            return self._answers.begin(prepared.plan, parameters)
        except (NotPrepared, Unavailable):
            return None

    async def ordinary(
        self, question: Question, viewer: Viewer, language: Language, *, safe: bool = False
    ) -> Answer:
        """Field by field; raises RequestErrors, MutationByGet."""
        document, operation = self._operations.named(question)
        if operation.operation is OperationType.SUBSCRIPTION:
            raise RequestErrors([GraphQLError("Subscriptions are answered over websocket or SSE.")])
        if safe and operation.operation is not OperationType.QUERY:
            raise MutationByGet
        PATHS["ordinary"].inc()
        measured = self._operations.measured(document, operation, question, viewer)
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
            document, operation = self._operations.named(question)
            if operation.operation is OperationType.SUBSCRIPTION:
                if question.at_least is not None:
                    await self._reach(question.at_least, PROJECTIONS)
                return self._listening.answers(
                    document, operation, question, viewer, language, resume
                )
        except RequestErrors as refused:
            return _single(refusal(refused.errors, language))
        return _single(await self.answer(question, viewer, language, safe=safe))

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
        document, operation = self._operations.named(question)
        if operation.operation is not OperationType.QUERY:
            raise NotPrepared
        variables = self._operations.coerced(document, operation, question)
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

    async def _execute(
        self, document: Document, question: Question, context: Context
    ) -> ExecutionResult:
        result = execute(self._schema, document.executable, **given(question, context))
        return await result if isawaitable(result) else result


async def _single(answer: Answer) -> AsyncGenerator[Answer, None]:
    yield answer
