"""The projection runner inside the Celery worker: it starts and stops with the worker's process."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

from celery import bootsteps

from infra.bootstrap import EventLog, connect
from infra.keyfiles import vault
from infra.settings import Settings
from projections.registry import PROJECTIONS
from projections.runner import ProjectionRunner


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
        self._runners = runners(worker.app.wspolna_settings)

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


def runners(settings: Settings) -> list[Runner]:
    """What this process runs beside its tasks."""
    open_connection = partial(connect, settings.postgres_url)
    return [ProjectionRunner(PROJECTIONS, EventLog(vault(settings)), open_connection)]
