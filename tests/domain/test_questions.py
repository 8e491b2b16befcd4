"""Questions, through the real store."""

from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from domain.commands import Command
from domain.errors import DomainError, NotPermitted
from domain.municipalities.municipality import NotAMember
from domain.questions import (
    AcceptAnswer,
    AcceptedAnswer,
    AnswerNotFound,
    AnswerQuestion,
    AskQuestion,
    CloseQuestion,
    OwnQuestion,
    Question,
    QuestionNotFound,
    QuestionStateForbids,
    ReopenQuestion,
    RewriteAnswer,
    Said,
    WithdrawAnswer,
)
from domain.roles import OPERATOR, Actor
from tests.lifecycle import Lifecycle, run
from tests.network import BELCHATOW, OPOCZNO, TOMASZOW, Network, network, official

ASKER = official(OPOCZNO)
OTHER = official(BELCHATOW)
THIRD = official(TOMASZOW)


@pytest.fixture
def net(database_url: str) -> Iterator[Network]:
    with network(database_url) as net:
        for terc in (OPOCZNO, BELCHATOW, TOMASZOW):
            net.member(terc)
        yield net


def give(net: Network, command: type[Command], by: Actor = ASKER, **facts: Any) -> UUID:
    given: Any = command
    return net.give(given(command_id=uuid4(), **facts), by).stream_id


def refuses(
    net: Network, error: type[DomainError], command: type[Command], by: Actor, **facts: Any
) -> None:
    before = net.events()
    with pytest.raises(error):
        give(net, command, by, **facts)
    assert net.events() == before


def asked(net: Network) -> UUID:
    said = Said("Kto prowadził przetarg na autobusy elektryczne?")
    return give(
        net, AskQuestion, municipality=OPOCZNO, title="Autobusy", said=said, topics=("transport",)
    )


def answered(net: Network, question: UUID, by: Actor = OTHER) -> UUID:
    command = AnswerQuestion(
        command_id=uuid4(),
        municipality=str(by.municipality),
        question_id=question,
        said=Said("My."),
    )
    net.give(command, by)
    return command.answer_id


def state(net: Network, question: UUID) -> str:
    found = net.cooperation.store.load(Question, question)
    assert found is not None
    return found.state.value


def test_question_is_answered_and_resolved(net: Network) -> None:
    question = asked(net)
    answer = answered(net, question)
    assert state(net, question) == "ANSWERED"
    give(net, AcceptAnswer, question_id=question, answer_id=answer)
    assert state(net, question) == "RESOLVED"


def test_own_question_is_answered_by_others(net: Network) -> None:
    question = asked(net)
    facts = {"municipality": OPOCZNO, "question_id": question, "said": Said("My.")}
    refuses(net, OwnQuestion, AnswerQuestion, ASKER, **facts)


def test_nobody_answers_for_another_municipality(net: Network) -> None:
    facts = {"municipality": TOMASZOW, "question_id": asked(net), "said": Said("My.")}
    refuses(net, NotPermitted, AnswerQuestion, OTHER, **facts)


def test_only_members_ask_and_answer(net: Network) -> None:
    net.register("100702")
    facts = {"municipality": "100702", "said": Said("Co?")}
    refuses(net, NotAMember, AskQuestion, official("100702"), title="Co?", **facts)
    refuses(net, NotAMember, AnswerQuestion, official("100702"), question_id=asked(net), **facts)


def test_answer_is_accepted_by_who_asked(net: Network) -> None:
    question = asked(net)
    answer = answered(net, question)
    refuses(net, NotPermitted, AcceptAnswer, OTHER, question_id=question, answer_id=answer)
    refuses(net, AnswerNotFound, AcceptAnswer, ASKER, question_id=question, answer_id=uuid4())


def test_answer_is_rewritten_by_who_gave_it(net: Network) -> None:
    question = asked(net)
    answer = answered(net, question)
    facts = {"question_id": question, "answer_id": answer, "said": Said("My, w 2024.")}
    refuses(net, NotPermitted, RewriteAnswer, THIRD, municipality=TOMASZOW, **facts)
    give(net, RewriteAnswer, OTHER, municipality=BELCHATOW, **facts)
    assert net.events()[-1] == "Question.AnswerRewritten"


def test_accepted_answer_stays_until_the_question_is_opened_again(net: Network) -> None:
    question = asked(net)
    answer = answered(net, question)
    give(net, AcceptAnswer, question_id=question, answer_id=answer)
    facts = {
        "municipality": BELCHATOW,
        "question_id": question,
        "answer_id": answer,
        "reason": "Pomyłka.",
    }
    refuses(net, AcceptedAnswer, WithdrawAnswer, OTHER, **facts)
    give(net, ReopenQuestion, question_id=question, reason="Nieaktualne.")
    give(net, WithdrawAnswer, OTHER, **facts)
    assert state(net, question) == "OPEN"


def test_closed_question_takes_no_answers(net: Network) -> None:
    question = asked(net)
    give(net, CloseQuestion, question_id=question, reason="Już wiemy.")
    facts = {"municipality": BELCHATOW, "question_id": question, "said": Said("My.")}
    refuses(net, QuestionStateForbids, AnswerQuestion, OTHER, **facts)
    facts["question_id"] = uuid4()
    refuses(net, QuestionNotFound, AnswerQuestion, OTHER, **facts)


ACTORS = st.sampled_from([ASKER, OTHER, THIRD, OPERATOR])
TOWNS = st.sampled_from([OPOCZNO, BELCHATOW, TOMASZOW])


class QuestionLifecycle(Lifecycle):
    aggregate = Question
    allowed: ClassVar = {
        ("OPEN", "ANSWERED"),
        ("OPEN", "CLOSED"),
        ("ANSWERED", "OPEN"),
        ("ANSWERED", "RESOLVED"),
        ("ANSWERED", "CLOSED"),
        ("RESOLVED", "ANSWERED"),
        ("CLOSED", "OPEN"),
        ("CLOSED", "ANSWERED"),
    }

    def __init__(self, net: Network) -> None:
        super().__init__(net)
        self.id = asked(net)

    @initialize(far=st.integers(0, 3))
    def begin(self, far: int) -> None:
        if far == 1:
            self.close(OPERATOR)
        if far >= 2:
            self.answer(OPERATOR, BELCHATOW)
        if far == 3:
            self.accept(OPERATOR)

    @rule(by=ACTORS, town=TOWNS)
    def answer(self, by: Actor, town: str) -> None:
        said = Said("My.")
        self.give(AnswerQuestion, by, municipality=town, question_id=self.id, said=said)

    @rule(by=ACTORS, town=TOWNS)
    def withdraw(self, by: Actor, town: str) -> None:
        facts = {"municipality": town, "question_id": self.id, "reason": "Pomyłka."}
        self.give(WithdrawAnswer, by, answer_id=self._answer, **facts)

    @rule(by=ACTORS)
    def accept(self, by: Actor) -> None:
        self.give(AcceptAnswer, by, question_id=self.id, answer_id=self._answer)

    @rule(by=ACTORS)
    def close(self, by: Actor) -> None:
        self.give(CloseQuestion, by, question_id=self.id, reason="Już wiemy.")

    @rule(by=ACTORS)
    def reopen(self, by: Actor) -> None:
        self.give(ReopenQuestion, by, question_id=self.id, reason="Nieaktualne.")

    @invariant()
    def resolved_means_accepted(self) -> None:
        assert (self.state == "RESOLVED") == (self.now.accepted is not None)

    def teardown(self) -> None:
        self.net.project()
        (row,) = self.net.rows(
            "SELECT state, answer_count, accepted_id FROM read_questions.questions WHERE id = %s",
            self.id,
        )
        question = self.now
        assert row == (question.state, len(question.answers), question.accepted)

    @property
    def _answer(self) -> UUID:
        return next(iter(self.now.answers), uuid4())


def test_random_commands_never_take_a_question_where_it_may_not_go(net: Network) -> None:
    run(lambda: QuestionLifecycle(net), net, "questions")
    assert {state for pair in QuestionLifecycle.allowed for state in pair} == QuestionLifecycle.seen
