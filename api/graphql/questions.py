"""Questions and answers, the exchange between meetings. Seen in the network."""

from datetime import datetime

import strawberry

from api.graphql import visibility
from api.graphql.arguments import short_text, terc
from api.graphql.commanding import Feature, mutations, written
from api.graphql.connections import Connection, Node
from api.graphql.fields import (
    column,
    connection,
    embedded,
    embedded_list,
    item,
    reads,
    relay_id,
    to_many,
    to_one,
)
from api.graphql.municipalities import Municipality
from api.graphql.relay import id_of
from api.graphql.vocabulary import Argument, Filter, OrderKey, Table, Way
from domain import questions as domain

QUESTIONS = Table("read_questions.questions", "questions", visibility.guarded())
ANSWERS = Table("read_questions.answers", "questions", visibility.guarded())

QuestionState = strawberry.enum(
    domain.QuestionState,
    name="QuestionState",
    description="OPEN → ANSWERED → RESOLVED (an answer is accepted) or CLOSED; may be opened again.",
)
LinkKind = strawberry.enum(
    domain.LinkKind, name="LinkKind", description="What a link of a question or answer leads to."
)


@strawberry.type(description="A link to something of the network.")
class QuestionLink:
    kind: str = embedded("kind", "What it leads to, such as PRACTICE.")
    key: str = embedded("id", "Its key (UUID).")
    node: strawberry.ID = embedded(
        "node", "Its global id: `node(id:)` finds it, where the viewer may see it."
    )


@reads(ANSWERS)
@strawberry.type(description="An answer by another member.")
class Answer(Node):
    id: strawberry.ID = relay_id()
    municipality: Municipality = to_one(
        "municipality_id", embedded="municipality", description="Who answers."
    )
    body: str = column("body", "Its text as it was written (Markdown).")
    body_html: str = column("body_html", "The same as sanitised HTML.")
    links: list[QuestionLink] = embedded_list("links", "What it refers to.")
    accepted: bool = column("accepted", "Whether it was accepted by who asked.")
    answered_at: datetime = column("answered_at", "When it was given.")
    updated_at: datetime = column("updated_at", "When it last changed.")


@reads(QUESTIONS)
@strawberry.type(description="A question of one member to all the others.")
class Question(Node):
    id: strawberry.ID = relay_id()
    title: str = column("title", "What it is about.")
    body: str = column("body", "Its text as it was written (Markdown).")
    body_html: str = column("body_html", "The same as sanitised HTML.")
    state: QuestionState = column("state", "Where it stands.")  # type: ignore[valid-type]
    municipality: Municipality = to_one(
        "municipality_id", embedded="municipality", description="Who asks."
    )
    topics: list[str] = column("topics", "Topics, in the author's order.")
    links: list[QuestionLink] = embedded_list("links", "What it refers to.")
    answer_count: int = column("answer_count", "How many answers there are.")
    answers: list[Answer] = to_many(
        {"question_id": "id"}, "{row}.answered_at, {row}.id", 500, "The answers, oldest first."
    )
    reason: str | None = column("reason", "Why it was closed, or opened again.")
    asked_at: datetime = column("asked_at", "When it was asked.")
    version: int = column("version", "Version of the question, for `expectedVersion`.")
    updated_at: datetime = column("updated_at", "When it last changed.")


@strawberry.type
class QuestionQueries:
    questions: Connection[Question] = connection(
        "questions",
        "Questions that the viewer may see, the latest first.",
        order=(OrderKey("asked_on", "date"), OrderKey("id", "uuid")),
        descending=True,
        filters=(
            Filter(
                Argument("municipality", str | None, "Asked by this one: its TERC code.", terc),
                "{row}.owner_terc = {municipality}",
            ),
            Filter(
                Argument(
                    "topic", str | None, "With this topic, written exactly so.", short_text("topic")
                ),
                "{row}.topics @> ARRAY[{topic}]",
            ),
            Filter(
                Argument(
                    "state", str | None, "Only in this state, such as OPEN.", short_text("state")
                ),
                "{row}.state = {state}",
            ),
        ),
    )
    question: Question | None = item(
        "One question; null where there is none, or none that the viewer may see.",
        Way(
            (Argument("id", strawberry.ID, "Its id.", id_of("Question"), "uuid"),),
            "{row}.id = {id}",
        ),
    )


FEATURE = Feature(
    projection="questions",
    ids={
        "question_id": "question:Question",
        "answer_id": "answer:Answer",
        "Link.id": "id:Practice|ModelSolution|FundingCall|Initiative|Meeting|NewsItem",
    },
    docs={
        "municipality": "TERC code of the municipality in whose name it is done.",
        "title": "What it is about, at most 300 characters.",
        "said": "What is said.",
        "Said": "A text with what it refers to.",
        "body": "The text in Markdown.",
        "links": "What it refers to.",
        "Link": "A link to something of the network.",
        "kind": "What it leads to.",
        "id": "Its id.",
        "topics": "At most 10 topics.",
        "question_id": "The question.",
        "answer_id": "The answer.",
        "reason": "Why; shown with it.",
    },
)

QuestionMutations = mutations(
    "QuestionMutations",
    FEATURE,
    written(Question, "question"),
    {
        domain.AskQuestion: "Asks all other members.",
        domain.RewriteQuestion: "Rewrites a question that isn't resolved or closed.",
        domain.AnswerQuestion: "Answers another member's question.",
        domain.RewriteAnswer: "Rewrites an answer of one's own.",
        domain.WithdrawAnswer: "Withdraws an answer of one's own.",
        domain.AcceptAnswer: "Accepts an answer, which resolves the question. For who asked.",
        domain.CloseQuestion: "Closes a question that needs no answer any more. For who asked.",
        domain.ReopenQuestion: "Opens a question again. For who asked.",
    },
)
