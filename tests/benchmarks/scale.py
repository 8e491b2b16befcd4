"""How long and how large: the full figures, or a rough look (`WSPOLNA_BENCH=quick`)."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    rounds: int
    seconds: int
    """Of one run of one candidate, where a run is bound by time."""
    news: int
    municipalities: int
    initiatives: int
    rebuild_events: int


FULL = Scale(
    rounds=3,
    seconds=3,
    news=100_000,
    municipalities=500,
    initiatives=5_000,
    rebuild_events=1_000_000,
)
QUICK = Scale(
    rounds=1, seconds=1, news=20_000, municipalities=500, initiatives=5_000, rebuild_events=100_000
)

SCALE = QUICK if os.environ.get("WSPOLNA_BENCH") == "quick" else FULL
