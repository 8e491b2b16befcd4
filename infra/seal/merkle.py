"""Merkle trees as in RFC 6962, section 2.1: leaves and nodes are hashed with different prefixes."""

from collections.abc import Sequence
from hashlib import sha256


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; of none, the hash of nothing."""
    if not leaves:
        return sha256().digest()
    level = list(leaves)
    while len(level) > 1:
        level = _next_level(level)
    return level[0]


def proof_of(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of one leaf, from its neighbour up to the child of the root."""
    path, level = [], list(leaves)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        level, index = _next_level(level), index // 2
    return path


def root_from_proof(leaf: bytes, index: int, count: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a path leads to, or None where the path cannot belong to such a tree."""
    if not 0 <= index < count:
        return None
    remaining, current, width = list(path), leaf, count
    while width > 1:
        if index ^ 1 < width:
            if not remaining:
                return None
            sibling = remaining.pop(0)
            current = node_hash(sibling, current) if index & 1 else node_hash(current, sibling)
        index, width = index // 2, (width + 1) // 2
    return None if remaining else current


def _next_level(level: Sequence[bytes]) -> list[bytes]:
    paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    # A node without a neighbour rises as it is: the same tree as splitting at the largest power
    # of two.
    return paired + [level[-1]] if len(level) % 2 else paired
