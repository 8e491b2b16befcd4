"""What follows from events in the world: the reactors of the program, and who delivers what they order.

A feature adds its reactor to REACTORS, and what carries out its deliveries to `deliverers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from infra.accounts.letters import AccountLetters, Deliveries
from infra.bootstrap import accounts_desk, cooperation
from infra.followers import CallMoves, Followers
from infra.keyfiles import vault
from infra.mail import post
from infra.portals.letters import PortalDeliveries, PortalLetters
from infra.reactors import Deliver, Reactor
from infra.reminders import Reminders
from infra.settings import Settings

REACTORS: Sequence[Reactor] = (AccountLetters(), PortalLetters(), CallMoves())


@contextmanager
def deliverers(settings: Settings) -> Iterator[Mapping[str, Deliver]]:
    """By the task that an outbox row names; raises SettingsError."""
    with (
        cooperation(settings.postgres_url, connections=2, vault=vault(settings)) as door,
        accounts_desk(settings, door) as desk,
    ):
        letters = Deliveries(desk, post(settings), settings.public_url, settings.mail_from)
        yield {
            **letters.by_task(),
            **Reminders(letters).by_task(),
            **PortalDeliveries(letters).by_task(),
            **Followers(letters).by_task(),
        }
