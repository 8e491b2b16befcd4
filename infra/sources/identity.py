"""Under which identities an item is recognised when its source is read again."""

import re
from datetime import date
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from domain.values import slugify

_TRACKING: Final = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|_ga|phpsessid|jsessionid", re.IGNORECASE
)


def keys_of(
    title: str, published_on: date | None, guid: str | None, url: str | None, file_name: str | None
) -> tuple[str, ...]:
    """Strongest first. What comes again identifies only together with the day: "aktualnosc.txt".

    So does a title ("Sesja Rady Miejskiej"), unless an undated item has no other identity.
    """
    keys = [f"guid:{guid}"] if guid else []
    if url:
        keys.append(f"url:{_url_key(url)}")
    if published_on or not keys:
        keys.append(f"title:{published_on or ''}:{slugify(title, limit=200)}")
    if published_on and file_name:
        keys.append(f"file:{published_on}:{file_name}")
    return tuple(keys)


def known_url(url: str) -> str | None:
    """A page may name anything as its address; what is none is left out."""
    try:
        return clean_url(url)
    except ValueError:
        return None


def clean_url(url: str) -> str:
    """The address without a fragment and without what campaigns add to follow people."""
    parts = urlsplit(url.strip())
    query = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKING.fullmatch(key)
    ]
    changed = len(query) != len(parse_qsl(parts.query, keep_blank_values=True))
    return urlunsplit(
        (
            parts.scheme.lower(),
            parts.netloc.lower(),
            parts.path or "/",
            urlencode(query) if changed else parts.query,
            "",
        )
    )


def _url_key(url: str) -> str:
    """The same page under http and https, with www. and a closing slash and without."""
    parts = urlsplit(clean_url(url))
    host = (parts.hostname or "").removeprefix("www.")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return f"{host}{port}{unquote(parts.path).rstrip('/')}" + (f"?{query}" if query else "")
