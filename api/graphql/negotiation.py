"""Media types, by the GraphQL-over-HTTP specification; where it leaves the choice to us, decision 0030."""

from functools import lru_cache

RESPONSE = b"application/graphql-response+json"
LEGACY = b"application/json"
EVENTS = b"text/event-stream"
PAGE = b"text/html"


@lru_cache(256)
def preferred(accept: bytes | None) -> bytes | None:
    """What to answer in; None: nothing that the client accepts (406). Of equals, the one named first.

    A client that names neither may know nothing of the new one, so it is answered in the old.
    """
    if accept is None or not accept.strip():
        return LEGACY
    best, best_weight = None, 0.0
    for media_range, weight in _ranges(accept):
        offered = _offer(media_range)
        if offered is not None and weight > best_weight:
            best, best_weight = offered, weight
    return best


@lru_cache(256)
def is_json(content_type: bytes | None) -> bool:
    """`application/json`, in UTF-8 if it says an encoding at all."""
    media_type, _, parameters = (content_type or b"").lower().partition(b";")
    if media_type.strip() != LEGACY:
        return False
    charset = [
        p.partition(b"=")[2].strip(b' "')
        for p in parameters.split(b";")
        if p.strip().startswith(b"charset")
    ]
    return not charset or charset[0] in (b"utf-8", b"utf8")


@lru_cache(256)
def accepts(accept: bytes | None, media_type: bytes) -> bool:
    """By name: `*/*` doesn't count."""
    return any(found == media_type and weight > 0 for found, weight in _ranges(accept or b""))


def _ranges(accept: bytes) -> list[tuple[bytes, float]]:
    found = []
    for part in accept.lower().split(b","):
        media_range, *parameters = part.split(b";")
        found.append((media_range.strip(), _weight(parameters)))
    return found


def _weight(parameters: list[bytes]) -> float:
    for parameter in parameters:
        name, _, value = parameter.strip().partition(b"=")
        if name == b"q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _offer(media_range: bytes) -> bytes | None:
    if media_range in (RESPONSE, EVENTS):
        return media_range
    return LEGACY if media_range in (LEGACY, b"*/*", b"application/*") else None
