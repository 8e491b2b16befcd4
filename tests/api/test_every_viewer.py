"""Every field of every type, asked for as every kind of viewer: none ever tells what it may not.

Made of the schema and of what tables declare, so that a type added later is asked for without a word here.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from graphql import build_schema

from api.graphql.ordinary import node_types
from api.graphql.records import table_of
from api.graphql.relay import global_id
from api.graphql.schema import make_schema, sdl
from api.graphql.vocabulary import Table
from domain.municipalities import SuspendMember
from domain.portals import AddWebhook
from domain.roles import Role
from domain.values import Terc
from domain.visibility import EVERYTHING, PUBLIC, Audience, Level, may_see
from tests.api.common_space import fill
from tests.api.conftest import Api
from tests.api.every_question import questions
from tests.infra.desks import Office
from tests.network import BELCHATOW, OPOCZNO, TOMASZOW, Network
from tests.portals import NEWS, AdmittedPortal

SCHEMA = make_schema()


@dataclass(frozen=True)
class Asking:
    """`own`: what it may be told about itself."""

    audience: Audience
    token: str | None = None
    own: frozenset[str] = frozenset()


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
    cases = " ".join(
        f"WHEN {(condition or 'true').format(row='t')} THEN '{level}'"
        for level, condition in visible.levels.items()
    )
    owner, participants = visible.owner.format(row="t"), (visible.participants or "NULL")
    query = (
        f"SELECT CASE {cases} END, {owner}, coalesce({participants.format(row='t')}, '{{}}'::text[]), "
        f"to_jsonb(t) FROM {table.name} AS t"
    )
    for level, whose, shared, told in net.rows(query):
        texts = frozenset(each for each in leaves(told) if _is_text(each))
        yield Known(Level(level), whose, tuple(shared), texts)


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
    """Something of every level; and Tomaszów suspended, whose officials are of no active member."""
    fill(api.net)
    api.net.draft("Szkic o moście", OPOCZNO, body="Treść szkicu, której nikt nie zna.")
    api.net.published("Otwarcie mostu", BELCHATOW, body="Most już otwarty.")
    portal = AdmittedPortal(api.net)
    portal.key(name="klucz portalu")
    portal.give(AddWebhook, url="https://gminy.example/hook", kinds=NEWS)
    AdmittedPortal(api.net, name="Inny portal")
    api.net.give(SuspendMember(command_id=uuid4(), terc=TOMASZOW, reason="Zaległości"))
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
    opoczno, belchatow = Terc(OPOCZNO), Terc(BELCHATOW)
    administrator = Audience(opoczno, member=True, administrator=True)
    found = {
        "nobody": Asking(PUBLIC),
        "editor of Opoczno": asking(Audience(opoczno, member=True), OPOCZNO, Role.EDITOR),
        "editor of Bełchatów": asking(Audience(belchatow, member=True), BELCHATOW, Role.EDITOR),
        "editor of a suspended member": asking(Audience(Terc(TOMASZOW)), TOMASZOW, Role.EDITOR),
        "administrator of Opoczno": asking(administrator, OPOCZNO, Role.MUNICIPALITY_ADMIN),
        "somebody of a portal": asking(Audience(portal=portal), None, Role.PORTAL),
        "auditor": asking(EVERYTHING, None, Role.AUDITOR),
        "coordinator": asking(EVERYTHING, None, Role.COORDINATOR),
    }
    api.net.project()
    return found


def ids(net: Network) -> dict[str, list[str]]:
    found = {}
    for name, cls in node_types(SCHEMA).items():
        table = table_of(cls)
        assert table is not None
        keys = net.rows(f"SELECT {table.key} FROM {table.name} AS t ORDER BY 1 LIMIT 6")
        found[name] = [global_id(name, key) for (key,) in keys]
    return found


def test_no_question_tells_anybody_what_they_may_not_see(told: Api) -> None:
    everybody = viewers(told)
    every = [row for table in tables().values() for row in rows(told.net, table)]
    asked = list(questions(build_schema(sdl()), ids(told.net)))
    assert len(asked) > 200
    kept = {}
    for name, asking in everybody.items():
        open_, secret = set(asking.own), set[str]()
        for row in every:
            (open_ if row.seen_by(asking.audience) else secret).update(row.texts)
        secret = {text for text in secret - open_ if not any(text in other for other in open_)}
        said = _answers(told, asked, asking.token)
        assert sorted(text for text in secret if text in said) == [], name
        kept[name] = len(secret)
    # What is kept from each kind of viewer differs, and the network's own see all of it.
    assert kept["nobody"] > kept["editor of Opoczno"] > kept["administrator of Opoczno"] > 0
    assert kept["editor of a suspended member"] > 0
    assert kept["nobody"] > kept["somebody of a portal"] > 0
    assert kept["auditor"] == kept["coordinator"] == 0


def test_what_may_be_seen_is_told(told: Api) -> None:
    """Or nothing would be leaked by never answering."""
    everybody = viewers(told)
    auditor = everybody["auditor"].token
    asked = list(questions(build_schema(sdl()), ids(told.net)))
    said = _answers(told, asked, auditor)
    assert "Treść szkicu, której nikt nie zna." in said
    for asking in everybody.values():
        assert all(text in said for text in asking.own)
    assert "Treść szkicu, której nikt nie zna." not in _answers(told, asked, None)


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
    assert len(lists) >= 5
    for name, asking in viewers(told).items():
        for each in lists:
            text = f"{{ {each}(first: 100) {{ totalCount nodes {{ __typename }} }} }}"
            found = told.ask(text, token=asking.token)[each]
            assert found["totalCount"] == len(found["nodes"]), (name, each)


def _answers(api: Api, asked: list[str], token: str | None) -> str:
    """Every text of every answer; an error tells texts, too."""
    said = []
    for question in asked:
        answer = api.post(question, token=token)
        assert answer.status_code == 200, (question, answer.text)
        said += list(leaves(json.loads(answer.content)))
    return "\n".join(said)
