"""Portals over GraphQL: their keys, their quotas, and what they may see."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar.exceptions import WebSocketDisconnect

from api.graphql.relay import global_id
from domain.portals import (
    ChangePortalTerms,
    PortalTerms,
    ReinstatePortal,
    RevokePortalKey,
    RotatePortalKey,
    Scope,
    SuspendPortal,
)
from domain.roles import OPERATOR
from infra.portals import keys, usage
from infra.portals.keys import PREFIX, well_formed
from infra.portals.usage import Count, Day
from tests.api.conftest import Api
from tests.api.servers import server
from tests.api.test_subscribing import PROTOCOL, initialised, subscribe
from tests.locks import soon
from tests.network import Network
from tests.portals import ALL, AdmittedPortal, application

NEWS = "{ news(first: 1) { totalCount } }"
DEAR = """{ a: news(first: 100) { nodes { history { kind } } }
    b: municipalities(first: 100) { nodes { news(first: 60) { nodes { title } } } } }"""
ISSUE = """mutation($input: IssuePortalKeyInput!) { issuePortalKey(input: $input) {
    __typename ... on PortalKeyWritten { secret key { id name scopes } version }
    ... on InvalidInputError { problems { field code } } ... on UserError { code message } } }"""
ROTATE = """mutation($input: RotatePortalKeyInput!) { rotatePortalKey(input: $input) {
    __typename ... on PortalKeyWritten { secret key { id } } ... on UserError { code } } }"""
REVOKE = """mutation($input: RevokePortalKeyInput!) { revokePortalKey(input: $input) {
    __typename ... on PortalWritten { portal { keys { id revokedAt } } } ... on UserError { code } } }"""
ADD = """mutation($input: AddWebhookInput!) { addWebhook(input: $input) {
    __typename ... on WebhookWritten { secret webhook { id url kinds paused delivery { position } } }
    ... on InvalidInputError { problems { field code } } ... on UserError { code } } }"""


@pytest.fixture
def portal(api: Api) -> AdmittedPortal:
    return AdmittedPortal(api.net)


def input_of(portal_id: UUID, **facts: Any) -> dict[str, Any]:
    told = {"commandId": str(uuid4()), "portal": global_id("Portal", portal_id), **facts}
    return {"input": told}


def remaining(answer: Any) -> int:
    return int(answer.headers["ratelimit"].split(";")[1].removeprefix("r="))


def test_key_has_a_prefix_and_a_checksum() -> None:
    key = keys.new_key()
    assert key.startswith(PREFIX)
    assert well_formed(key)
    other = "x" if key[20] != "x" else "y"
    for wrong in (f"{key[:20]}{other}{key[21:]}", key[:-1], f"{key}0", PREFIX, "", "ą" * 60):
        assert not well_formed(wrong)


def test_key_answers_with_the_headers_of_its_quota(api: Api, portal: AdmittedPortal) -> None:
    _, secret = portal.key()
    answer = api.post(NEWS, token=secret)
    assert answer.status_code == 200
    assert answer.headers["ratelimit-policy"] == '"key";q=600;w=60'
    assert remaining(answer) == 599
    assert remaining(api.post(NEWS, token=secret)) == 598
    assert "ratelimit" not in api.post(NEWS).headers


def test_what_is_no_key_opens_nothing(api: Api, portal: AdmittedPortal) -> None:
    _, secret = portal.key()
    for wrong in (keys.new_key(), secret[:-1] + ("0" if secret[-1] != "0" else "1"), PREFIX):
        answer = api.post(NEWS, token=wrong)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (
            401,
            'Bearer realm="wspolna"',
        )


def test_key_is_kept_as_a_hash(api: Api, portal: AdmittedPortal) -> None:
    _, secret = portal.key()
    tables = api.net.rows("SELECT to_jsonb(k)::text FROM portal_keys k")
    events = api.net.rows("SELECT convert_from(state, 'UTF8') FROM events")
    assert not any(secret[-20:] in text or secret in text for (text,) in tables + events)


def test_revocation_and_suspension_count_with_the_next_request(
    api: Api, portal: AdmittedPortal
) -> None:
    key_id, secret = portal.key()
    assert api.post(NEWS, token=secret).status_code == 200
    portal.give(SuspendPortal, OPERATOR, reason="Nadużycia.")
    assert api.post(NEWS, token=secret).status_code == 401
    portal.give(ReinstatePortal, OPERATOR)
    assert api.post(NEWS, token=secret).status_code == 200
    portal.give(RevokePortalKey, key_id=key_id)
    assert api.post(NEWS, token=secret).status_code == 401


def test_rotated_key_goes_on_for_its_overlap(api: Api, portal: AdmittedPortal) -> None:
    key_id, old = portal.key()
    rotated = portal.give(RotatePortalKey, key_id=key_id, overlap_hours=1)
    new = portal.secret(rotated.new_key_id)
    assert [api.post(NEWS, token=each).status_code for each in (old, new)] == [200, 200]
    at_once = portal.give(RotatePortalKey, key_id=rotated.new_key_id, overlap_hours=0)
    last = portal.secret(at_once.new_key_id)
    assert [api.post(NEWS, token=each).status_code for each in (old, new, last)] == [200, 401, 200]


def test_quota_ends_with_a_typed_refusal_in_both_languages(api: Api) -> None:
    portal = AdmittedPortal(api.net, quota=3)
    _, secret = portal.key()
    _wait_for_a_fresh_minute()
    assert [api.post(NEWS, token=secret).status_code for _ in range(3)] == [200, 200, 200]
    answer = api.post(NEWS, token=secret)
    assert answer.status_code == 429
    seconds = int(answer.headers["retry-after"])
    assert 1 <= seconds <= 60
    assert answer.headers["ratelimit"] == f'"key";r=0;t={seconds}'
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "rate_limited", "retryAfter": seconds}
    assert "wyczerpany" in error["message"]
    english = api.post(NEWS, token=secret, language="en").json()["errors"][0]["message"]
    assert "used up" in english
    _, another = portal.key()
    assert api.post(NEWS, token=another).status_code == 200


def test_quota_that_is_changed_counts_at_once(api: Api) -> None:
    portal = AdmittedPortal(api.net, quota=1)
    _, secret = portal.key()
    _wait_for_a_fresh_minute()
    assert [api.post(NEWS, token=secret).status_code for _ in range(2)] == [200, 429]
    portal.give(ChangePortalTerms, OPERATOR, terms=PortalTerms(ALL, 50))
    answer = api.post(NEWS, token=secret)
    assert answer.status_code == 200
    assert answer.headers["ratelimit-policy"] == '"key";q=50;w=60'
    assert remaining(answer) == 48
    portal.give(ChangePortalTerms, OPERATOR, terms=PortalTerms(ALL, 2))
    assert api.post(NEWS, token=secret).status_code == 429


def test_refusal_of_what_was_admitted_tells_and_counts_as_any_answer(api: Api) -> None:
    portal = AdmittedPortal(api.net)
    _, secret = portal.key()
    _wait_for_a_fresh_minute()
    headers = {"Authorization": f"Bearer {secret}"}
    left = []
    for accept in ("application/json", "text/event-stream"):
        asked = {"query": NEWS, "variables": [1]}
        told = api.client.post("/graphql", json=asked, headers={**headers, "Accept": accept})
        assert told.status_code == 400
        left.append(remaining(told))
    assert left == [599, 598]
    assert _usage_of(portal) == (2, 2)


def test_usage_is_told_by_day_and_key_the_latest_first(api: Api, portal: AdmittedPortal) -> None:
    older, newer = (portal.key(name=name)[0] for name in ("dawny", "nowy"))
    for key_id, day in ((older, 1), (older, 3), (newer, 2), (newer, 3)):
        told = Day(key_id, portal.id, date(2026, 5, day))
        usage.add(api.net.connection, {told: Count(datetime.now(UTC), requests=day)})
    api.net.project()
    query = """query($id: ID!) { portalUsage(portal: $id, since: "2026-05-01", until: "2026-05-31") {
        day keyName requests } }"""
    found = api.ask(query, {"id": global_id("Portal", portal.id)}, operator=True)["portalUsage"]
    assert [tuple(each.values()) for each in found] == [
        ("2026-05-03", "nowy", 3),
        ("2026-05-03", "dawny", 3),
        ("2026-05-02", "nowy", 2),
        ("2026-05-01", "dawny", 1),
    ]


def _usage_of(portal: AdmittedPortal) -> tuple[int, int]:
    """Requests and errors, once they are written."""
    query = "SELECT sum(requests)::int, sum(errors)::int FROM portal_usage WHERE portal_id = %s"
    soon(lambda: portal.net.rows(query, portal.id)[0][0] == 2, 15)
    (found,) = portal.net.rows(query, portal.id)
    return found


def test_portal_may_ask_for_more_at_once_than_others(api: Api, portal: AdmittedPortal) -> None:
    _, secret = portal.key()
    _, without = portal.key(Scope.CHANGES)
    for _ in range(2):  # the plan is kept, the limit isn't
        assert 5_000 < api.post(DEAR, token=secret).json()["extensions"]["cost"] <= 20_000
        for nobody in (None, without):
            code, message = api.refused(DEAR, token=nobody, language="en")
            assert code == "cost_limit"
            assert "at most 5000" in message


def test_its_people_issue_rotate_and_revoke_over_graphql(
    live_api: Api,
) -> None:
    portal = AdmittedPortal(live_api.net)
    token = portal.token()
    given = input_of(portal.id, name="strona", scopes=["READ_PUBLIC"])
    issued = live_api.ask(ISSUE, given, token=token)["issuePortalKey"]
    secret, key = issued["secret"], issued["key"]
    assert (key["name"], key["scopes"]) == ("strona", ["READ_PUBLIC"])
    assert live_api.post(NEWS, token=secret).status_code == 200
    again = live_api.ask(ISSUE, given, token=token)["issuePortalKey"]
    assert (again["secret"], again["key"]) == (None, key)
    rotated = live_api.ask(ROTATE, input_of(portal.id, key=key["id"]), token=token)
    new = rotated["rotatePortalKey"]
    assert live_api.post(NEWS, token=new["secret"]).status_code == 200
    revoked = live_api.ask(REVOKE, input_of(portal.id, key=key["id"]), token=token)
    shown = {each["id"]: each["revokedAt"] for each in revoked["revokePortalKey"]["portal"]["keys"]}
    assert shown[key["id"]] is not None
    assert shown[new["key"]["id"]] is None
    assert live_api.post(NEWS, token=secret).status_code == 401
    refused = live_api.ask(
        ISSUE, input_of(portal.id, name="x", scopes=["READ_PUBLIC"]), token=new["secret"]
    )
    assert refused["issuePortalKey"]["code"] == "not_permitted"


def test_key_with_the_scope_keeps_its_portals_webhooks(live_api: Api) -> None:
    portal = AdmittedPortal(live_api.net)
    _, plain = portal.key()
    _, secret = portal.key(Scope.WEBHOOKS)
    given = input_of(portal.id, url="https://gminy.example/hook", kinds=["NEWS"])
    assert live_api.ask(ADD, given, token=plain)["addWebhook"]["code"] == "not_permitted"
    added = live_api.ask(ADD, given, token=secret)["addWebhook"]
    assert added["secret"].startswith("whsec_")
    assert added["webhook"]["url"] == "https://gminy.example/hook"
    assert live_api.ask(ADD, given, token=secret)["addWebhook"]["secret"] is None
    mine = "{ myPortal { name webhooks { url } keys { name lastUsedAt } } }"
    assert live_api.ask(mine, token=secret)["myPortal"]["webhooks"] == [
        {"url": "https://gminy.example/hook"}
    ]
    assert live_api.ask(mine, token=plain)["myPortal"] is None
    assert live_api.ask(mine)["myPortal"] is None


def test_nobody_sees_another_portal(api: Api, portal: AdmittedPortal) -> None:
    other = AdmittedPortal(api.net, name="Inny")
    api.net.give(application("Trzeci"))
    token, key_id = other.token(), portal.key()[0]
    api.net.project()
    everything = """query($id: ID!, $key: ID!, $day: Date!) {
        portals { nodes { name contactEmail } }
        portal(id: $id) { name } node(id: $key) { id }
        portalUsage(portal: $id, since: $day, until: $day) { requests } }"""
    given = {
        "id": global_id("Portal", portal.id),
        "key": global_id("PortalKey", key_id),
        "day": "2026-01-01",
    }
    for asking in ({"token": token}, {"token": other.key(Scope.WEBHOOKS)[1]}, {}):
        told = api.ask(everything, given, **asking)
        names = [each["name"] for each in told["portals"]["nodes"]]
        assert names == (["Inny"] if asking else [])
        assert (told["portal"], told["node"], told["portalUsage"]) == (None, None, [])
    waiting = '{ portals(state: "REGISTERED") { nodes { name } } }'
    assert api.ask(waiting, operator=True)["portals"]["nodes"] == [{"name": "Trzeci"}]


def test_quota_holds_on_every_way_in(api: Api) -> None:
    portal = AdmittedPortal(api.net, quota=2)
    key_id, secret = portal.key(Scope.CHANGES)
    _wait_for_a_fresh_minute()
    events = {"Accept": "text/event-stream", "Authorization": f"Bearer {secret}"}
    with api.client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
        initialised(socket, authorization=f"Bearer {secret}")
        subscribe(socket, query=NEWS)
        assert socket.receive_json()["type"] == "next"
        assert socket.receive_json()["type"] == "complete"
        told = api.client.post("/graphql", json={"query": NEWS}, headers=events)
        assert "totalCount" in told.text
        assert remaining(told) == 0
        assert api.client.post("/graphql", json={"query": NEWS}, headers=events).status_code == 429
        subscribe(socket, id_="2", query=NEWS)
        error = socket.receive_json()
        assert (error["type"], error["payload"][0]["extensions"]["code"]) == (
            "error",
            "rate_limited",
        )
        portal.give(RevokePortalKey, key_id=key_id)
        subscribe(socket, id_="3", query=NEWS)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive()
        assert closed.value.code == 4403


@pytest.fixture
def two_servers(net: Network) -> Iterator[tuple[str, str]]:
    with server(net.database_url) as one, server(net.database_url) as other:
        yield one, other


def _wait_for_a_fresh_minute() -> None:
    left = 60 - time.time() % 60
    if left < 10:
        time.sleep(left + 0.1)


def _ask(address: str, secret: str) -> httpx.Response:
    return httpx.post(
        f"{address}/graphql",
        json={"query": NEWS},
        headers={"Authorization": f"Bearer {secret}"},
        timeout=20,
    )


def test_processes_share_one_quota_and_count_all_of_its_use(
    net: Network, two_servers: tuple[str, str]
) -> None:
    portal = AdmittedPortal(net, quota=50)
    key_id, secret = portal.key()
    _wait_for_a_fresh_minute()
    with ThreadPoolExecutor(6) as threads:
        asked = [threads.submit(_ask, two_servers[n % 2], secret) for n in range(120)]
        found = [each.result().status_code for each in asked]
    assert (found.count(200), found.count(429)) == (50, 70)
    token = portal.token()
    net.project()
    until = time.monotonic() + 15
    query = """query($id: ID!) { portalUsage(portal: $id, since: "2020-01-01", until: "2100-01-01") {
        key keyName requests refused errors cost } }"""
    while time.monotonic() < until:
        answer = httpx.post(
            f"{two_servers[0]}/graphql",
            json={"query": query, "variables": {"id": global_id("Portal", portal.id)}},
            headers={"Authorization": f"Bearer {token}"},
        ).json()
        usage = answer["data"]["portalUsage"]
        if usage and usage[0]["requests"] + usage[0]["refused"] == 120:
            break
        time.sleep(0.3)
    assert usage == [
        {
            "key": global_id("PortalKey", key_id),
            "keyName": "strona",
            "requests": 50,
            "refused": 70,
            "errors": 0,
            "cost": usage[0]["cost"],
        }
    ]
    assert usage[0]["cost"] > 0


def test_key_rotated_while_it_is_used_refuses_nobody(
    net: Network, two_servers: tuple[str, str]
) -> None:
    portal = AdmittedPortal(net, quota=100_000)
    key_id, secret = portal.key()
    secrets = [secret]

    def ask_on(address: str) -> list[int]:
        return [_ask(address, secrets[-1]).status_code for _ in range(15)]

    with ThreadPoolExecutor(4) as threads:
        asking = [threads.submit(ask_on, address) for address in two_servers * 2]
        for _ in range(3):
            rotated = portal.give(RotatePortalKey, key_id=key_id, overlap_hours=1)
            key_id = rotated.new_key_id
            secrets.append(portal.secret(key_id))
        told = [status for one in asking for status in one.result()]
    assert set(told) == {200}
    assert {_ask(two_servers[0], each).status_code for each in secrets} == {200}


def test_key_revoked_in_the_middle_of_its_use_is_refused_everywhere_from_then_on(
    net: Network, two_servers: tuple[str, str]
) -> None:
    """Whatever is sent after the revocation was acknowledged, to whichever process."""
    portal = AdmittedPortal(net, quota=100_000)
    key_id, secret = portal.key()
    revoked_at: list[float] = []

    def ask_on(address: str) -> list[tuple[float, int]]:
        told: list[tuple[float, int]] = []
        headers = {"Authorization": f"Bearer {secret}"}
        with httpx.Client(base_url=address, headers=headers, timeout=20) as client:
            while len(told) < 20 or not revoked_at or time.monotonic() < revoked_at[0] + 0.5:
                began = time.monotonic()
                answer = client.post("/graphql", json={"query": NEWS})
                told.append((began, answer.status_code))
        return told

    with ThreadPoolExecutor(4) as threads:
        asking = [threads.submit(ask_on, address) for address in two_servers * 2]
        time.sleep(0.7)
        revoking = time.monotonic()
        portal.give(RevokePortalKey, key_id=key_id)
        revoked_at.append(time.monotonic())
        by_client = [one.result() for one in asking]
    # A client's next request begins when the one before has been answered.
    before = {
        status
        for told in by_client
        for (_, status), (answered, _) in pairwise(told)
        if answered < revoking
    }
    after = {status for told in by_client for began, status in told if began > revoked_at[0]}
    assert before == {200}
    assert after == {401}
