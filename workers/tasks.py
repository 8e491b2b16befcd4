"""Celery tasks. Each may be lost, late or done twice without harm."""

from __future__ import annotations

from celery import shared_task

from workers.projecting import wake


@shared_task(name="workers.tasks.catch_up")
def catch_up() -> None:
    """Makes the projections of this process look for events that no notification told them of."""
    wake()
