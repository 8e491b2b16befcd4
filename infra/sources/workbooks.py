"""Workbooks from strangers: what unpacks to more than it may, or spans more cells, isn't opened at all.

A cell far away makes a reader allocate everything before it, and what an archive says of its sizes may be
a lie; so the archive is unpacked here, within bounds, and handed on as what was found in it.
"""

import io
import re
import zipfile
import zlib

from infra.sources.model import UnreadableSource

PARTS = 500
COLUMNS = 200

_CELL = re.compile(rb'\br="([A-Z]{1,4})?(\d{1,10})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")


def checked(data: bytes, *, limit: int, rows: int, formulas: bool = True) -> bytes:
    """The same workbook, made of what it unpacks to: at most `limit` bytes, `rows` rows.

    `formulas` False: none are taken, because the value kept beside one may be another than it tells.
    Raises UnreadableSource.
    """
    try:
        parts = _unpacked(data, limit)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnreadableSource(
            "unreadable_workbook",
            f"Nie można odczytać arkusza: {error}",
            f"The workbook can't be read: {error}",
        ) from error
    if "xl/workbook.xml" not in parts:
        raise UnreadableSource(
            "not_a_workbook", "To nie jest skoroszyt XLSX.", "This is no XLSX workbook."
        )
    for name, content in parts.items():
        if name.startswith("xl/worksheets/"):
            _check_sheet(content, rows, formulas=formulas)
    return _packed(parts)


def _unpacked(data: bytes, limit: int) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if len(packed.infolist()) > PARTS:
            raise _too_large()
        for entry in packed.infolist():
            with packed.open(entry) as file:
                parts[entry.filename] = file.read(limit + 1)
            limit -= len(parts[entry.filename])
            if limit < 0:
                raise _too_large()
    return parts


def _check_sheet(content: bytes, rows: int, *, formulas: bool) -> None:
    for column, row in _CELL.findall(content):
        if int(row) > rows or _number(column) > COLUMNS:
            raise _too_large()
    if not formulas and _FORMULA.search(content):
        raise UnreadableSource(
            "workbook_has_formulas",
            "Arkusz zawiera formuły. Zamień je na wartości.",
            "The workbook has formulas. Replace them with their values.",
        )


def _number(column: bytes) -> int:
    found = 0
    for letter in column:
        found = found * 26 + letter - 64
    return found


def _packed(parts: dict[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return kept.getvalue()


def _too_large() -> UnreadableSource:
    return UnreadableSource("too_large", "Arkusz jest za duży.", "The workbook is too large.")
