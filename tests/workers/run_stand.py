"""`wspolna run` with the smallest API in place of the whole one; run by the tests of the supervisor."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from infra.settings import Settings
from workers.children import Role
from workers.cli.boundary import answering
from workers.cli.speech import err
from workers.supervisor import Supervisor, roles
from workers.voice import Voice


def small_roles(port: int) -> Sequence[Role]:
    api = [sys.executable, "-m", "uvicorn", "tests.workers.ready_api:app", "--port", str(port)]
    return [*(role for role in roles(port) if role.name != "api"), Role("api", api, stop_seconds=6)]


if __name__ == "__main__":
    with answering():
        Supervisor(Settings.from_environment(), Voice(err), roles=small_roles).run()
