"""Becomes another program that dies with its parent and, where asked, without root's powers.

A script of its own (`python -I -S launch.py OPTIONS -- PROGRAM …`) instead of a preexec_fn, because a
preexec_fn isn't safe in a process with threads. Imports nothing of the project: it must start fast.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2


def main(arguments: list[str]) -> None:
    split = arguments.index("--")
    options = dict(option.split("=", 1) for option in arguments[:split])
    program = arguments[split + 1 :]
    if "cwd" in options:
        os.chdir(options["cwd"])  # while we still may
    if "uid" in options:
        _drop_root(int(options["uid"]), keep_search="search" in options)
    # After the change of user, which clears it.
    if "parent" in options:
        _die_with(int(options["parent"]), int(options["signal"]))
    os.execv(program[0], program)  # noqa: S606 -- without a shell is what we want


def _die_with(parent: int, signal_number: int) -> None:
    if not sys.platform.startswith("linux"):
        return  # the next start finds and ends what a killed parent left behind
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), signal.SIGKILL)


def _drop_root(uid: int, *, keep_search: bool) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    capability = _search_capability() if keep_search else None
    if capability is not None:
        libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    if capability is not None:
        _keep_only(libc, capability)


def _search_capability() -> int | None:
    """The weakest one we hold that lets the server walk to a directory below, say, /root."""
    with Path("/proc/self/status").open() as status:
        held = next(int(line.split()[1], 16) for line in status if line.startswith("CapPrm"))
    for capability in (_CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE):
        if held & (1 << capability):
            return capability
    return None


def _keep_only(libc: ctypes.CDLL, capability: int) -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    bit = 1 << capability
    sets = (ctypes.c_uint32 * 6)(
        bit, bit, bit, 0, 0, 0
    )  # effective, permitted, inheritable; high words
    if libc.capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    if libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_CAP_AMBIENT)")


if __name__ == "__main__":
    main(sys.argv[1:])
