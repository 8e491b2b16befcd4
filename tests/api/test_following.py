"""What somebody follows, and what of it is unread: theirs alone, on both ways to an answer."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.auth.viewer import Viewer
from api.graphql.asked import Question
from api.graphql.relay import global_id
from domain.accounts import CloseAccount
from domain.accounts.account import Account, person_of
from domain.municipalities import SuspendMember
from domain.people import ForgetPerson
from domain.practices import ReturnPractice
from domain.roles import Role
from domain.visibility import audience_of
from tests.api import common_space
from tests.api.conftest import Api
from tests.api.test_differential import engine
from tests.infra.desks import Office
from tests.network import BELCHATOW, OPOCZNO, TOMASZOW, official

FOLLOWING = """{ following { digest language version
  follows { sort key municipality { name } thing { id title } } } }"""
UNREAD = """query ($kind: String, $topic: String) { unread(first: 50, kind: $kind, topic: $topic) {
  totalCount nodes { type title subjectId } } }"""


@dataclass
class Reader:
    api: Api
    account: UUID
    token: str

    def give(self, command: str, **given: Any) -> Any:
        name = command[0].lower() + command[1:]
        shown = "... on FollowingWritten { position version } ... on UserError { code }"
        query = f"mutation ($input: {command}Input!) {{ {name}(input: $input) {{ {shown} }} }}"
        return self.ask(query, {"input": {"commandId": str(uuid4()), **given}})[name]

    def follow(self, sort: str, key: str) -> Any:
        return self.give("Follow", sort=sort, key=key)

    def ask(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        return self.api.ask(query, variables, token=self.token)

    def unread(self, **filters: str) -> list[str]:
        found = self.ask(UNREAD, filters)["unread"]
        assert found["totalCount"] == len(found["nodes"])
        return [node["type"] for node in found["nodes"]]

    def follows(self) -> list[tuple[str, str]]:
        found = self.ask(FOLLOWING)["following"]
        return [(each["sort"], each["key"]) for each in found["follows"]]


@pytest.fixture
def shared(live_api: Api) -> Api:
    common_space.fill(live_api.net)
    settled(live_api)
    return live_api


def reader(api: Api, terc: str | None = OPOCZNO, role: Role = Role.EDITOR) -> Reader:
    office = Office(api.net)
    account = office.active(role, email=f"{uuid4().hex}@x.example", terc=terc)
    issued = office.own.issue_token(account, "test", frozenset({role}), None)
    return Reader(api, account, issued.secret)


def settled(api: Api) -> None:
    """As soon as the worker has folded what was written."""
    head = api.net.value("SELECT max(position) FROM events")
    for name in ("activity", "following", "practices"):
        reached = f"SELECT min(position) FROM read_{name}.position"
        while api.net.value(reached) < head:
            time.sleep(0.01)


def test_what_is_followed_is_listed_with_what_it_is(shared: Api) -> None:
    ewa = reader(shared)
    ((practice,),) = shared.net.rows(
        "SELECT id FROM read_practices.practices WHERE state = 'PUBLISHED'"
    )
    assert ewa.ask(FOLLOWING) == {"following": None}
    assert "position" in ewa.follow("MUNICIPALITY", "1001011")
    assert "position" in ewa.follow("TOPIC", " transport ")
    assert "position" in ewa.follow("THING", global_id("Practice", practice))
    assert ewa.follow("THING", str(practice))["version"] == 4  # once more is no more
    follows = ewa.ask(FOLLOWING)["following"]["follows"]
    thing = {"id": global_id("Practice", practice), "title": "Rower miejski"}
    assert follows == [
        {"sort": "MUNICIPALITY", "key": BELCHATOW, "municipality": {"name": "Bełchatów"}, "thing": None},
        {"sort": "TOPIC", "key": "transport", "municipality": None, "thing": None},
        {"sort": "THING", "key": str(practice), "municipality": None, "thing": thing},
    ]  # fmt: skip
    ewa.give("Unfollow", sort="THING", key=global_id("Practice", practice))
    ewa.give("Unfollow", sort="THING", key=str(practice))
    assert [key for _, key in ewa.follows()] == [BELCHATOW, "transport"]


def test_unread_is_what_happened_since_in_what_is_followed(shared: Api) -> None:
    ewa = reader(shared)
    ewa.follow("MUNICIPALITY", BELCHATOW)
    ewa.follow("TOPIC", "rowery")
    assert ewa.unread() == []  # what was before is no news
    item = shared.net.published("Most", BELCHATOW).stream_id
    shared.net.published("Ścieżka", OPOCZNO, tags=("rowery",))
    shared.net.published("Basen", OPOCZNO)
    settled(shared)
    assert ewa.unread() == ["NewsItem.Published", "NewsItem.Drafted", "NewsItem.Published"]
    assert ewa.unread(topic="rowery") == ["NewsItem.Published", "NewsItem.Drafted"]
    assert ewa.unread(kind="MEETING") == []
    answer = ewa.api.post(UNREAD, token=ewa.token).json()
    assert answer["data"]["unread"]["nodes"][-1] == {
        "type": "NewsItem.Published",
        "title": "Most",
        "subjectId": global_id("NewsItem", item),
    }
    ewa.give("MarkSeen", position=answer["extensions"]["position"])
    assert ewa.unread() == []
    shared.net.retract(item)
    settled(shared)
    assert ewa.unread() == ["NewsItem.Retracted"]


def test_reading_never_goes_back_and_never_ahead(shared: Api) -> None:
    ewa = reader(shared)
    ewa.follow("MUNICIPALITY", OPOCZNO)
    ewa.give("MarkSeen", position=2**53)
    shared.net.published("Most", OPOCZNO)
    settled(shared)
    assert len(ewa.unread()) == 2
    ewa.give("MarkSeen", position=1)
    assert len(ewa.unread()) == 2
    ewa.give("MarkSeen", position=2**53)  # what it said before was about what there was then
    assert ewa.unread() == []
    refused = ewa.give("MarkSeen", position=-1)
    assert refused == {"code": "invalid_input"}


def test_what_one_did_oneself_is_no_news(shared: Api) -> None:
    ewa = reader(shared)
    ewa.follow("MUNICIPALITY", OPOCZNO)
    ask = """mutation ($input: AskQuestionInput!) { askQuestion(input: $input) { __typename } }"""
    given = {"commandId": str(uuid4()), "municipality": OPOCZNO, "title": "Most", "said": {"body": "Jak?"}}  # fmt: skip
    assert ewa.ask(ask, {"input": given})["askQuestion"]["__typename"] == "QuestionWritten"
    settled(shared)
    jan = reader(shared)
    assert ewa.unread() == jan.unread() == []
    assert ewa.ask('{ activity(kind: "QUESTION") { totalCount } }')["activity"]["totalCount"] > 0


def test_unread_shows_nobody_more_than_the_timeline(shared: Api) -> None:
    readers = {
        "editor": reader(shared),
        "neighbour": reader(shared, BELCHATOW),
        "suspended": reader(shared, TOMASZOW),
        "auditor": reader(shared, None, Role.AUDITOR),
    }
    for each in readers.values():
        each.follow("MUNICIPALITY", OPOCZNO)
    shared.net.draft("Szkic o moście", OPOCZNO)
    common_space._questions(shared.net)
    suspend = SuspendMember(command_id=uuid4(), terc=TOMASZOW, reason="Zaległości")
    shared.net.give(suspend)
    settled(shared)
    seen = {name: set(each.unread()) for name, each in readers.items()}
    assert "NewsItem.Drafted" in seen["editor"] & seen["auditor"]
    assert "NewsItem.Drafted" not in seen["neighbour"] | seen["suspended"]
    assert "Question.Asked" in seen["editor"] & seen["neighbour"] & seen["auditor"]
    assert "Question.Asked" not in seen["suspended"]
    assert shared.ask(UNREAD)["unread"] == {"totalCount": 0, "nodes": []}
    assert shared.ask(UNREAD, operator=True)["unread"] == {"totalCount": 0, "nodes": []}


def test_what_may_not_be_seen_can_not_be_followed_and_what_was_followed_is_hidden_with_it(
    shared: Api,
) -> None:
    jan = reader(shared, BELCHATOW)
    draft = shared.net.draft("Szkic", OPOCZNO).stream_id
    for key in (str(draft), global_id("NewsItem", draft), str(uuid4())):
        assert jan.follow("THING", key) == {"code": "nothing_to_follow"}
    query = "SELECT id FROM read_practices.practices WHERE state = 'SUBMITTED'"
    ((practice,),) = shared.net.rows(query)
    jan.follow("THING", str(practice))
    shared.net.give(
        ReturnPractice(command_id=uuid4(), practice_id=practice, remarks="Więcej."),
        official(BELCHATOW),
    )
    settled(shared)
    (found,) = jan.ask(FOLLOWING)["following"]["follows"]
    assert (found["key"], found["thing"]) == (str(practice), None)
    assert jan.unread() == []


def test_nobody_reads_what_somebody_else_follows(shared: Api) -> None:
    ewa = reader(shared)
    ewa.follow("TOPIC", "transport")
    for other in (reader(shared), reader(shared, None, Role.COORDINATOR)):
        assert other.ask(FOLLOWING) == {"following": None}
        other.follow("TOPIC", "rowery")
        assert other.follows() == [("TOPIC", "rowery")]
    assert ewa.follows() == [("TOPIC", "transport")]
    assert shared.ask(FOLLOWING) == shared.ask(FOLLOWING, operator=True) == {"following": None}


def test_closing_an_account_or_forgetting_its_person_leaves_nothing_of_what_it_followed(
    shared: Api,
) -> None:
    ewa, jan, anna = reader(shared), reader(shared), reader(shared)
    for each in (ewa, jan, anna):
        each.follow("TOPIC", "transport")
        each.give("ChooseLetters", digest=True, language="EN")
    shared.net.give(CloseAccount(command_id=uuid4(), account_id=ewa.account, reason="Odeszła."))
    shared.net.give(ForgetPerson(command_id=uuid4(), person_id=person_of(jan.account)))
    settled(shared)
    left = "SELECT account_id, digest FROM read_following.readers WHERE digest"
    assert shared.net.rows(left) == [(anna.account, True)]
    assert shared.net.rows("SELECT account_id FROM read_following.follows") == [(anna.account,)]


def test_both_executors_answer_the_same_to_each_reader(shared: Api) -> None:
    readers = [reader(shared), reader(shared, BELCHATOW), reader(shared, None, Role.AUDITOR)]
    for each, topic in zip(readers, ("transport", "rowery", "umowy"), strict=True):
        each.follow("MUNICIPALITY", OPOCZNO if topic == "rowery" else BELCHATOW)
        each.follow("TOPIC", topic)
    common_space._questions(shared.net)
    settled(shared)
    things = "{ following { follows { thing { __typename } } } }"
    documents = [FOLLOWING, UNREAD, "{ unread { totalCount } }", things]

    async def check() -> None:
        async with engine(shared.net.database_url) as found:
            for document in documents:
                bodies = set()
                for each in readers:
                    account = shared.net.cooperation.store.load(Account, each.account)
                    assert account is not None
                    viewer = Viewer(audience_of(account.actor(), member=True), account.actor())
                    question = Question(document)
                    quick = await found.answer(question, viewer, "pl")
                    slow = await found.ordinary(question, viewer, "pl")
                    assert quick.etag is not None, document  # compiled
                    assert quick.body == slow.body
                    bodies.add(quick.body)
                assert len(bodies) > 1 or document == things

    asyncio.run(check())
