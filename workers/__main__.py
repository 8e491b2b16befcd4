"""`python -m workers worker` and `python -m workers beat`: the two processes of Celery."""

from __future__ import annotations

import sys

from infra.settings import Settings
from workers.app import make_app

_ARGUMENTS = {
    "worker": [
        "worker",
        "--loglevel=INFO",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
    ],
    "beat": ["beat", "--loglevel=INFO", "--pidfile="],
}


def main() -> None:
    match sys.argv[1:]:
        case [role] if role in _ARGUMENTS:
            make_app(Settings.from_environment()).start(_ARGUMENTS[role])
        case _:
            sys.exit("usage: python -m workers worker|beat")


if __name__ == "__main__":
    main()
