"""Every field of every type, asked for as every kind of viewer: none ever tells what it may not.

Made of the schema and of what tables declare, so that a type added later is asked for without a word here.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, aclosing
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from graphql import build_schema

from api.auth import Viewer
from api.graphql.asked import Question
from api.graphql.engine import Engine
from api.graphql.ordinary import node_types
from api.graphql.records import table_of
from api.graphql.relay import global_id
from api.graphql.schema import make_schema, sdl
from api.graphql.vocabulary import Table
from domain.news import DraftNews, NewsText
from domain.portals import AddWebhook
from domain.roles import ANONYMOUS, Role
from domain.values import Terc
from domain.visibility import EVERYTHING, PUBLIC, Audience, Level, may_see
from tests.api.conftest import Api
from tests.api.every_question import bodies_of, followed, questions
from tests.api.test_differential import run
from tests.api.test_subscribing import PROTOCOL, initialised, subscribe
from tests.everything import INVITED, LEFT, SUSPENDED, everything
from tests.infra.desks import Office
from tests.network import BELCHATOW, OPOCZNO, Network
from tests.portals import NEWS, AdmittedPortal

SCHEMA = make_schema()
QUIET = 3.0
"""Seconds without an answer, after which none is to come."""
FOR_EVERYBODY = {"changes", "newsPublished", "activity"}
DRAFT = NewsText(title="Tytuł roboczy", body="Treść robocza.")


@dataclass(frozen=True)
class Asking:
    """`own`: what it may be told about itself."""

    audience: Audience
    token: str | None = None
    own: frozenset[str] = frozenset()

    def sees_drafts_of(self, terc: str) -> bool:
        return self.audience.everything or self.audience.municipality == terc


@dataclass(frozen=True)
class Known:
    """A row of a table that the schema stands on: whose it is, and the texts that it tells."""

    level: Level
    owner: str | None
    participants: tuple[str, ...]
    texts: frozenset[str]

    def seen_by(self, audience: Audience) -> bool:
        return may_see(audience, self.level, self.owner, self.participants)


def tables() -> dict[str, Table]:
    found = {}
    for concrete in SCHEMA.schema_converter.type_map.values():
        origin = getattr(concrete.definition, "origin", None)
        table = table_of(origin) if isinstance(origin, type) else None
        if table is not None:
            found[table.name] = table
    return found


def rows(net: Network, table: Table) -> Iterator[Known]:
    """As the tables' own declarations have it, judged in Python."""
    visible = table.visible
    owner, participants = visible.owner.format(row="t"), (visible.participants or "NULL")
    query = (
        f"SELECT {_level(table)}, {owner}, coalesce({participants.format(row='t')}, '{{}}'::text[]), "
        f"to_jsonb(t) FROM {table.name} AS t"
    )
    for level, whose, shared, told in net.rows(query):
        texts = frozenset(each for each in leaves(told) if _is_text(each))
        yield Known(Level(level), whose, tuple(shared), texts)


def _level(table: Table) -> str:
    cases = " ".join(
        f"WHEN {(condition or 'true').format(row='t')} THEN '{level}'"
        for level, condition in table.visible.levels.items()
    )
    return f"CASE {cases} END"


def leaves(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from leaves(inner)
        case list():
            for inner in value:
                yield from leaves(inner)


def _is_text(value: str) -> bool:
    """Said by somebody: neither an id, a code, a moment nor a word of an enum."""
    if len(value) < 6 or value.isupper() or value[:4].isdigit():
        return False
    try:
        UUID(value)
    except ValueError:
        return True
    return False


@pytest.fixture
def told(api: Api) -> Api:
    """Something of every level, and every row with words of its own."""
    portal = AdmittedPortal(api.net)
    portal.key(name="klucz portalu")
    portal.give(AddWebhook, url="https://gminy.example/hook", kinds=NEWS)
    AdmittedPortal(api.net, name="Inny portal")
    everything(api.net)
    return api


def viewers(api: Api) -> dict[str, Asking]:
    office = Office(api.net)

    def asking(audience: Audience, terc: str | None, role: Role) -> Asking:
        name, email = f"Osoba {uuid4().hex[:8]}", f"{uuid4().hex}@x.example"
        whose: dict[str, Any] = {"terc": terc, "portal": audience.portal}
        account = office.active(role, email=email, name=name, **whose)
        issued = office.own.issue_token(account, "test", frozenset({role}), None)
        return Asking(audience, issued.secret, frozenset({name, email}))

    portal = api.net.value("SELECT stream_id FROM events WHERE type = 'Portal.KeyIssued'")

    def official(terc: str, role: Role = Role.EDITOR) -> Asking:
        member = terc not in {SUSPENDED, LEFT}
        audience = Audience(Terc(terc), member, administrator=role is Role.MUNICIPALITY_ADMIN)
        return asking(audience, terc, role)

    found = {
        "nobody": Asking(PUBLIC),
        "editor of Opoczno": official(OPOCZNO),
        "editor of Bełchatów": official(BELCHATOW),
        "editor of a town that is asked to join": official(INVITED),
        "editor of a suspended member": official(SUSPENDED),
        "editor of a town that has left": official(LEFT),
        "administrator of Opoczno": official(OPOCZNO, Role.MUNICIPALITY_ADMIN),
        "somebody of a portal": asking(Audience(portal=portal), None, Role.PORTAL),
        "auditor": asking(EVERYTHING, None, Role.AUDITOR),
        "coordinator": asking(EVERYTHING, None, Role.COORDINATOR),
    }
    api.net.project()
    tell_apart(api.net)
    return found


_JSON_WORDS = "title|name|note|body|bodyHtml|text|reason|description|heading|unit|summary"


def tell_apart(net: Network) -> None:
    """Every text of every row of every read model becomes one that no other row has: but a row's past has
    those of the row, as whoever sees it today sees its past."""
    columns = net.rows(
        "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns "
        "JOIN information_schema.tables USING (table_schema, table_name) "
        "WHERE table_schema LIKE 'read\\_%%' AND table_type = 'BASE TABLE' "
        "AND data_type IN ('text', 'jsonb') AND is_generated = 'NEVER'"
    )
    for schema, table, column, kind in columns:
        today = schema.replace("read_past_", "read_")
        row = _key(net, f"{today}.{table}")
        mark = f"'·' || substr(md5(concat({row}, '{today}.{table}.{column}')), 1, 12)"
        if kind == "text":
            told = f"{column} || {mark}"
            plain = (
                f"length({column}) >= 4 AND {column} <> upper({column}) AND {column} !~ '^[0-9]'"
            )
        else:
            words = f'("(?:{_JSON_WORDS})": "[^"]+)"'
            told = f"regexp_replace({column}::text, '{words}', '\\1' || {mark} || '\"', 'g')::jsonb"
            plain = f"{column} IS NOT NULL"
        net.connection.execute(
            f"UPDATE {schema}.{table} AS t SET {column} = {told} WHERE {plain}".encode()
        )


def _key(net: Network, table: str) -> str:
    """SQL of what tells a row of the table from every other one, by its primary key if it has one."""
    found = net.rows(
        "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey) "
        "WHERE indisprimary AND indrelid = to_regclass(%s)",
        table,
    )
    return ", ' ', ".join(f"t.{column}" for (column,) in found) or "t.ctid::text"


def ids(net: Network) -> dict[str, list[str]]:
    found = {}
    for name, cls in node_types(SCHEMA).items():
        table = table_of(cls)
        assert table is not None
        keys = net.rows(
            f"SELECT key FROM (SELECT {table.key} AS key, row_number() OVER (PARTITION BY "
            f"{_level(table)} ORDER BY {table.key} DESC) AS number FROM {table.name} AS t) AS row "
            "WHERE number <= 2"
        )
        found[name] = [global_id(name, key) for (key,) in keys]
    return found


def asked(net: Network) -> list[str]:
    """Everything, and what is asked for by another name than its id."""
    slugs = net.rows("SELECT municipality_terc, slug FROM read_news.news")
    numbers = net.rows("SELECT number FROM read_calls.calls LIMIT 3")
    named = {
        "municipality": [f'(terc: "{OPOCZNO}")'],
        "newsItem": [f'(municipality: "{terc}", slug: "{slug}")' for terc, slug in slugs],
        "call": [f'(number: "{number}")' for (number,) in numbers],
    }
    found = list(questions(build_schema(sdl()), ids(net), named))
    assert len(found) > 400
    return found


def test_no_question_tells_anybody_what_they_may_not_see(told: Api) -> None:
    everybody = viewers(told)
    every = [row for table in tables().values() for row in rows(told.net, table)]
    every_question = asked(told.net)
    kept = {}
    for name, asking in everybody.items():
        open_, secret = set(asking.own), set[str]()
        for row in every:
            (open_ if row.seen_by(asking.audience) else secret).update(row.texts)
        secret = {text for text in secret - open_ if not any(text in other for other in open_)}
        said = _answers(told, every_question, asking.token)
        assert sorted(text for text in secret if text in said) == [], name
        # Nor does it keep silent about what they may see.
        shown = open_ - asking.own
        assert sum(text in said for text in shown) > len(shown) / 4, name
        assert all(text in said for text in asking.own), name
        assert ("Treść szkicu, której nikt nie zna." in said) == asking.sees_drafts_of(OPOCZNO)
        kept[name] = len(secret)
    # What is kept from each kind of viewer differs, and the network's own see all of it.
    assert kept["nobody"] > kept["editor of Opoczno"] > kept["administrator of Opoczno"] > 0
    assert kept["nobody"] > kept["editor of a suspended member"] > kept["editor of Opoczno"]
    assert kept["editor of a town that is asked to join"] > kept["editor of Bełchatów"]
    assert kept["nobody"] > kept["somebody of a portal"] > 0
    assert kept["auditor"] == kept["coordinator"] == 0


def test_no_subscription_tells_anybody_what_they_may_not_see(told: Api) -> None:
    everybody = viewers(told)
    every = [row for table in tables().values() for row in rows(told.net, table)]
    asked = list(followed(build_schema(sdl()), ids(told.net)))
    assert len(asked) > 40

    async def check(found: Engine) -> None:
        heard = await _heard(found, asked, everybody)
        for name, asking in everybody.items():
            open_, secret = set[str](), set[str]()
            for row in every:
                (open_ if row.seen_by(asking.audience) else secret).update(row.texts)
            secret = {text for text in secret - open_ if not any(text in other for other in open_)}
            said = "\n".join(text for texts in heard[name].values() for text in texts)
            assert sorted(text for text in secret if text in said) == [], name
            assert sum(text in said for text in open_) > len(open_) / 4, name
        assert "initiativeChanged" in heard["coordinator"]

    run(told.net.database_url, check)


async def _heard(
    found: Engine, asked: list[str], everybody: dict[str, Asking]
) -> dict[str, dict[str, list[str]]]:
    """Every text that each viewer is told, by the subscription; until nobody is told anything any more,
    and everybody what is told to everybody."""
    heard: dict[str, dict[str, list[str]]] = {name: defaultdict(list) for name in everybody}
    answers = 0

    async def listen(name: str, query: str) -> None:
        nonlocal answers
        viewer = Viewer(everybody[name].audience, ANONYMOUS)
        async with aclosing(await found.stream(Question(query), viewer, "pl")) as results:
            async for answer in results:
                assert answer.executed, (query, answer.body)
                answers += 1
                for root, thing in json.loads(answer.body)["data"].items():
                    heard[name][root] += leaves(thing)

    tasks = [asyncio.create_task(listen(name, query)) for name in everybody for query in asked]
    before = -1
    async with asyncio.timeout(120):
        while before < answers or not all(each.keys() >= FOR_EVERYBODY for each in heard.values()):
            before = answers
            await asyncio.wait(tasks, timeout=QUIET)
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [each for each in ended if not isinstance(each, asyncio.CancelledError)] == []
    return heard


def test_counts_agree_with_what_is_listed(told: Api) -> None:
    schema = build_schema(sdl())
    query = schema.query_type
    assert query is not None
    lists = [
        name
        for name, field in query.fields.items()
        if "first" in field.args
        and "totalCount" in getattr(field.type, "of_type", field.type).fields
    ]
    assert len(lists) >= 12
    for name, asking in viewers(told).items():
        for each in lists:
            text = f"{{ {each}(first: 100) {{ totalCount nodes {{ __typename }} }} }}"
            found = told.ask(text, token=asking.token)[each]
            assert min(found["totalCount"], 100) == len(found["nodes"]), (name, each)


def _answers(api: Api, asked: list[str], token: str | None) -> str:
    """Every text of every answer; an error tells texts, too."""
    said = []
    for question in asked:
        answer = api.post(question, token=token)
        assert answer.status_code == 200, (question, answer.text)
        said += list(leaves(json.loads(answer.content)))
    return "\n".join(said)


SUBSCRIBERS = {
    "nobody": None,
    "editor of Bełchatów": BELCHATOW,
    "editor of Opoczno": OPOCZNO,
}


def test_subscription_tells_nobody_what_a_draft_said(live_api: Api) -> None:
    """Every field of what is told, as it is published."""
    net, office = live_api.net, Office(live_api.net)
    for terc in (OPOCZNO, BELCHATOW):
        net.member(terc)
    schema = build_schema(sdl())
    bodies = list(bodies_of(schema, schema.type_map["NewsItem"]))
    with ExitStack() as stack:
        sockets = {}
        for name, town in SUBSCRIBERS.items():
            told = {}
            if town is not None:
                account = office.active(Role.EDITOR, email=f"{town}@x.example", terc=town)
                issued = office.own.issue_token(account, "test", frozenset(), None)
                told = {"authorization": f"Bearer {issued.secret}"}
            socket = live_api.client.websocket_connect("/graphql", subprotocols=[PROTOCOL])
            sockets[name] = initialised(stack.enter_context(socket), **told)
            for number, body in enumerate(bodies):
                query = f"subscription {{ newsPublished {body} }}"
                subscribe(sockets[name], str(number), query)
            sockets[name].send_json({"type": "ping"})
            assert sockets[name].receive_json() == {"type": "pong"}
        net.draft("Szkic, który zostaje szkicem")
        net.give(drafted := DraftNews(command_id=uuid4(), municipality=OPOCZNO, text=DRAFT))
        net.correct(drafted.news_id, "Most otwarty", "Zapraszamy.")
        net.publish(drafted.news_id)
        for name, socket in sockets.items():
            said = "\n".join(
                text for _ in bodies for text in leaves(socket.receive_json()["payload"])
            )
            assert "Most otwarty" in said
            assert ("Tytuł roboczy" in said) == (name == "editor of Opoczno"), name
            assert "zostaje szkicem" not in said
