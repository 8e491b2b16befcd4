"""The command line as a clerk or a script uses it."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.municipalities import RenameMunicipality
from infra.bootstrap import connect
from tests.infra.desks import HERE, PASSWORD, Office
from tests.network import BELCHATOW, OPOCZNO, network
from tests.workers.terminal import Wspolna

SAMPLES = Path(__file__).parents[1] / "samples" / "sources"
REAL = Path(__file__).parents[3] / "shared" / "data" / "opoczno-2025-08-13-spotkanie.txt"


def _events(database_url: str) -> int:
    with connect(database_url) as connection:
        row = connection.execute("SELECT count(*) FROM events").fetchone()
    assert row is not None
    return int(row[0])


def _imported(answer: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    assert answer.returncode == 0, answer.stderr
    return [(item["title"], item["outcome"]) for item in json.loads(answer.stdout)["items"]]


def test_imported_again_a_source_changes_nothing_and_changed_it_corrects(
    wspolna: Wspolna, database_url: str, tmp_path: Path
) -> None:
    with network(database_url) as net:
        net.register(OPOCZNO)
    source = tmp_path / "strona.txt"
    text = (SAMPLES / "dump-labels-below.txt").read_text("utf-8")
    source.write_text(text, "utf-8")
    arguments = ("import", "news", str(source), "--municipality", OPOCZNO, "--json")

    (first,) = _imported(wspolna(*arguments))
    assert first[1] == "published"
    stored = _events(database_url)
    assert _imported(wspolna(*arguments)) == [(first[0], "unchanged")]
    assert _events(database_url) == stored
    body = max(text.splitlines(), key=len)
    source.write_text(text.replace(body, f"{body} Dopisek."), "utf-8")
    assert _imported(wspolna(*arguments)) == [(first[0], "corrected")]
    assert _events(database_url) == stored + 1


def test_feed_is_published_item_by_item(wspolna: Wspolna, database_url: str) -> None:
    with network(database_url) as net:
        net.register(OPOCZNO)
    feed = str(SAMPLES / "feed-rss.xml")
    found = _imported(wspolna("import", "news", feed, "--municipality", OPOCZNO, "--json"))
    assert len(found) > 1
    assert {outcome for _, outcome in found} == {"published"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7 \x00\x01", "To plik binarny (PDF), a nie tekst, strona HTML ani kanał."),
        (b"", "Źródło jest puste."),
    ],
)
def test_source_that_cannot_be_read_is_refused_with_the_reason(
    wspolna: Wspolna, database_url: str, tmp_path: Path, content: bytes, reason: str
) -> None:
    with network(database_url) as net:
        net.register(OPOCZNO)
    source = tmp_path / "zalacznik"
    source.write_bytes(content)
    answer = wspolna("import", "news", str(source), "--municipality", OPOCZNO)
    assert (answer.returncode, answer.stderr.strip()) == (1, reason)
    assert _events(database_url) == 1


def test_unknown_and_malformed_codes_are_told_apart(wspolna: Wspolna, database_url: str) -> None:
    source = str(SAMPLES / "dump-counter-above.txt")
    unknown = wspolna("import", "news", source, "--municipality", BELCHATOW)
    assert unknown.returncode == 1
    assert "W rejestrze nie ma gminy o kodzie TERC 100101." in unknown.stdout
    malformed = wspolna("import", "news", source, "--municipality", "1007")
    assert malformed.returncode == 1
    assert malformed.stderr.startswith("„1007” nie jest kodem TERC gminy")
    assert _events(database_url) == 0


@pytest.mark.skipif(not REAL.exists(), reason="the town's own page isn't beside this checkout")
def test_the_towns_own_page_is_taken_as_it_is(wspolna: Wspolna, database_url: str) -> None:
    with network(database_url) as net:
        net.register(BELCHATOW)
        net.register(OPOCZNO)
        assert wspolna("import", "news", str(REAL), "--municipality", OPOCZNO).returncode == 0
        net.project()
        (row,) = net.rows(
            "SELECT title, published_on::text, author_unit, initial_views, body, body_text, "
            "mentioned_tercs, state FROM read_news.news"
        )
    title, published_on, unit, views, body, plain, mentioned, state = row
    assert title.startswith("Wspólna przestrzeń, wspólne cele — spotkanie samorządowców")
    assert (published_on, unit, views, state) == ("2025-08-13", "UM Opoczno", 185, "PUBLISHED")
    assert len(body.split("\n\n")) == 5
    assert not [word for word in ("Powrót", "E-URZĄD", "Aktualności", "185") if word in plain]
    assert mentioned == [BELCHATOW]


def test_scripts_read_the_log_and_the_projections(wspolna: Wspolna, database_url: str) -> None:
    with network(database_url) as net:
        net.register(OPOCZNO)
        net.published()
    rebuilt = [
        wspolna("projections", "rebuild", name, "--json") for name in ("municipalities", "news")
    ]
    assert [json.loads(answer.stdout)["position"] for answer in rebuilt] == [3, 3]
    status: list[dict[str, Any]] = json.loads(wspolna("projections", "status", "--json").stdout)
    assert {
        (one["state"], one["lag"]) for one in status if one["name"] in {"news", "municipalities"}
    } == {("current", 0)}
    shown = wspolna("log", "show", OPOCZNO, "--json")
    assert json.loads(shown.stdout)["type"] == "Municipality.Registered"
    tail = wspolna("log", "tail", "-n", "2", "--json").stdout.splitlines()
    assert [json.loads(line)["type"] for line in tail] == ["NewsItem.Drafted", "NewsItem.Published"]
    assert wspolna("projections", "rebuild", "nic").returncode == 2


def test_news_is_written_at_the_terminal(wspolna: Wspolna, database_url: str) -> None:
    with network(database_url) as net:
        net.register(OPOCZNO)
    arguments = (
        "news",
        "draft",
        "--municipality",
        OPOCZNO,
        "--title",
        "Most",
        "--body",
        "-",
        "--json",
    )
    news_id = json.loads(wspolna(*arguments, stdin="Treść.").stdout)["id"]
    assert wspolna("news", "publish", news_id).returncode == 0
    assert (
        wspolna("news", "correct", news_id, "--title", "Nowy most", "--reason", "Tytuł").returncode
        == 0
    )
    assert wspolna("news", "retract", news_id, "--reason", "").returncode == 1
    assert wspolna("news", "retract", news_id, "--reason", "Pomyłka").returncode == 0
    assert _events(database_url) == 5


def test_demo_loaded_twice_is_there_once(wspolna: Wspolna, database_url: str) -> None:
    assert wspolna("demo").returncode == 0
    stored = _events(database_url)
    assert wspolna("demo").returncode == 0
    assert _events(database_url) == stored
    with network(database_url) as net:
        net.project()
        assert net.value("SELECT count(*) FROM read_municipalities.municipalities") == 22
        assert net.value("SELECT count(*) FROM read_news.news WHERE state = 'PUBLISHED'") >= 20


def test_coordinators_account_is_created_with_a_link_that_sets_its_password(
    wspolna: Wspolna, database_url: str
) -> None:
    who = ("--email", "anna@wspolna.example", "--name", "Anna Nowak")
    created = wspolna("account", "create", "--coordinator", *who, "--json")
    assert created.returncode == 0, created.stderr
    answered = json.loads(created.stdout)
    assert answered["link"].startswith("http://127.0.0.1:8000/konto/zaproszenie#")
    again = wspolna("account", "create", "--coordinator", *who)
    assert (again.returncode, again.stderr.strip()) == (1, "Ten adres e-mail ma już konto.")
    assert wspolna("account", "create", *who).returncode == 2
    assert _events(database_url) == 1
    another = wspolna("account", "link", answered["id"])
    assert another.stdout.startswith("http://127.0.0.1:8000/konto/zaproszenie#")
    closed = wspolna("account", "close", answered["id"], "--reason", "Pomyłka")
    assert closed.stdout.strip() == "Gotowe."


def test_tokens_of_an_account_are_issued_listed_and_revoked(
    wspolna: Wspolna, database_url: str
) -> None:
    who = ("--email", "anna@wspolna.example", "--name", "Anna Nowak")
    created = json.loads(wspolna("account", "create", "--role", "AUDITOR", *who, "--json").stdout)
    account = created["id"]
    early = wspolna("account", "token", "issue", account, "--name", "raport")
    assert early.returncode == 1, "nobody has set a password yet"
    with network(database_url) as net:
        office = Office(net)
        office.login.accept_invitation(office.link(UUID(account)), PASSWORD, HERE)
    asked = ("account", "token", "issue", account, "--name", "raport", "--role", "auditor")
    issued = json.loads(wspolna(*asked, "--days", "30", "--json").stdout)
    assert issued["token"].startswith("wspolna_")
    too_much = wspolna(*asked[:-1], "coordinator")
    assert (too_much.returncode, too_much.stderr.strip()) == (
        1,
        "Brak uprawnień do tego polecenia.",
    )
    (listed,) = json.loads(wspolna("account", "token", "list", account, "--json").stdout)
    assert (listed["id"], listed["name"], listed["scopes"]) == (issued["id"], "raport", ["AUDITOR"])
    assert issued["token"] not in str(listed)
    assert wspolna("account", "token", "revoke", account, issued["id"]).returncode == 0
    assert wspolna("account", "token", "revoke", account, issued["id"]).returncode == 1
    assert wspolna("account", "log-out", account).stdout.strip() == "Gotowe."


def test_table_of_roles_is_told_for_people_and_for_scripts(wspolna: Wspolna) -> None:
    told = {rule["command"]: rule for rule in json.loads(wspolna("roles", "--json").stdout)}
    assert told["PublishNews"] == {
        "command": "PublishNews",
        "feature": "news",
        "roles": ["COORDINATOR", "EDITOR", "MUNICIPALITY_ADMIN"],
        "on": "OWN",
    }
    assert "PublishNews" in wspolna("roles").stdout


def test_history_tells_what_happened_how_it_was_and_what_differs(
    wspolna: Wspolna, database_url: str
) -> None:
    with network(database_url) as net:
        town = net.register(BELCHATOW).stream_id
        before = datetime.now(UTC).isoformat()
        renamed = {"terc": BELCHATOW, "name": "Nowy Bełchatów", "effective_on": date(2025, 7, 1)}
        net.give(RenameMunicipality(command_id=uuid4(), **renamed))  # type: ignore[arg-type]

    events = json.loads(wspolna("history", str(town), "--json").stdout)
    assert [event["type"] for event in events] == [
        "Municipality.Registered",
        "Municipality.Renamed",
    ]
    said = wspolna("history", str(town)).stdout
    assert "Wpisano do rejestru" in said
    known = json.loads(wspolna("history", str(town), "--as-of", before, "--json").stdout)
    assert known["name"] == "Bełchatów"
    true = json.loads(
        wspolna("history", str(town), "--effective-on", "2025-07-01", "--json").stdout
    )
    assert true["name"] == "Nowy Bełchatów"
    differs = json.loads(wspolna("history", str(town), "--difference", before, "--json").stdout)
    assert {"field": "name", "before": "Bełchatów", "after": "Nowy Bełchatów"} in differs
    future = wspolna("history", str(town), "--effective-on", "2199-01-01")
    assert (future.returncode, future.stdout) == (1, "")
    assert wspolna("history", str(uuid4())).returncode == 1
