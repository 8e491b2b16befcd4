"""Delivers to one webhook, as a process that can be killed: `python -m tests.infra.webhook_worker URL ID`."""

import sys
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from infra.bootstrap import connect, cooperation
from infra.personal.master import WrappingKey
from infra.portals.webhooks import Courier


def main(url: str, webhook_id: str) -> None:
    with cooperation(url, connections=1) as door:
        master = WrappingKey(bytes(32))
        courier = Courier(
            partial(connect, url), door, master, lambda: datetime.now(UTC), allow_private=True
        )
        courier.deliver(UUID(webhook_id))


if __name__ == "__main__":
    main(*sys.argv[1:])
