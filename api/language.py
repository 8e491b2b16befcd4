"""Polish first, English beside it."""

from functools import lru_cache

from domain.errors import Language


@lru_cache(256)
def preferred(accept_language: bytes | None) -> Language:
    """English only where the client ranks it above Polish."""
    weights = {b"pl": 0.0, b"en": 0.0}
    for part in (accept_language or b"").split(b","):
        tag, _, q = part.strip().partition(b";q=")
        primary = tag.strip().lower().partition(b"-")[0]
        if primary in weights:
            weights[primary] = max(weights[primary], _weight(q))
    return "en" if weights[b"en"] > weights[b"pl"] else "pl"


def _weight(q: bytes) -> float:
    try:
        return float(q) if q else 1.0
    except ValueError:
        return 0.0
