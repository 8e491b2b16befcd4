"""Processes of a test's own, forked from a server that has imported everything: they start in milliseconds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from typing import Any

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.projections.tally", "tests.infra.publishers"])


def begin(target: Callable[..., None], *arguments: Any) -> ForkServerProcess:
    process = _CONTEXT.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def kill(process: ForkServerProcess) -> None:
    """SIGKILL: it gets no word in."""
    process.kill()
    process.join()


@contextmanager
def running(
    count: int, target: Callable[..., None], *arguments: Any
) -> Iterator[list[ForkServerProcess]]:
    processes = [begin(target, *arguments) for _ in range(count)]
    try:
        yield processes
    finally:
        for process in processes:
            kill(process)
