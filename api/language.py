"""Polish first, English beside it."""

from domain.errors import Language


def preferred(accept_language: str | None) -> Language:
    """English only where the client ranks it above Polish."""
    weights = {"pl": 0.0, "en": 0.0}
    for part in (accept_language or "").split(","):
        tag, _, q = part.strip().partition(";q=")
        primary = tag.strip().lower().partition("-")[0]
        if primary in weights:
            weights[primary] = max(weights[primary], _weight(q))
    return "en" if weights["en"] > weights["pl"] else "pl"


def _weight(q: str) -> float:
    try:
        return float(q) if q else 1.0
    except ValueError:
        return 0.0
