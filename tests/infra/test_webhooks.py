"""Public changes arrive at the webhooks of portals: in order, signed, and whoever is killed when."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from standardwebhooks import Webhook as Signer
from standardwebhooks.webhooks import WebhookVerificationError

from api.graphql.relay import global_id
from domain.municipalities import HeadTitle, Office, RecordOfficeHolder
from domain.people import ForgetPerson
from domain.portals import (
    AddWebhook,
    ChangeKind,
    ChangePortalTerms,
    PauseWebhook,
    PortalTerms,
    RemoveWebhook,
    ResumeWebhook,
    Scope,
    SuspendPortal,
)
from domain.roles import OPERATOR
from infra.bootstrap import connect
from infra.fetch import FetchError, post
from infra.log import EventLog
from infra.personal.master import WrappingKey
from infra.portals import secrets
from infra.portals.letters import PortalLetters
from infra.portals.webhooks import PAUSES, Courier
from infra.reactors import ReactorWorker
from projections.worker import Outcome
from tests.infra.receiver import Receiver, receiving
from tests.network import OPOCZNO, VAULT, Network, network
from tests.portals import NEWS, AdmittedPortal

MASTER = WrappingKey(bytes(32))


class Hook:
    """One webhook of one portal, its receiver, and who delivers."""

    def __init__(
        self, net: Network, receiver: Receiver, kinds: Sequence[ChangeKind] = NEWS
    ) -> None:
        self.net, self.receiver = net, receiver
        net.register()
        self.portal = AdmittedPortal(net)
        self.id: UUID = self.portal.give(
            AddWebhook, url=receiver.url, kinds=tuple(kinds)
        ).webhook_id
        self.secret = self.new_secret()

    def new_secret(self, overlap: timedelta = timedelta()) -> str:
        now = datetime.now(UTC)
        made = secrets.issue(self.net.connection, MASTER, uuid4(), self.id, now, now + overlap)
        assert made is not None
        return made

    def courier(self, **options: Any) -> Courier:
        told = {"allow_private": True, "pauses": (timedelta(0), timedelta(0)), **options}
        return Courier(
            partial(connect, self.net.database_url),
            self.net.cooperation,
            MASTER,
            lambda: datetime.now(UTC),
            **told,
        )

    def deliver(self, **options: Any) -> int:
        self.net.project()
        courier = self.courier(**options)
        return sum(courier.deliver(each) for each in courier.due(self.net.connection))

    def cursor(self) -> Any:
        return self.net.rows(
            "SELECT failures, error, delivered FROM webhook_cursors WHERE webhook_id = %s", self.id
        )[0]

    def paused(self) -> str | None:
        self.net.project()
        found: str | None = self.net.value(
            "SELECT paused FROM read_portals.webhooks WHERE id = %s", self.id
        )
        return found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def hook(database_url: str, receiver: Receiver) -> Iterator[Hook]:
    with network(database_url) as net:
        yield Hook(net, receiver)


def test_public_changes_arrive_in_order_and_retraction_too(hook: Hook) -> None:
    news = hook.net.published().stream_id
    hook.net.correct(news, "Most otwarty")
    hook.net.retract(news)
    assert hook.deliver() == 3
    assert hook.receiver.types == ["news.published", "news.corrected", "news.retracted"]
    effects = [each.told["data"]["effect"] for each in hook.receiver.received]
    assert effects == ["APPEARED", "CHANGED", "DISAPPEARED"]
    data = hook.receiver.received[0].told["data"]
    assert (data["subjectType"], data["municipality"]) == ("NewsItem", OPOCZNO)
    assert len({each.id for each in hook.receiver.received}) == 3
    assert hook.deliver() == 0


def test_what_is_not_public_or_of_another_kind_stays_here(hook: Hook) -> None:
    hook.net.correct(hook.net.draft("Szkic").stream_id, "Inny szkic")
    hook.net.register("100101")
    assert hook.deliver() == 0
    hook.net.published()
    assert hook.deliver() == 1
    assert not any("Szkic" in each.body.decode() for each in hook.receiver.received)


def test_forgotten_person_is_told_whatever_else_it_hears_of(hook: Hook) -> None:
    person = uuid4()
    facts: Any = {"office": Office.HEAD, "title": HeadTitle.BURMISTRZ, "since": date(2024, 5, 7)}
    hook.net.give(
        RecordOfficeHolder(
            command_id=uuid4(), terc=OPOCZNO, name="Anna Nowak", person_id=person, **facts
        )
    )
    assert hook.deliver() == 0
    hook.net.give(ForgetPerson(command_id=uuid4(), person_id=person))
    assert hook.deliver() == 1
    (received,) = hook.receiver.received
    data = received.told["data"]
    assert (received.told["type"], data["effect"]) == ("person.forgotten", "DISAPPEARED")
    assert data["subject"] == global_id("Person", person)
    assert b"Anna" not in received.body


def test_change_tells_no_contents(hook: Hook) -> None:
    hook.net.published("Tajemnica mostu")
    hook.deliver()
    assert b"Tajemnica" not in hook.receiver.received[0].body


def test_what_happened_before_it_was_added_is_not_told(
    database_url: str, receiver: Receiver
) -> None:
    with network(database_url) as net:
        net.register()
        net.published("Dawna")
        hook = Hook(net, receiver)
        assert hook.deliver() == 0


def test_signature_is_that_of_the_specification(hook: Hook) -> None:
    hook.net.published()
    hook.deliver()
    (received,) = hook.receiver.received
    assert Signer(hook.secret).verify(received.body, received.headers) == received.told
    with pytest.raises(WebhookVerificationError):
        Signer(hook.secret).verify(received.body + b" ", received.headers)
    assert received.headers["content-type"] == "application/json"


def test_rotated_secret_signs_beside_the_old_one_for_a_while(hook: Hook) -> None:
    old, new = hook.secret, hook.new_secret(timedelta(hours=1))
    hook.net.published()
    hook.deliver()
    (received,) = hook.receiver.received
    for secret in (old, new):
        Signer(secret).verify(received.body, received.headers)
    newest = hook.new_secret()
    hook.net.published("Drugi most")
    hook.deliver()
    later = hook.receiver.received[1]
    Signer(newest).verify(later.body, later.headers)
    with pytest.raises(WebhookVerificationError):
        Signer(new).verify(later.body, later.headers)


def test_secret_is_kept_under_the_master_key(hook: Hook) -> None:
    (locked,) = hook.net.rows("SELECT locked FROM webhook_secrets")[0]
    assert hook.secret.encode() not in bytes(locked)


def test_failed_delivery_is_repeated_with_the_same_id_and_nothing_overtakes_it(hook: Hook) -> None:
    hook.net.published("Jeden")
    hook.net.published("Dwa")
    hook.receiver.status = 500
    assert hook.deliver() == 0
    assert hook.cursor() == (1, "http_500", 0)
    hook.receiver.status = 200
    assert hook.deliver() == 2
    first, again, second = hook.receiver.received
    assert first.id == again.id != second.id
    assert first.body == again.body
    assert hook.cursor() == (0, None, 2)


def test_pauses_grow_and_heed_what_the_receiver_asks(hook: Hook) -> None:
    hook.net.published()
    hook.receiver.status, hook.receiver.headers = 429, {"Retry-After": "3600"}
    hook.deliver(pauses=PAUSES)
    due = "SELECT due_at - now() FROM webhook_cursors"
    assert timedelta(minutes=55) < hook.net.value(due) <= timedelta(hours=1)
    assert hook.deliver(pauses=PAUSES) == 0
    assert len(hook.receiver.received) == 1
    assert sum(PAUSES, timedelta()) > timedelta(days=3)


def test_repeated_failure_pauses_it_and_resumed_it_goes_on_from_where_it_stopped(
    hook: Hook,
) -> None:
    worker = ReactorWorker(PortalLetters(), EventLog(VAULT))
    while worker.step(hook.net.connection) is Outcome.MOVED:
        pass
    hook.net.published("Jeden")
    hook.receiver.status = 503
    for _ in range(3):
        assert hook.paused() is None
        hook.deliver()
    assert hook.paused() == "FAILING"
    assert hook.deliver() == 0
    assert len(hook.receiver.received) == 3
    while worker.step(hook.net.connection) is Outcome.MOVED:
        pass
    letter = hook.net.value("SELECT payload FROM outbox WHERE task = 'mail.portal'")
    assert (letter["event"], letter["reason"]) == ("Portal.WebhookPaused", "FAILING")

    hook.net.published("Dwa")
    hook.receiver.status = 204
    hook.portal.give(ResumeWebhook, webhook_id=hook.id)
    assert hook.deliver() == 2
    ids = [each.id for each in hook.receiver.received]
    assert len(set(ids)) == 2
    assert ids[:4] == [ids[0]] * 4


def test_receiver_that_is_gone_pauses_it_at_once(hook: Hook) -> None:
    hook.net.published()
    hook.receiver.status = 410
    hook.deliver()
    assert hook.paused() == "GONE"


@pytest.mark.parametrize("command", [PauseWebhook, RemoveWebhook])
def test_paused_or_removed_in_this_moment_is_sent_nothing(hook: Hook, command: type) -> None:
    """Even while the read model doesn't know of it yet."""
    hook.net.published()
    hook.net.project()
    hook.portal.give(command, webhook_id=hook.id)
    assert hook.courier().deliver(hook.id) == 0
    assert hook.receiver.received == []


def test_suspended_portal_and_lost_scope_rest(hook: Hook) -> None:
    hook.net.published()
    hook.portal.give(ChangePortalTerms, OPERATOR, terms=PortalTerms((Scope.READ_PUBLIC,)))
    assert hook.deliver() == 0
    hook.portal.give(SuspendPortal, OPERATOR, reason="Nadużycia.")
    assert hook.deliver() == 0
    assert hook.receiver.received == []


def test_portal_without_the_scope_is_not_looked_at_until_it_has_it_again(hook: Hook) -> None:
    hook.net.published()
    hook.portal.give(ChangePortalTerms, OPERATOR, terms=PortalTerms((Scope.READ_PUBLIC,)))
    hook.net.project()
    assert hook.courier().due(hook.net.connection) == []
    assert hook.courier().deliver(hook.id) == 0
    hook.portal.give(ChangePortalTerms, OPERATOR, terms=PortalTerms((Scope.WEBHOOKS,)))
    assert hook.deliver() == 1


def test_private_network_is_not_reached(hook: Hook) -> None:
    hook.net.published()
    assert hook.deliver(allow_private=False) == 0
    assert hook.receiver.received == []
    assert hook.cursor()[1] == "private_address"


def test_receiver_that_says_nothing_is_waited_for_no_longer_than_the_deadline(
    receiver: Receiver,
) -> None:
    receiver.answering.clear()
    began = time.monotonic()
    with pytest.raises(FetchError) as raised:
        post(receiver.url, b"{}", {}, allow_private=True, deadline=0.3)
    receiver.answering.set()
    assert raised.value.code == "too_slow"
    assert time.monotonic() - began < 5


def test_redirect_is_not_followed(hook: Hook) -> None:
    hook.net.published()
    hook.receiver.status = 307
    hook.receiver.headers = {"Location": hook.receiver.url + "/inner"}
    assert hook.deliver() == 0
    assert [each.path for each in hook.receiver.received] == ["/hook"]
    assert hook.cursor()[1] == "http_307"


def test_without_a_secret_nothing_is_sent_unsigned(hook: Hook) -> None:
    hook.net.connection.execute("DELETE FROM webhook_secrets")
    hook.net.published()
    assert hook.deliver() == 0
    assert hook.receiver.received == []
    assert hook.cursor()[1] == "no_secret"


def test_of_several_workers_at_once_one_delivers(hook: Hook) -> None:
    for number in range(12):
        hook.net.published(f"Most {number}")
    hook.net.project()
    with ThreadPoolExecutor(4) as threads:
        told = [threads.submit(hook.courier().deliver, hook.id) for _ in range(4)]
        assert sum(each.result() for each in told) == 12
    assert len({each.id for each in hook.receiver.received}) == len(hook.receiver.received) == 12


def test_killed_worker_loses_nothing_and_is_repeated_under_the_same_id(hook: Hook) -> None:
    hook.net.published("Jeden")
    hook.net.published("Dwa")
    hook.net.project()
    hook.receiver.answering.clear()
    command = [sys.executable, "-m", "tests.infra.webhook_worker"]
    process = subprocess.Popen([*command, hook.net.database_url, str(hook.id)])
    assert hook.receiver.came.wait(30)
    process.kill()
    process.wait()
    hook.receiver.answering.set()
    assert _until_free(hook) == 2
    ids = [each.id for each in hook.receiver.received]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 2


def _until_free(hook: Hook) -> int:
    """The server notices within moments that who held the lock is dead."""
    for _ in range(200):
        if arrived := hook.courier().deliver(hook.id):
            return arrived
    return 0


def test_cursor_passes_by_what_its_webhook_does_not_hear_of(hook: Hook) -> None:
    hook.net.project()
    hook.courier().deliver(hook.id)
    hook.net.connection.execute(
        "UPDATE webhook_cursors SET position = -5000 WHERE webhook_id = %s", (hook.id,)
    )
    hook.courier().deliver(hook.id)
    assert hook.net.value("SELECT position > 0 FROM webhook_cursors")
