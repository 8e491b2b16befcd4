"""The Celery app. It carries wake-ups and side effects, never data: the log is the queue."""

from __future__ import annotations

import logging
from typing import Any

from celery import Celery
from celery.signals import after_setup_logger
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from infra.settings import Settings
from workers.projecting import ProjectingStep
from workers.schedule import SCHEDULE

# A message that its worker did not finish within these seconds is given to another one: so long does
# a task last at most, and so long does it take until the work of a killed worker is taken up.
VISIBILITY_SECONDS = 60


def make_app(settings: Settings) -> Celery:
    app = Celery("wspolna", set_as_current=True)
    app.conf.update(
        **_broker(settings),
        include=["workers.tasks"],
        beat_schedule=SCHEDULE,
        beat_schedule_filename=str(settings.data / "beat" / "schedule"),
        timezone="Europe/Warsaw",
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        worker_pool="threads",  # gevent was slower, and the work is waiting for PostgreSQL
        worker_concurrency=4,
        worker_prefetch_multiplier=2,
        # Each needs a queue of its own for every worker that ever ran, and nothing here asks for it.
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # a database may be down for a day
        worker_cancel_long_running_tasks_on_connection_loss=False,
    )
    (settings.data / "beat").mkdir(parents=True, exist_ok=True)
    app.steps["worker"].add(ProjectingStep)
    app.wspolna_settings = settings
    return app


@after_setup_logger.connect
def _keep_the_log_calm(**_: Any) -> None:
    """Ticks every few seconds, sent, received and done, would bury what is worth reading."""
    for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _broker(settings: Settings) -> dict[str, Any]:
    url = settings.broker_url
    if url is not None and not url.startswith("pgmq:"):
        # Only RabbitMQ heeds it: its quorum queues are those that survive the loss of a node.
        return {"broker_url": url, "task_default_queue_type": "quorum"}
    options: dict[str, Any] = {
        "init_extension": False,  # infra/migrate.py has brought its tables and functions
        # Short polls instead of long ones: a long poll is a transaction that holds back the horizon
        # of everyone who reads the log.
        "wait_time_seconds": 0,
        "polling_interval": 0.05,
        "visibility_timeout": VISIBILITY_SECONDS,
        "pool_size": 4,
        "pool_timeout": 5,
    }
    if url is None:
        options["conn_string"] = _pgmq_conninfo(settings.postgres_url)
    return {"broker_url": url or "pgmq://localhost", "broker_transport_options": options}


def _pgmq_conninfo(url: str) -> str:
    """The URL as pgmq's client can take it.

    It picks host, port, database, user and password out of a conninfo, drops everything else, and
    joins them to a new one without quoting. So what is to arrive is quoted once more, and the other
    parameters (sslmode, connect_timeout) travel behind the password, which it insists on.
    """
    given = conninfo_to_dict(url)
    known = {
        name: str(given.pop(name)) for name in ("host", "port", "dbname", "user") if name in given
    }
    password = str(given.pop("password", "") or "none")
    rest = make_conninfo("", **given)
    quoted = {name: _quote(value) for name, value in known.items()}
    return make_conninfo("", **quoted, password=f"{_quote(password)} {rest}")


def _quote(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
