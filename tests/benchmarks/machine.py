"""Cores, child processes and their memory."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

SERVER_CORE = 0
LOAD_CORE = 1 if (os.cpu_count() or 1) > 1 else 0


def on_core(core: int, command: Sequence[str]) -> list[str]:
    return ["taskset", "--cpu-list", str(core), *command]


@contextmanager
def pinned(*cores: int) -> Iterator[None]:
    """Keeps this thread, and the threads and children it starts, on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(cores) & before or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def child(
    command: Sequence[str],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own group, ended with everything that it started."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    for signum, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signum)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return


def wait_for_http(
    url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 30
) -> None:
    """Returns once the server answers anything; raises with the end of its log when it doesn't."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urlopen(url, timeout=1).close()
            return
        except URLError as error:
            if hasattr(error, "code"):  # it answered, if only "method not allowed"
                return
            time.sleep(0.05)
        except (ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise RuntimeError(f"no answer from {url}:\n{log.read_text(errors='replace')[-3000:]}")


def memory_mb(pid: int) -> float:
    """Proportional set size of a process and its children, in megabytes (shared pages split)."""
    pages = sum(_pss_kb(one) for one in family(pid))
    return pages / 1024


def peak_mb(pid: int) -> float:
    """Largest resident set that a process had since its start, in megabytes.

    Not getrusage's: that begins with what the parent had when it forked.
    """
    status = Path(f"/proc/{pid}/status").read_text()
    return (
        next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        / 1024
    )


def family(pid: int) -> list[int]:
    members = [pid]
    for member in members:
        with suppress(OSError):
            children = Path(f"/proc/{member}/task/{member}/children").read_text().split()
            members.extend(int(one) for one in children)
    return members


def _pss_kb(pid: int) -> int:
    with suppress(OSError):
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return 0
