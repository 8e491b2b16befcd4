"""Whether a request comes from our own pages. Browsers say so; a page of another site can't make them lie."""

from collections.abc import Mapping
from urllib.parse import urlsplit


def same_origin(headers: Mapping[bytes, bytes]) -> bool:
    """True as well for what no browser sent, which carries no cookie unless its owner put it there."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site in {b"same-origin", b"none"}
    origin = headers.get(b"origin")
    if origin is None:
        return True
    host = headers.get(b"host", b"").decode("latin-1").lower()
    return urlsplit(origin.decode("latin-1")).netloc.lower() == host
