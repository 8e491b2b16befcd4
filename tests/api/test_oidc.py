"""Logging in through an OpenID Connect provider, which really runs beside the application."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from joserfc.jwk import RSAKey
from litestar.testing import TestClient

from api.app import create_app
from domain.accounts import SuspendAccount
from infra.settings import OidcSettings
from tests.api.conftest import Api, settings
from tests.api.test_auth import Town
from tests.infra.desks import PASSWORD
from tests.infra.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, provider
from tests.network import Network

ADDRESS = "http://testserver.local"


@pytest.fixture
def there() -> Iterator[Provider]:
    with provider(f"{ADDRESS}/auth/oidc/callback") as running:
        yield running


@pytest.fixture
def town(net: Network, there: Provider) -> Iterator[Town]:
    with TestClient(create_app(with_provider(net, there))) as client:
        yield Town(Api(client, net))


def with_provider(net: Network, there: Provider) -> Any:
    oidc = OidcSettings(issuer=there.issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    return replace(settings(net.database_url), public_url=ADDRESS, oidc=oidc)


def leave(town: Town, **told: Any) -> str:
    """The provider's address that the browser is sent to."""
    answer = town.post("/oidc/start", told)
    assert answer.status_code == 200, answer.text
    address: str = answer.json()["address"]
    return address


def through(address: str) -> str:
    """At the provider, where somebody is logged in; the way back."""
    answer = httpx.get(address, timeout=10)
    assert answer.status_code == 302, answer.text
    back = answer.headers["location"]
    assert back.startswith(f"{ADDRESS}/auth/oidc/callback?")
    return str(back.removeprefix(ADDRESS))


def come_back(town: Town, path: str) -> str:
    """Where the browser ends."""
    answer = town.client.get(path, follow_redirects=False)
    assert answer.status_code == 302
    return str(answer.headers["location"])


def linked(town: Town) -> None:
    town.office.active()
    town.log_in()
    assert come_back(town, through(leave(town, link=True, returnTo="/konto"))) == "/konto"
    town.post("/logout")


def test_linked_identity_logs_in(town: Town, there: Provider) -> None:
    linked(town)
    assert town.me().status_code == 401
    assert come_back(town, through(leave(town, returnTo="/wiadomości?x=1"))) == "/"
    assert come_back(town, through(leave(town, returnTo="/konto"))) == "/konto"
    assert town.me().json()["identities"] == [there.issuer]
    assert town.client.get("/auth/sessions").json()[0]["method"] == "OIDC"


def test_flow_has_a_challenge_a_nonce_and_a_state(town: Town) -> None:
    asked = parse_qs(urlsplit(leave(town)).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert all(len(asked[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))


def test_invitation_is_accepted_through_the_provider_without_a_password(town: Town) -> None:
    account = town.office.invited()
    link = town.office.link(account)
    assert come_back(town, through(leave(town, invitation=link))) == "/"
    assert town.me().json()["id"] == str(account)
    again = town.post("/invitation", {"link": link, "password": PASSWORD})
    assert again.json()["code"] == "link_expired"


def test_identity_that_is_not_linked_is_refused_whatever_address_it_states(town: Town) -> None:
    town.office.active()
    assert come_back(town, through(leave(town))) == "/konto/logowanie?problem=identity_not_linked"
    assert town.me().status_code == 401


def test_identity_belongs_to_one_account(town: Town) -> None:
    linked(town)
    other = town.office.active(email="jan@opoczno.example")
    entered = {"email": "jan@opoczno.example", "password": PASSWORD}
    town.post("/login", entered)
    ended = come_back(town, through(leave(town, link=True)))
    assert ended == "/konto/logowanie?problem=identity_taken"
    assert town.office.desk.account(other).issuers == frozenset()


def test_suspended_account_is_not_let_in(town: Town) -> None:
    linked(town)
    account = town.api.net.value("SELECT account_id FROM identities")
    town.api.net.give(SuspendAccount(command_id=uuid4(), account_id=account, reason="Urlop"))
    assert come_back(town, through(leave(town))) == "/konto/logowanie?problem=identity_not_linked"


def test_unlinked_identity_logs_in_no_more(town: Town) -> None:
    linked(town)
    come_back(town, through(leave(town)))
    assert town.post("/oidc/unlink").status_code == 204
    town.post("/logout")
    assert come_back(town, through(leave(town))) == "/konto/logowanie?problem=identity_not_linked"


FAILED = "/konto/logowanie?problem=provider_failed"


def test_way_back_is_good_once_and_in_the_browser_that_left(town: Town) -> None:
    linked(town)
    back = through(leave(town))
    cookie = town.client.cookies["wspolna_oidc"]
    town.client.cookies.clear()
    assert come_back(town, back) == FAILED, "another browser"
    town.client.cookies.set("wspolna_oidc", cookie)
    assert come_back(town, back) == "/"
    town.client.cookies.set("wspolna_oidc", cookie)
    assert come_back(town, back) == FAILED, "a second time"


def test_token_that_somebody_else_signed_is_refused(town: Town, there: Provider) -> None:
    linked(town)
    there.signing_key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
    assert come_back(town, through(leave(town))) == FAILED
    assert town.me().status_code == 401


def test_token_of_another_issuer_is_refused(town: Town, there: Provider) -> None:
    linked(town)
    there.claimed_issuer = "https://other.example"
    assert come_back(town, through(leave(town))) == FAILED


def test_token_for_another_login_is_refused(town: Town, there: Provider) -> None:
    linked(town)
    back = through(leave(town))
    for code in there.codes.values():
        code.nonce = "of another login"
    assert come_back(town, back) == FAILED


def test_stolen_code_is_worth_nothing_without_its_verifier(town: Town, there: Provider) -> None:
    code = parse_qs(urlsplit(through(leave(town))).query)["code"][0]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": f"{ADDRESS}/auth/oidc/callback",
        "code_verifier": "x" * 43,
    }
    answer = httpx.post(f"{there.issuer}/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET))
    assert answer.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("return_to", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_login_never_leads_to_another_site(town: Town, return_to: str) -> None:
    linked(town)
    assert come_back(town, through(leave(town, returnTo=return_to))) == "/"


def test_provider_that_does_not_answer_is_said_to_have_failed(net: Network) -> None:
    with provider(ADDRESS) as gone:
        told = with_provider(net, gone)
    with TestClient(create_app(told)) as client:
        answer = Town(Api(client, net)).post("/oidc/start")
    assert (answer.status_code, answer.json()["code"]) == (502, "provider_failed")
