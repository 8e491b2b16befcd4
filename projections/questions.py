"""Questions and their answers."""

from base64 import b64encode
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from domain.municipalities import municipality_id
from domain.questions import Link, LinkKind, Question, Said
from domain.work import polish_day
from projections.log import Recorded
from projections.names import NamedMunicipality, NamesMunicipalities, Shown, named
from projections.projection import on
from projections.rows import Rows
from projections.visible import NETWORK, Guarded

_TYPES = {
    LinkKind.PRACTICE: "Practice",
    LinkKind.SOLUTION: "ModelSolution",
    LinkKind.CALL: "FundingCall",
    LinkKind.INITIATIVE: "Initiative",
    LinkKind.MEETING: "Meeting",
    LinkKind.NEWS: "NewsItem",
}


class QuestionRow(Guarded):
    table: ClassVar[str] = "questions"

    id: UUID
    municipality_id: UUID
    municipality: dict[str, Any]
    state: str
    title: str
    body: str
    body_html: str
    topics: list[str]
    links: list[dict[str, str]]
    answer_count: int
    accepted_id: UUID | None
    reason: str | None
    asked_at: datetime
    asked_on: date
    updated_at: datetime
    version: int


class AnswerRow(Guarded):
    table: ClassVar[str] = "answers"

    id: UUID
    question_id: UUID
    municipality_id: UUID
    municipality: dict[str, Any]
    body: str
    body_html: str
    links: list[dict[str, str]]
    accepted: bool
    answered_at: datetime
    updated_at: datetime


class QuestionsProjection(NamesMunicipalities):
    name = "questions"
    version = 3
    rows = (NamedMunicipality, QuestionRow, AnswerRow)
    keyed_by_stream = QuestionRow
    shown = (Shown(QuestionRow), Shown(AnswerRow))

    @on(Question.Asked)
    def _asked(self, recorded: Recorded, event: Question.Asked, rows: Rows) -> None:
        rows.add(
            QuestionRow(
                id=recorded.stream_id,
                state="OPEN",
                title=event.title,
                topics=list(event.topics),
                answer_count=0,
                accepted_id=None,
                reason=None,
                asked_at=recorded.recorded_at,
                asked_on=polish_day(recorded.recorded_at),
                updated_at=recorded.recorded_at,
                version=recorded.version,
                **_said(event.said),
                **_by(event.municipality, rows),
            )
        )

    @on(Question.Rewritten)
    def _rewritten(self, recorded: Recorded, event: Question.Rewritten, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.title, row.topics = event.title, list(event.topics)
        _say(row, event.said)

    @on(Question.AnswerGiven)
    def _answer_given(self, recorded: Recorded, event: Question.AnswerGiven, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.answer_count += 1
        if row.state == "OPEN":
            row.state = "ANSWERED"
        rows.add(
            AnswerRow(
                id=event.answer_id,
                question_id=row.id,
                accepted=False,
                answered_at=recorded.recorded_at,
                updated_at=recorded.recorded_at,
                **_said(event.said),
                **_by(event.municipality, rows),
            )
        )

    @on(Question.AnswerRewritten)
    def _answer_rewritten(
        self, recorded: Recorded, event: Question.AnswerRewritten, rows: Rows
    ) -> None:
        _changed(recorded, rows)
        answer = rows.change(AnswerRow, event.answer_id)
        answer.updated_at = recorded.recorded_at
        _say(answer, event.said)

    @on(Question.AnswerWithdrawn)
    def _answer_withdrawn(
        self, recorded: Recorded, event: Question.AnswerWithdrawn, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        row.answer_count -= 1
        if row.state == "ANSWERED" and row.answer_count == 0:
            row.state = "OPEN"
        rows.remove(AnswerRow, event.answer_id)

    @on(Question.AnswerAccepted)
    def _answer_accepted(
        self, recorded: Recorded, event: Question.AnswerAccepted, rows: Rows
    ) -> None:
        row = _changed(recorded, rows)
        _accept(row, event.answer_id, rows)
        row.state = "RESOLVED"

    @on(Question.Closed)
    def _closed(self, recorded: Recorded, event: Question.Closed, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.state, row.reason = "CLOSED", event.reason

    @on(Question.Reopened)
    def _reopened(self, recorded: Recorded, event: Question.Reopened, rows: Rows) -> None:
        row = _changed(recorded, rows)
        _accept(row, None, rows)
        row.state = "ANSWERED" if row.answer_count else "OPEN"
        row.reason = event.reason


def _changed(recorded: Recorded, rows: Rows) -> QuestionRow:
    row = rows.change(QuestionRow, recorded.stream_id)
    row.version = recorded.version
    row.updated_at = recorded.recorded_at
    return row


def _accept(row: QuestionRow, answer_id: UUID | None, rows: Rows) -> None:
    if row.accepted_id is not None:
        rows.change(AnswerRow, row.accepted_id).accepted = False
    if answer_id is not None:
        rows.change(AnswerRow, answer_id).accepted = True
    row.accepted_id = answer_id


def _said(said: Said) -> dict[str, Any]:
    links = [
        {"kind": link.kind.value, "id": str(link.id), "node": _global_id(link)}
        for link in said.links
    ]
    return {"body": said.body, "body_html": said.body_html, "links": links}


def _say(row: QuestionRow | AnswerRow, said: Said) -> None:
    for name, value in _said(said).items():
        setattr(row, name, value)


def _by(terc: str, rows: Rows) -> dict[str, Any]:
    return {
        "municipality_id": municipality_id(terc),
        "municipality": named(rows, terc),
        "owner_terc": terc,
        "participants": [terc],
        "visibility": NETWORK,
    }


def _global_id(link: Link) -> str:
    """As GraphQL says it, which is the one that clients know."""
    return b64encode(f"{_TYPES[link.kind]}:{link.id}".encode()).decode()
