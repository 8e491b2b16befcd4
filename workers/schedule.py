"""What Celery beat sends, and how often."""

from __future__ import annotations

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    # The safety net under NOTIFY. Messages that waited while no worker ran say nothing new.
    "catch-up": {"task": "workers.tasks.catch_up", "schedule": 5.0, "options": {"expires": 10}},
    "seal": {"task": "workers.tasks.seal", "schedule": 3.0, "options": {"expires": 6}},
}
