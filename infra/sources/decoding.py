"""Bytes to text: the encodings that Polish town halls really send, whatever the label says."""

import codecs
import re
from typing import Final

from infra.sources.model import UnreadableSource

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED: Final = (
    re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE),
    re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE),
)
_POLISH: Final = ("cp1250", "iso8859-2")
_EXPECTED: Final = frozenset(
    "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ–—„”“’‚‘«»…•·§°×½²³€™©®\u00a0\u00adéáíöüäßÉÖÜÄčšžřŠŽŘČôçëë"
)


def decode(data: bytes, declared: str | None = None) -> str:
    """`declared` is the charset of the HTTP answer. Raises UnreadableSource `unknown_encoding`."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strictly(data[len(bom) :], encoding)
    try:
        return data.decode(
            "utf-8"
        )  # text in another encoding practically never happens to be valid UTF-8
    except UnicodeDecodeError:
        return _decode_single_byte(data, _known(declared) or _declared_inside(data[:2048]))


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _unknown_encoding() from error


def _decode_single_byte(data: bytes, declared: str | None) -> str:
    if declared is not None and declared not in (*_POLISH, "utf-8", "ascii", "iso8859-1", "cp1252"):
        return _strictly(data, declared)
    text = max((_try(data, encoding) for encoding in _POLISH), key=_plausibility)
    if _plausibility(text) < 0.9:
        raise _unknown_encoding()
    return text


def _try(data: bytes, encoding: str) -> str:
    return data.decode(encoding, errors="replace")


def _plausibility(text: str) -> float:
    """The share of signs a Polish text uses among those that are not ASCII.

    Labels can't decide between cp1250 and ISO 8859-2: pages made on Windows say the latter and are
    the former. The two differ in ą ś ź, which every longer Polish text has.
    """
    foreign = [sign for sign in text if sign > "\x7f"]
    return sum(sign in _EXPECTED for sign in foreign) / len(foreign) if foreign else 1.0


def _declared_inside(head: bytes) -> str | None:
    matches = (pattern.search(head) for pattern in _DECLARED)
    return next((_known(match[1].decode("ascii")) for match in matches if match), None)


def _known(label: str | None) -> str | None:
    """The codec's own name, such as iso8859-2 for latin2; None for a label nobody knows."""
    try:
        return codecs.lookup(label).name if label else None
    except LookupError:
        return None


def _unknown_encoding() -> UnreadableSource:
    return UnreadableSource(
        "unknown_encoding",
        "Nie udało się rozpoznać kodowania znaków (próbowano UTF-8, Windows-1250, ISO 8859-2).",
        "The character encoding is not recognised (UTF-8, Windows-1250 and ISO 8859-2 were tried).",
    )
