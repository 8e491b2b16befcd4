"""What Celery beat sends, and how often."""

from __future__ import annotations

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    # The safety net under NOTIFY. Messages that waited while no worker ran say nothing new.
    "catch-up": {"task": "workers.tasks.catch_up", "schedule": 5.0, "options": {"expires": 10}},
    "deliver": {"task": "workers.tasks.deliver", "schedule": 10.0, "options": {"expires": 20}},
    "calls": {"task": "workers.tasks.calls", "schedule": 60.0, "options": {"expires": 60}},
    "remind": {"task": "workers.tasks.remind", "schedule": 1800.0, "options": {"expires": 1800}},
    "tidy": {"task": "workers.tasks.tidy", "schedule": 3600.0, "options": {"expires": 3600}},
    "seal": {"task": "workers.tasks.seal", "schedule": 3.0, "options": {"expires": 6}},
}
