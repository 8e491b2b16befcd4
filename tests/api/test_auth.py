"""Logging in and out over HTTP, as a browser and as a program do it."""

import base64
import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar.routes import HTTPRoute

from api.auth.browsers import browser_of
from domain.accounts import SuspendAccount
from domain.roles import Role
from infra.accounts import totp
from tests.api.conftest import Api
from tests.api.servers import ROOT
from tests.infra.desks import EMAIL, NAME, PASSWORD, Office
from tests.network import OPOCZNO

FOREIGN = {"Origin": "https://evil.example"}
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
DRAFT = """mutation($input: DraftNewsInput!) { draftNews(input: $input) { __typename } }"""


class Town:
    """Somebody at a browser, and the office that knows of accounts."""

    def __init__(self, api: Api) -> None:
        self.api, self.client = api, api.client
        api.net.member(OPOCZNO)
        self.office = Office(api.net)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(f"/auth{path}", json=body or {}, headers={**BROWSER, **headers})

    def log_in(self, password: str = PASSWORD, code: str | None = None) -> Any:
        return self.post("/login", {"email": EMAIL, "password": password, "code": code})

    def me(self, **headers: str) -> Any:
        return self.client.get("/auth/me", headers=headers)


@pytest.fixture
def town(live_api: Api) -> Town:
    return Town(live_api)


def test_invited_person_sets_a_password_and_is_in(town: Town) -> None:
    account = town.office.invited()
    accepted = town.post("/invitation", {"link": town.office.link(account), "password": PASSWORD})
    assert accepted.status_code == 200
    assert accepted.json() == {
        "id": str(account),
        "name": NAME,
        "email": EMAIL,
        "municipality": OPOCZNO,
        "roles": ["EDITOR"],
        "secondFactor": False,
        "identities": [],
    }
    assert town.me().json() == accepted.json()


def test_cookie_is_kept_from_scripts_and_other_sites(town: Town) -> None:
    town.office.active()
    sent = town.log_in().headers["set-cookie"]
    assert sent.startswith("wspolna_session=")
    assert {part.strip() for part in sent.split(";")[1:]} >= {"HttpOnly", "SameSite=lax", "Path=/"}


def test_wrong_password_is_refused_in_the_language_of_who_asks(town: Town) -> None:
    town.office.active()
    refused = town.log_in("nie to hasło wcale")
    assert (refused.status_code, refused.json()) == (
        401,
        {"code": "login_refused", "message": "Adres e-mail lub hasło są niepoprawne."},
    )
    english = town.post("/login", {"email": EMAIL, "password": "x"}, **{"Accept-Language": "en"})
    assert english.json()["message"] == "The e-mail address or the password is wrong."
    assert town.me().status_code == 401


def test_guessing_is_answered_with_how_long_to_wait(town: Town) -> None:
    town.office.active()
    codes = [town.log_in("nie to hasło wcale").status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]
    refused = town.log_in()
    assert refused.json()["code"] == "too_many_attempts"
    assert int(refused.headers["retry-after"]) >= 1


def test_second_factor_is_set_up_and_asked_for(town: Town) -> None:
    account = town.office.active()
    town.log_in()
    key = town.post("/second-factor").json()["key"]
    raw = base64.b32decode(key)
    now = totp.step_of(town.office.now())
    assert town.post("/second-factor/confirmation", {"code": "123"}).json()["code"] == "wrong_code"
    confirmed = town.post("/second-factor/confirmation", {"code": totp.code_at(raw, now)})
    codes = confirmed.json()["recoveryCodes"]
    assert len(codes) == 10
    assert town.me().json()["secondFactor"]
    assert town.log_in().json()["code"] == "code_required"
    assert town.log_in(code=totp.code_at(raw, now + 1)).status_code == 200
    assert town.log_in(code=codes[0]).status_code == 200
    assert town.client.get("/auth/second-factor/recovery-codes").json() == {"left": 9}
    renewed = town.post("/second-factor/recovery-codes", {"code": codes[1]}).json()
    assert town.client.get("/auth/second-factor/recovery-codes").json() == {"left": 10}
    assert town.log_in(code=codes[2]).json()["code"] == "wrong_code"
    assert town.log_in(code=renewed["recoveryCodes"][0]).status_code == 200
    assert town.office.desk.account(account).second_factor


def test_every_route_is_explained(api: Api) -> None:
    explained = (ROOT / "api/auth/README.md").read_text("utf-8")
    table = set(re.findall(r"`([A-Z]+) (/auth/[^`]+)`", explained))
    routes = {
        (method, re.sub(r"{\w+:uuid}", "{id}", route.path))
        for route in api.client.app.routes
        if isinstance(route, HTTPRoute) and route.path.startswith("/auth/")
        for method in route.methods - {"OPTIONS", "HEAD"}
    }
    assert table == routes


def test_another_address_is_asked_for_with_the_password(town: Town) -> None:
    town.office.active()
    wanted = {"email": "ewa.nowa@opoczno.example", "password": PASSWORD}
    assert town.post("/email", wanted).json()["code"] == "not_logged_in"
    town.log_in()
    assert town.post("/email", {**wanted, "password": "nie to"}).json()["code"] == "login_refused"
    assert town.post("/email", wanted).status_code == 202
    assert town.me().json()["email"] == EMAIL
    assert town.post("/email/confirmation", {"link": "zmyślony"}).status_code == 410


def test_other_sessions_are_ended_at_once(town: Town) -> None:
    town.office.active()
    elsewhere = town.office.enter()
    town.log_in()
    assert len(town.client.get("/auth/sessions").json()) == 3
    assert town.post("/sessions/end").status_code == 204
    assert [each["current"] for each in town.client.get("/auth/sessions").json()] == [True]
    cookie = {"Cookie": f"wspolna_session={elsewhere.secret}"}
    town.client.cookies.clear()
    assert town.me(**cookie).json()["code"] == "not_logged_in"


def test_log_out_ends_the_session_and_not_only_the_cookie(town: Town) -> None:
    town.office.active()
    town.log_in()
    cookie = town.client.cookies["wspolna_session"]
    assert town.post("/logout").status_code == 204
    assert town.me().status_code == 401
    town.client.cookies.set("wspolna_session", cookie)
    assert town.me().status_code == 401


def test_logging_in_gives_another_secret_and_ends_the_old_one(town: Town) -> None:
    town.office.active()
    town.log_in()
    old = town.client.cookies["wspolna_session"]
    town.log_in()
    new = town.client.cookies["wspolna_session"]
    assert old != new
    town.client.cookies.clear()
    town.client.cookies.set("wspolna_session", old)
    assert town.me().status_code == 401


def test_sessions_are_listed_and_ended_one_by_one(town: Town) -> None:
    town.office.active()
    town.log_in()
    first, second = town.client.get("/auth/sessions").json()
    assert (first["current"], first["browser"], first["method"]) == (
        True,
        "Firefox, Linux",
        "PASSWORD",
    )
    assert town.client.delete(f"/auth/sessions/{second['id']}").status_code == 204
    assert town.client.delete(f"/auth/sessions/{second['id']}").status_code == 404
    assert [each["id"] for each in town.client.get("/auth/sessions").json()] == [first["id"]]


@pytest.mark.parametrize(
    "path",
    ["/login", "/logout", "/password", "/tokens", "/invitation", "/second-factor", "/oidc/start"],
)
def test_page_of_another_site_does_nothing_in_our_name(town: Town, path: str) -> None:
    town.office.active()
    town.log_in()
    before = town.api.net.value("SELECT count(*) FROM events")
    for headers in (FOREIGN, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert town.post(path, {}, **headers).status_code == 403
    form = town.client.post(f"/auth{path}", data={"email": EMAIL})
    assert form.status_code == 403
    assert town.me().status_code == 200
    assert town.api.net.value("SELECT count(*) FROM events") == before


def test_graphql_takes_the_cookie_from_our_own_pages_only(town: Town) -> None:
    town.office.active()
    town.log_in()
    for headers in (FOREIGN, {"Sec-Fetch-Site": "cross-site"}):
        answer = town.client.post("/graphql", json={"query": "{__typename}"}, headers=headers)
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["extensions"]["code"] == "foreign_origin"
        assert draft(town, OPOCZNO, headers) == (403, None)
    form = town.client.post(
        "/graphql", content=b'{"query":"{__typename}"}', headers={"Content-Type": "text/plain"}
    )
    assert form.status_code == 415
    assert draft(town, OPOCZNO, {"Sec-Fetch-Site": "same-origin"}) == (200, "NewsWritten")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def draft(town: Town, terc: str, headers: dict[str, str]) -> Any:
    given = {
        "commandId": str(uuid4()),
        "municipality": terc,
        "text": {"title": "Most", "body": "T"},
    }
    answer = town.client.post(
        "/graphql", json={"query": DRAFT, "variables": {"input": given}}, headers=headers
    )
    return answer.status_code, answer.json().get("data", {}).get("draftNews", {}).get("__typename")


def test_token_of_a_program_writes_what_its_scopes_allow_until_it_is_revoked(town: Town) -> None:
    town.office.active(Role.EDITOR, Role.EXECUTIVE)
    town.log_in()
    issued = town.post("/tokens", {"name": "import", "scopes": ["EDITOR"]})
    assert issued.status_code == 201
    reads = town.post("/tokens", {"name": "odczyt", "scopes": []}).json()
    refused = town.post("/tokens", {"name": "za dużo", "scopes": ["COORDINATOR"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    listed = town.client.get("/auth/tokens").json()
    assert [(each["name"], each["scopes"]) for each in listed] == [
        ("import", ["EDITOR"]),
        ("odczyt", []),
    ]
    assert "token" not in listed[0]
    cookies = dict(town.client.cookies)
    town.client.cookies.clear()
    token = bearer(issued.json()["token"])
    assert draft(town, OPOCZNO, token) == (200, "NewsWritten")
    assert draft(town, OPOCZNO, bearer(reads["token"])) == (200, "NotPermittedError")
    assert draft(town, OPOCZNO, bearer("wspolna_made-up"))[0] == 401
    for name, value in cookies.items():
        town.client.cookies.set(name, value)
    assert town.client.delete(f"/auth/tokens/{issued.json()['id']}").status_code == 204
    town.client.cookies.clear()
    assert draft(town, OPOCZNO, token)[0] == 401


def test_token_is_no_way_to_more_tokens_or_another_password(town: Town) -> None:
    account = town.office.active()
    token = bearer(town.office.own.issue_token(account, "x", frozenset({Role.EDITOR}), None).secret)
    assert town.me(**token).json()["roles"] == ["EDITOR"]
    assert town.post("/tokens", {"name": "y", "scopes": []}, **token).status_code == 401
    wanted = {"current": PASSWORD, "wanted": "inne długie hasło"}
    assert town.post("/password", wanted, **token).status_code == 401
    assert town.client.get("/auth/sessions", headers=token).status_code == 401


def test_suspended_account_is_nobody_at_once(town: Town) -> None:
    account = town.office.active()
    town.log_in()
    token = bearer(town.office.own.issue_token(account, "x", frozenset({Role.EDITOR}), None).secret)
    assert town.me().status_code == 200
    town.api.net.give(SuspendAccount(command_id=uuid4(), account_id=account, reason="Urlop"))
    assert town.me().status_code == 401
    assert town.me(**token).status_code == 401


def test_event_carries_who_gave_the_command_and_for_whom(town: Town) -> None:
    account = town.office.active()
    town.log_in()
    assert draft(town, OPOCZNO, {}) == (200, "NewsWritten")
    assert town.api.net.rows(
        "SELECT actor, on_behalf_of FROM events WHERE type = 'NewsItem.Drafted'"
    ) == [(str(account), OPOCZNO)]


def test_forgotten_password_answers_alike_whether_there_is_an_account(town: Town) -> None:
    town.office.active()
    known = town.post("/password/forgotten", {"email": EMAIL})
    unknown = town.post("/password/forgotten", {"email": "nikt@example.org"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.status_code == 202


def test_malformed_body_is_refused_without_repeating_it(town: Town) -> None:
    answer = town.post("/login", {"email": 5, "password": "tajne hasło"})
    assert answer.status_code == 400
    assert "tajne" not in answer.text


@pytest.mark.parametrize(
    ("user_agent", "shown"),
    [
        (BROWSER["User-Agent"], "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
         "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
         "Safari, iPhone"),
        ("curl/8.5.0", "curl"),
        ("", ""),
    ],
)  # fmt: skip
def test_browser_is_named_as_its_owner_knows_it(user_agent: str, shown: str) -> None:
    assert browser_of(user_agent) == shown


def test_account_ids_are_what_the_api_names(town: Town) -> None:
    account: UUID = town.office.active()
    assert town.log_in().json()["id"] == str(account)
