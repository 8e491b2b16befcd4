"""Where the embedded PostgreSQL of a data directory lives; known without it running."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from urllib.parse import quote

DATABASE = "wspolna"

# sockaddr_un holds 108 bytes on Linux and 104 on macOS, with the closing zero.
_LONGEST_SOCKET = 100


def cluster_directory(data: Path) -> Path:
    return data / "postgres"


def socket_directory(cluster: Path) -> Path:
    """The cluster's own directory, or a short one under /tmp where the path would be too long."""
    if len(os.fsencode(cluster / ".s.PGSQL.5432")) <= _LONGEST_SOCKET:
        return cluster
    digest = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]
    return Path("/tmp") / f"wspolna-{os.getuid()}-{digest}"  # noqa: S108 -- its owner and mode are checked


def cluster_url(cluster: Path, database: str) -> str:
    host = quote(str(socket_directory(cluster)), safe="")
    return f"postgresql://postgres@/{database}?host={host}"


def embedded_url(data: Path) -> str:
    return cluster_url(cluster_directory(data.absolute()), DATABASE)
