"""Celery tasks. Each may be lost, late or done twice without harm."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from celery import Task, shared_task
from psycopg import OperationalError
from psycopg.errors import InvalidSchemaName, UndefinedTable

from domain.errors import DomainError
from infra.accounts import sessions
from infra.bootstrap import connect, cooperation, seal_log
from infra.followers import order_digests
from infra.keyfiles import vault
from infra.portals import applications, secrets
from infra.reactors import deliver_due
from infra.reminders import keep_calls_in_time, order_reminders
from infra.settings import SettingsError
from workers.projecting import wake
from workers.reactors import deliverers

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


@shared_task(name="workers.tasks.deliver", bind=True)
def deliver(task: Task) -> None:
    """Letters, erasures and whatever else reactors ordered; several at once share it out."""
    settings = task.app.wspolna_settings
    try:
        with connect(settings.postgres_url) as connection:
            if connection.execute(_DUE).fetchone() is not None:
                with deliverers(settings) as known:
                    deliver_due(connection, known)
    except (OperationalError, SettingsError) as error:
        log.warning("outbox.not_delivered", error=type(error).__name__)


@shared_task(name="workers.tasks.calls", bind=True)
def calls(task: Task) -> None:
    """Records that calls have opened or closed."""
    settings = task.app.wspolna_settings
    try:
        with (
            connect(settings.postgres_url) as connection,
            cooperation(settings.postgres_url, connections=1, vault=vault(settings)) as door,
        ):
            keep_calls_in_time(connection, door, datetime.now(UTC))
    except (OperationalError, UndefinedTable, InvalidSchemaName, DomainError) as error:
        log.warning("calls.not_kept", error=type(error).__name__)


@shared_task(name="workers.tasks.remind", bind=True)
def remind(task: Task) -> None:
    """Orders letters about deadlines that have come near, and the day's digests: each once."""
    now = datetime.now(UTC)
    try:
        with connect(task.app.wspolna_settings.postgres_url) as connection:
            ordered = order_reminders(connection, now) + order_digests(connection, now)
            if ordered:
                log.info("reminders.ordered", count=ordered)
    except (OperationalError, UndefinedTable, InvalidSchemaName) as error:
        log.warning("reminders.not_ordered", error=type(error).__name__)


@shared_task(name="workers.tasks.tidy", bind=True)
def tidy(task: Task) -> None:
    """Sessions that have ended, links and secrets that have expired, attempts that count no more."""
    with connect(task.app.wspolna_settings.postgres_url) as connection:
        now = datetime.now(UTC)
        for clean in (sessions.clean, applications.clean, secrets.clean):
            clean(connection, now)


_DUE = "SELECT 1 FROM outbox WHERE delivered_at IS NULL AND given_up_at IS NULL AND due_at <= now() LIMIT 1"
