"""Packages from npm, installed from a committed lockfile into their own folder when first needed."""

import fcntl
import shutil
import subprocess
from pathlib import Path


class NotInstalled(Exception):
    """The message says what is missing, and why."""


def installed(folder: Path) -> Path:
    """The folder; raises NotInstalled where node, npm or the registry is out of reach."""
    with (folder / ".installing").open("w") as alone:  # tests run in several processes
        fcntl.flock(alone, fcntl.LOCK_EX)
        return _installed(folder)


def _installed(folder: Path) -> Path:
    if (folder / "node_modules" / ".package-lock.json").exists():
        return folder
    if not (shutil.which("npm") and shutil.which("node")):
        raise NotInstalled(f"{folder.name}: node and npm are not on this machine")
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failed:
        shutil.rmtree(folder / "node_modules", ignore_errors=True)
        raise NotInstalled(f"{folder.name}: {str(failed.stderr or failed)[-300:]}") from None
    return folder
