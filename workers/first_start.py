"""What `wspolna run` does once, on the first start: the demo network."""

from __future__ import annotations

from infra import demo
from infra.bootstrap import accounts_desk, connect, cooperation
from infra.demo.accounts import FILE
from infra.keyfiles import vault
from infra.settings import Settings
from projections.registry import PROJECTIONS
from projections.waiting import wait
from workers.voice import Voice

_SHOWN_WITHIN = 60.0  # seconds for the worker to bring the read models up to the demo


def load_demo(settings: Settings, voice: Voice) -> None:
    """A start that was killed half-way is made up for by the next one; so is an earlier edition."""
    done = settings.data / "demo-loaded"
    if done.exists() and done.read_text() == demo.EDITION:
        return
    url = settings.postgres_url
    with connect(url) as connection:
        if demo.begun(connection):
            with (
                voice.bar("Sieć przykładowa", "Demo network") as progress,
                cooperation(url, connections=2, vault=vault(settings)) as door,
                accounts_desk(settings, door) as desk,
            ):
                position = demo.load(door, progress).position
                demo.accounts(desk, settings.data / FILE)
                names = [projection.name for projection in PROJECTIONS]
                wait(connection, names, position, _SHOWN_WITHIN)
    done.write_text(demo.EDITION)
