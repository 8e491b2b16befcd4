"""The projection runner inside the Celery worker: it starts and stops with the worker's process."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

from celery import Celery, bootsteps

from infra.bootstrap import EventLog, connect
from infra.keyfiles import vault
from projections.registry import PROJECTIONS
from projections.runner import ProjectionRunner
from workers.reacting import ReactorRunner
from workers.reactors import REACTORS
from workers.webhooks import WebhookRunner


class Runner(Protocol):
    def start(self) -> None: ...

    def wake(self) -> None:
        """From any thread: look at the log now."""

    def stop(self) -> None:
        """Returns when the last batch is committed or given up."""


_running: list[Runner] = []


def wake() -> None:
    for runner in _running:
        runner.wake()


class ProjectingStep(bootsteps.StartStopStep):
    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self._runners = runners(worker.app)

    def start(self, _worker: Any) -> None:
        for runner in self._runners:
            runner.start()
            _running.append(runner)

    def stop(self, _worker: Any) -> None:
        for runner in reversed(self._runners):
            if runner in _running:
                _running.remove(runner)
                runner.stop()

    terminate = stop


def runners(app: Celery) -> list[Runner]:
    """What this process runs beside its tasks."""
    settings = app.wspolna_settings
    open_connection = partial(connect, settings.postgres_url)
    reader = EventLog(vault(settings))
    # Has what reactors ordered delivered now; beat would have it delivered within seconds.
    ordered = partial(app.send_task, "workers.tasks.deliver", expires=20)
    return [
        ProjectionRunner(PROJECTIONS, reader, open_connection),
        ReactorRunner(REACTORS, reader, open_connection, ordered),
        WebhookRunner(settings),
    ]
