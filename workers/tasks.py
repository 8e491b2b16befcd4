"""Celery tasks. Each may be lost, late or done twice without harm."""

from __future__ import annotations

import structlog
from celery import Task, shared_task
from psycopg import OperationalError

from infra.bootstrap import seal_log
from workers.projecting import wake

log = structlog.get_logger()


@shared_task(name="workers.tasks.catch_up")
def catch_up() -> None:
    """Makes the projections of this process look for events that no notification told them of."""
    wake()


@shared_task(name="workers.tasks.seal", bind=True)
def seal(task: Task) -> None:
    """Seals what the log has gained; of several at once, one does it."""
    try:
        seal_log(task.app.wspolna_settings)
    except OperationalError as error:
        log.warning("log.not_sealed", error=type(error).__name__)
