"""Question (pytanie): Open → Answered → Resolved (an answer is accepted) | Closed; may be opened again."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain.aggregate import Aggregate
from domain.commands import Command, OnBehalf, Whose, handles
from domain.errors import DomainError, FieldProblem, NotFound, NotPermitted, TooMany
from domain.municipalities import active_member
from domain.roles import Role
from domain.values import refuse_if, text_problems
from domain.visibility import Level
from domain.work import Work

BODY_LIMIT = 50_000  # characters of Markdown
OFFICIALS = {Role.EDITOR, Role.MUNICIPALITY_ADMIN, Role.EXECUTIVE, Role.FUNDS_OFFICER}


class QuestionState(StrEnum):
    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"


State = QuestionState


class LinkKind(StrEnum):
    PRACTICE = "PRACTICE"
    SOLUTION = "SOLUTION"
    CALL = "CALL"
    INITIATIVE = "INITIATIVE"
    MEETING = "MEETING"
    NEWS = "NEWS"


class QuestionNotFound(NotFound):
    code = "question_not_found"
    pl = "Nie ma takiego pytania."
    en = "There is no such question."


class AnswerNotFound(NotFound):
    code = "answer_not_found"
    pl = "Nie ma takiej odpowiedzi."
    en = "There is no such answer."


class QuestionStateForbids(DomainError):
    code = "question_state_forbids"
    pl = "W obecnym stanie pytania ({state}) nie jest to możliwe."
    en = "The question's present state ({state}) does not allow this."


class OwnQuestion(DomainError):
    code = "own_question"
    pl = "Na pytanie odpowiadają inne gminy."
    en = "A question is answered by other municipalities."


class AcceptedAnswer(DomainError):
    code = "accepted_answer"
    pl = "Ta odpowiedź została przyjęta: najpierw trzeba ponownie otworzyć pytanie."
    en = "This answer was accepted: the question has to be opened again first."


@dataclass(frozen=True)
class Link:
    """To something of the network, by its id."""

    kind: LinkKind
    id: UUID


@dataclass(frozen=True)
class Said:
    """`body` is Markdown, `body_html` its rendering, recorded with it."""

    body: str
    links: tuple[Link, ...] = ()
    body_html: str = ""


@dataclass(frozen=True, kw_only=True)
class AskQuestion(Command):
    municipality: str
    title: str
    said: Said
    topics: tuple[str, ...] = ()

    @property
    def question_id(self) -> UUID:
        return uuid5(self.command_id, "question")


@dataclass(frozen=True, kw_only=True)
class RewriteQuestion(Command):
    question_id: UUID
    title: str
    said: Said
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AnswerQuestion(OnBehalf):
    question_id: UUID
    said: Said

    @property
    def answer_id(self) -> UUID:
        return uuid5(self.command_id, "answer")


@dataclass(frozen=True, kw_only=True)
class RewriteAnswer(OnBehalf):
    question_id: UUID
    answer_id: UUID
    said: Said


@dataclass(frozen=True, kw_only=True)
class WithdrawAnswer(OnBehalf):
    question_id: UUID
    answer_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class AcceptAnswer(Command):
    question_id: UUID
    answer_id: UUID


@dataclass(frozen=True, kw_only=True)
class CloseQuestion(Command):
    question_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReopenQuestion(Command):
    question_id: UUID
    reason: str


class Question(Aggregate):
    class Asked(Aggregate.Created):
        municipality: str
        title: str
        said: Said
        topics: tuple[str, ...]

    class Rewritten(Aggregate.Event):
        title: str
        said: Said
        topics: tuple[str, ...]

    class AnswerGiven(Aggregate.Event):
        answer_id: UUID
        municipality: str
        said: Said

    class AnswerRewritten(Aggregate.Event):
        answer_id: UUID
        said: Said

    class AnswerWithdrawn(Aggregate.Event):
        answer_id: UUID
        reason: str

    class AnswerAccepted(Aggregate.Event):
        answer_id: UUID

    class Closed(Aggregate.Event):
        reason: str

    class Reopened(Aggregate.Event):
        reason: str

    def __init__(
        self, *, municipality: str, title: str, said: Said, topics: tuple[str, ...]
    ) -> None:
        self.municipality = municipality
        self.question = (title, said, topics)
        self.state = State.OPEN
        self.answers: dict[UUID, Said] = {}
        self.answered_by: dict[UUID, str] = {}
        self.accepted: UUID | None = None

    @property
    def owner(self) -> str:
        return self.municipality

    @property
    def level(self) -> Level:
        return Level.NETWORK

    def rewrite(self, title: str, said: Said, topics: tuple[str, ...], work: Work) -> None:
        self._require(State.OPEN, State.ANSWERED)
        if (title, said, topics) != self.question:
            facts = {"title": title, "said": said, "topics": topics}
            self.record(Question.Rewritten, work.at, work.today, **facts)

    def answer(self, answer_id: UUID, municipality: str, said: Said, work: Work) -> None:
        """One that is resolved may still get a better answer."""
        self._require(State.OPEN, State.ANSWERED, State.RESOLVED)
        if municipality == self.municipality:
            raise OwnQuestion
        if answer_id not in self.answers:
            facts = {"answer_id": answer_id, "municipality": municipality, "said": said}
            self.record(Question.AnswerGiven, work.at, work.today, **facts)

    def rewrite_answer(self, answer_id: UUID, municipality: str, said: Said, work: Work) -> None:
        self._require_answer_of(answer_id, municipality)
        if said != self.answers[answer_id]:
            facts = {"answer_id": answer_id, "said": said}
            self.record(Question.AnswerRewritten, work.at, work.today, **facts)

    def withdraw_answer(self, answer_id: UUID, municipality: str, reason: str, work: Work) -> None:
        self._require_answer_of(answer_id, municipality)
        if answer_id == self.accepted:
            raise AcceptedAnswer
        facts = {"answer_id": answer_id, "reason": reason}
        self.record(Question.AnswerWithdrawn, work.at, work.today, **facts)

    def accept(self, answer_id: UUID, work: Work) -> None:
        self._require(State.ANSWERED, State.RESOLVED)
        if answer_id not in self.answers:
            raise AnswerNotFound
        if self.accepted != answer_id:
            self.record(Question.AnswerAccepted, work.at, work.today, answer_id=answer_id)

    def close(self, reason: str, work: Work) -> None:
        self._require(State.OPEN, State.ANSWERED, State.CLOSED)
        if self.state is not State.CLOSED:
            self.record(Question.Closed, work.at, work.today, reason=reason)

    def reopen(self, reason: str, work: Work) -> None:
        if self.state in (State.RESOLVED, State.CLOSED):
            self.record(Question.Reopened, work.at, work.today, reason=reason)

    def _require(self, *states: QuestionState) -> None:
        if self.state not in states:
            raise QuestionStateForbids(state=self.state.value)

    def _require_answer_of(self, answer_id: UUID, municipality: str) -> None:
        self._require(State.ANSWERED, State.RESOLVED)
        if answer_id not in self.answers:
            raise AnswerNotFound
        if self.answered_by[answer_id] != municipality:
            raise NotPermitted

    @event(Rewritten)
    def _rewritten(self, title: str, said: Said, topics: tuple[str, ...]) -> None:
        self.question = (title, said, topics)

    @event(AnswerGiven)
    def _answer_given(self, answer_id: UUID, municipality: str, said: Said) -> None:
        self.answers[answer_id] = said
        self.answered_by[answer_id] = municipality
        if self.state is State.OPEN:
            self.state = State.ANSWERED

    @event(AnswerRewritten)
    def _answer_rewritten(self, answer_id: UUID, said: Said) -> None:
        self.answers[answer_id] = said

    @event(AnswerWithdrawn)
    def _answer_withdrawn(self, answer_id: UUID) -> None:
        del self.answers[answer_id]
        if self.state is State.ANSWERED and not self.answers:
            self.state = State.OPEN

    @event(AnswerAccepted)
    def _answer_accepted(self, answer_id: UUID) -> None:
        self.accepted = answer_id
        self.state = State.RESOLVED

    @event(Closed)
    def _closed(self) -> None:
        self.state = State.CLOSED

    @event(Reopened)
    def _reopened(self) -> None:
        self.accepted = None
        self.state = State.ANSWERED if self.answers else State.OPEN


@handles(AskQuestion, by=OFFICIALS)
def ask_question(command: AskQuestion, work: Work) -> Question:
    municipality = active_member(work, command.municipality).terc
    refuse_if(_question_problems(command.title, command.topics))
    begun = Question.begin(
        Question.Asked,
        command.question_id,
        work.at,
        work.today,
        municipality=municipality,
        title=command.title,
        said=_rendered(command.said, work),
        topics=command.topics,
    )
    return work.add(begun)


@handles(RewriteQuestion, by=OFFICIALS)
def rewrite_question(command: RewriteQuestion, work: Work) -> Question:
    question = _to_change(work, command.question_id, command.expected_version)
    refuse_if(_question_problems(command.title, command.topics))
    question.rewrite(command.title, _rendered(command.said, work), command.topics, work)
    return question


@handles(AnswerQuestion, by=OFFICIALS, on=Whose.NETWORK)
def answer_question(command: AnswerQuestion, work: Work) -> Question:
    municipality = active_member(work, command.municipality).terc
    question = _to_change(work, command.question_id, command.expected_version)
    question.answer(command.answer_id, municipality, _rendered(command.said, work), work)
    return question


@handles(RewriteAnswer, by=OFFICIALS, on=Whose.NETWORK)
def rewrite_answer(command: RewriteAnswer, work: Work) -> Question:
    municipality = active_member(work, command.municipality).terc
    question = _to_change(work, command.question_id, command.expected_version)
    question.rewrite_answer(command.answer_id, municipality, _rendered(command.said, work), work)
    return question


@handles(WithdrawAnswer, by=OFFICIALS, on=Whose.NETWORK)
def withdraw_answer(command: WithdrawAnswer, work: Work) -> Question:
    municipality = active_member(work, command.municipality).terc
    question = _to_change(work, command.question_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    question.withdraw_answer(command.answer_id, municipality, command.reason, work)
    return question


@handles(AcceptAnswer, by=OFFICIALS)
def accept_answer(command: AcceptAnswer, work: Work) -> Question:
    question = _to_change(work, command.question_id, command.expected_version)
    question.accept(command.answer_id, work)
    return question


@handles(CloseQuestion, by=OFFICIALS)
def close_question(command: CloseQuestion, work: Work) -> Question:
    question = _to_change(work, command.question_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    question.close(command.reason, work)
    return question


@handles(ReopenQuestion, by=OFFICIALS)
def reopen_question(command: ReopenQuestion, work: Work) -> Question:
    question = _to_change(work, command.question_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    question.reopen(command.reason, work)
    return question


def _to_change(work: Work, question_id: UUID, expected: int | None) -> Question:
    found = work.load(Question, question_id, expected)
    if found is None:
        raise QuestionNotFound
    return found


def _question_problems(title: str, topics: tuple[str, ...]) -> Iterable[FieldProblem]:
    yield from text_problems("title", title, 300)
    if len(topics) > 10:
        yield TooMany("topics", limit=10, length=len(topics))
    for topic in topics[:10]:
        yield from text_problems("topics", topic, 50)


def _rendered(said: Said, work: Work) -> Said:
    refuse_if(text_problems("body", said.body, BODY_LIMIT, multiline=True))
    if len(said.links) > 20:
        refuse_if([TooMany("links", limit=20, length=len(said.links))])
    return Said(said.body, said.links, work.texts.render(said.body))
