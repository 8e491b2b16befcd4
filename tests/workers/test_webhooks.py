"""The runner of webhooks as a worker runs it: what happens arrives by itself, beside one that is stuck."""

import time
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

from domain.portals import AddWebhook
from tests.api.conftest import projecting, settings
from tests.infra.receiver import Receiver, receiving
from tests.infra.test_webhooks import Hook
from tests.network import network
from tests.portals import NEWS
from workers.webhooks import WebhookRunner


def test_changes_arrive_soon_and_a_stuck_receiver_holds_nobody_up(
    database_url: str, tmp_path: Path
) -> None:
    given = replace(
        settings(database_url),
        data=tmp_path,
        master_key=b64encode(bytes(32)).decode(),
        private_webhooks=True,
    )
    with network(database_url) as net, receiving() as stuck, receiving() as receiver:
        net.project()
        hook = Hook(net, receiver)
        other = hook.portal.give(AddWebhook, url=stuck.url, kinds=NEWS)
        stuck.answering.clear()
        runner = WebhookRunner(given)
        with projecting(database_url):
            runner.start()
            try:
                hook.id = other.webhook_id
                hook.new_secret()
                for number in range(3):
                    net.published(f"Most {number}")
                assert _soon(receiver, 3)
                assert stuck.came.wait(10)
                assert len(stuck.received) == 1
            finally:
                stuck.answering.set()
                runner.stop()
    assert [each.told["type"] for each in receiver.received] == ["news.published"] * 3


def _soon(receiver: Receiver, count: int) -> bool:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if len(receiver.received) == count:
            return True
        time.sleep(0.05)
    return False
