"""The compiled answer and the ordinary executor's are the same bytes: for thousands of operations."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import msgspec
import psycopg
import pytest

from api.auth import COORDINATOR, PUBLIC, Viewer
from api.graphql.asked import Question, RequestErrors
from api.graphql.compiler.plan import Plan
from api.graphql.engine import Engine
from api.graphql.relay import cursor, global_id
from api.graphql.schema import make_schema
from api.graphql.services import Services
from api.graphql.tails import Tails
from api.graphql.trusted import Options
from api.graphql.wire import Wire
from api.resources import Resources
from domain.errors import DomainError
from infra.bootstrap import connect
from tests.api import common_space
from tests.api.random_documents import Values, operation
from tests.api.samples import TAGS, fill
from tests.funds import Funds, funds
from tests.network import BELCHATOW, OPOCZNO, TOMASZOW, network
from tests.stories import told_story

OPERATIONS = 2_000
LIMITS = {"cost_limit", "depth_limit", "breadth_limit"}
POSITIONS = [None, 0, 3, 7, 20, 10**9, -1]
SCHEMA = make_schema()
REGISTER_AND_NEWS = (
    "municipalities",
    "municipality",
    "news",
    "newsDrafts",
    "newsItem",
    "node",
    "changes",
)
FUNDS = (
    "programmes",
    "calls",
    "call",
    "initiatives",
    "initiative",
    "deadlines",
    "partners",
    "changes",
)
COMMON_SPACE = (
    "activity",
    "changes",
    "following",
    "unread",
    "meetings",
    "meeting",
    "meetingSeries",
    "actionItems",
    "officeHolders",
    "practices",
    "practice",
    "modelSolutions",
    "modelSolution",
    "whoCouldHelp",
    "questions",
    "question",
)


@pytest.fixture
def filled(database_url: str) -> str:
    with connect(database_url) as connection:
        fill(connection, municipalities=12, news=90)
    return database_url


@asynccontextmanager
async def engine(database_url: str) -> AsyncIterator[Engine]:
    resources = Resources(database_url)
    wire = Wire(database_url, connections=2)
    async with resources.opened(), wire.connected():
        await wire.wait_ready()
        yield Engine(SCHEMA, Services(resources), wire, Tails(wire, resources.watch), Options())


def run(database_url: str, check: Callable[[Engine], Awaitable[None]]) -> None:
    async def main() -> None:
        async with engine(database_url) as found:
            await check(found)

    asyncio.run(main())


def values(database_url: str) -> Values:
    """What arguments may be given: what is there, what is not, and what is nonsense now and then."""
    with psycopg.connect(database_url) as connection:
        news = connection.execute(
            "SELECT id, municipality_terc, slug, published_on FROM read_news.news ORDER BY id LIMIT 12"
        ).fetchall()
        towns = connection.execute(
            "SELECT id, terc, name_sort FROM read_municipalities.municipalities ORDER BY id LIMIT 6"
        ).fetchall()
    ids = [global_id("NewsItem", row[0]) for row in news] + [
        global_id("Municipality", row[0]) for row in towns
    ]
    cursors = [cursor("news", [row[3], row[0]]) for row in news if row[3]]
    cursors += [cursor("municipalities", [row[2], row[1]]) for row in towns]
    return {
        "position": POSITIONS,
        **moments(database_url),
        "first": [None, 0, 1, 2, 3, 7, 20, 100, 101] + [5] * 10,
        "after": [None, "zmyślony", *cursors, *[None] * 40],
        "last": [*[None] * 20, 0, 1, 2, 5, 100, 101],
        "before": [None, "zmyślony", *cursors, *[None] * 40],
        "municipality": [None, "999999", "12", *[row[1] for row in news]],
        "terc": [*[row[1] for row in towns], "999999", "100704"],
        "slug": [None, *[row[2] for row in news], *[f"dawny-{row[2]}" for row in news], "nie-ma"],
        "id": [None, *ids, *ids, global_id("Nope", news[0][0]), "nonsense"],
        "tag": [None, *TAGS, "nie-ma"],
        "since": [None, "2024-01-01", "2024-02-01", "2024-03-01", "1000-01-01"],
        "until": [None, "2024-02-15", "2024-12-31"],
        "voivodeship": [None, "łódzkie", "mazowieckie", "x"],
        "search": [None, "ŁASK", "op", "%", "_", "\\"],
    }


def moments(database_url: str) -> Values:
    """Before anything was known, in the middle of the log, now, and in the future, which is refused."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT percentile_disc(ARRAY[0.3, 0.6, 1]) WITHIN GROUP (ORDER BY recorded_at) FROM events"
        ).fetchone()
    known = [each.isoformat() for each in (row and row[0]) or ()]
    return {
        "asOf": [*[None] * 12, "1999-01-01T00:00:00", *known, "2199-01-01T00:00:00Z"],
        "effectiveOn": [
            None,
            None,
            None,
            None,
            "1999-01-01",
            "2025-08-12",
            "2026-03-02",
            "2199-01-01",
        ],
    }


def asked(seed: int, told: Values, roots: Sequence[str] = REGISTER_AND_NEWS) -> Question:
    made = operation(SCHEMA._schema, seed, told, roots)
    return Question(made.query, None, msgspec.json.encode(made.variables))


def funds_values(given: Funds) -> Values:
    def ids(type_name: str, table: str) -> list[str]:
        return [
            global_id(type_name, key)
            for (key,) in given.net.rows(f"SELECT id FROM {table} ORDER BY 1")
        ]

    initiatives = ids("Initiative", "read_initiatives.initiatives")
    calls, programmes = (
        ids("FundingCall", "read_calls.calls"),
        ids("Programme", "read_calls.programmes"),
    )
    numbers = [
        number for (number,) in given.net.rows("SELECT number FROM read_calls.calls ORDER BY 1")
    ]
    return {
        "position": POSITIONS,
        **moments(given.net.database_url),
        "first": [None, 0, 1, 3, 20, 101] + [5] * 6,
        "after": [*[None] * 8, "zmyślony"],
        "last": [*[None] * 8, 2, 5, 101],
        "before": [*[None] * 8, "zmyślony"],
        "id": [*initiatives, *calls, "nonsense"],
        "call": [None, *calls, "nonsense"],
        "like": [None, *calls, "nonsense"],
        "programme": [None, *programmes],
        "municipality": [None, OPOCZNO, BELCHATOW, "12"],
        "lead": [None, OPOCZNO, BELCHATOW],
        "number": [*numbers, "nie-ma"],
        "search": [None, "pawilony", "nabór", "%"],
        "state": [None],  # everywhere an enum, whose values are known
        "since": [None, "2026-01-01", "1000-01-01"],
        "until": [None, "2031-01-01"],
        "tag": [None, *TAGS],
    }


def common_values(database_url: str) -> Values:
    tables = {
        "Meeting": "read_meetings.meetings",
        "Practice": "read_practices.practices",
        "ModelSolution": "read_practices.solutions",
        "Question": "read_questions.questions",
    }
    with psycopg.connect(database_url) as connection:
        ids = [
            global_id(name, key)
            for name, table in tables.items()
            for (key,) in connection.execute(f"SELECT id FROM {table} ORDER BY 1 LIMIT 4".encode())
        ]
    return {
        "position": POSITIONS,
        **moments(database_url),
        "first": [None, 0, 1, 3, 20, 101] + [5] * 10,
        "after": [*[None] * 8, "zmyślony"],
        "last": [*[None] * 8, 2, 5, 101],
        "before": [*[None] * 8, "zmyślony"],
        "id": [*ids, "nonsense"],
        "municipality": [None, OPOCZNO, BELCHATOW, TOMASZOW],
        "tag": [None, "transport", "nie-ma"],
        "topic": [None, "transport", "nie-ma"],
        "kind": [None, "MEETING", "PRACTICE", "nie-ma"],
        "state": [None, "HELD", "PUBLISHED", "OPEN", "nonsense"],
        "on": [None, "2024-05-06", "2025-08-12"],
        "since": [None, "2025-08-12"],
        "until": [None, "2025-08-12", "2031-01-01"],
    }


async def both(found: Engine, question: Question, viewer: Viewer) -> tuple[bytes | None, bytes]:
    """The compiled answer, None where it was refused, and the ordinary one."""
    prepared = found._prepared_or_counted(question, viewer.audience)
    quick = await found._compiled(prepared) if prepared is not None else None
    slow = await found.ordinary(question, viewer, "pl")
    return (quick.body if quick else None), slow.body


def excused(found: Engine, question: Question, viewer: Viewer, slow: bytes) -> bool:
    """The fast path may give up where there is an error to be told, or nonsense in an argument of a
    field that is never reached; or where nothing is read at all."""
    if slow.startswith((b'{"errors"', b'{"data":{}')):
        return True
    document, operation_ = found._operations.named(question)
    variables = found._operations.coerced(document, operation_, question)
    plan = found._planner.plan(document, operation_, variables, viewer.audience)
    if not isinstance(plan, Plan):  # nonsense that decides the plan's shape: a page of 101
        return b"101" in question.query.encode() + question.variables
    try:
        plan.parameters(variables)
    except DomainError:
        return True
    return False


def test_thousands_of_operations_answer_the_same_bytes(filled: str) -> None:
    _compare(filled, values(filled), REGISTER_AND_NEWS, OPERATIONS)


def test_operations_on_calls_and_initiatives_answer_the_same_bytes(database_url: str) -> None:
    with funds(database_url) as given:
        told_story(given)
        given.net.project()
        told = funds_values(given)
    _compare(
        database_url, told, FUNDS, OPERATIONS // 8, same=0.4
    )  # ids of the other kind are errors


def test_operations_on_the_common_space_answer_the_same_bytes(database_url: str) -> None:
    with network(database_url) as net:
        common_space.fill(net)
        net.project()
    # Three ids of four are of another kind, which is an error.
    _compare(database_url, common_values(database_url), COMMON_SPACE, OPERATIONS // 4, same=0.4)


def _compare(
    database_url: str, told: Values, roots: Sequence[str], operations: int, same: float = 0.6
) -> None:
    outcomes: Counter[str] = Counter()

    async def check(found: Engine) -> None:
        for seed in range(operations):
            question = asked(seed, told, roots)
            assert found._operations.documents.get(question.query).errors == [], question.query
            viewer = COORDINATOR if seed % 3 == 0 else PUBLIC
            try:
                quick, slow = await both(found, question, viewer)
            except RequestErrors as refused:
                outcomes[str(refused.errors[0].extensions)] += 1
                continue
            if quick is None:
                assert excused(found, question, viewer, slow), question
            else:
                assert quick == slow, f"{question.query}\n{question.variables!r}"
            outcomes["same" if quick else "errors"] += 1

    run(database_url, check)
    assert outcomes["same"] > operations * same, outcomes
    assert set(outcomes) <= {"same", "errors", *(str({"code": code}) for code in LIMITS)}
