"""Questions of the demo and their answers; to be told last, because they link to the rest."""

from typing import Any

from domain.questions import (
    AcceptAnswer,
    AnswerQuestion,
    AskQuestion,
    CloseQuestion,
    Link,
    LinkKind,
    ReopenQuestion,
    Said,
    WithdrawAnswer,
)
from infra.demo.telling import EXAMPLE, Telling, marked, stories

_STEPS: dict[str, Any] = {
    "answer": AnswerQuestion,
    "withdraw": WithdrawAnswer,
    "accept": AcceptAnswer,
    "close": CloseQuestion,
    "reopen": ReopenQuestion,
}


def questions(telling: Telling) -> None:
    for told in stories("questions.toml", "question"):
        _question(telling, told)


def _question(telling: Telling, told: dict[str, Any]) -> None:
    name, asker = f"question:{told['key']}", told["municipality"]
    facts: dict[str, Any] = {
        "municipality": asker,
        "title": marked(told["title"]),
        "said": Said(told["body"], tuple(_links(telling, told))),
        "topics": (*told["topics"], EXAMPLE),
    }
    asked = telling.give(AskQuestion, name, by=asker, at=telling.moment(told["days"]), **facts)
    for number, step in enumerate(told["steps"]):
        happened = dict(step)
        command = _STEPS[happened.pop("step")]
        key, by = happened.pop("key", None), happened.pop("by", asker)
        if "answer" in happened:
            happened["answer_id"] = telling.names[f"{name}:{happened.pop('answer')}"]
        if "body" in happened:
            happened["said"] = Said(happened.pop("body"))
        happened |= {"at": telling.moment(happened.pop("days")), "question_id": asked.question_id}
        made = telling.give(command, f"{name}:{number}", by=by, **happened)
        if key:
            telling.names[f"{name}:{key}"] = made.answer_id


def _links(telling: Telling, told: dict[str, Any]) -> list[Link]:
    return [
        Link(LinkKind(name.split(":")[0].upper()), telling.names[name])
        for name in told.get("links", ())
    ]
