"""Reads an export once, from beginning to end, and finds whatever was changed in it."""

import gzip
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, BinaryIO

import msgspec

from infra.seal.chain import Checkpoint
from infra.seal.entries import StoredEvent
from infra.seal.findings import Fault, Finding
from infra.seal.keys import PublicKeys, key_id, signed_by
from infra.seal.verify import Batch, Verification, verify_batches
from infra.transfer.lines import (
    FORMAT,
    SECTIONS,
    VERSION,
    ClosingLine,
    End,
    EventLine,
    Header,
    Line,
    PersonLine,
    RowLine,
    SealLine,
    decode,
    encode,
    event_of_line,
    seal_of_line,
    section_of,
)

LONGEST = 1 << 26
"""Bytes of one line."""
RUN = 50_000
"""Events without a seal behind them that are held at once."""

Other = RowLine | PersonLine


class NotAnExport(Exception):
    """The message is for a person, in Polish and English."""

    def __init__(self, pl: str, en: str) -> None:
        super().__init__(en)
        self.pl, self.en = pl, en


class ExportReader:
    """`header` at once, then `batches()`, then `beside()`; `findings` has what these two found."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = gzip.GzipFile(fileobj=file, mode="rb")
        self._digests: defaultdict[str, Any] = defaultdict(sha256)
        self._number, self._section = 0, 0
        self._held: Line | None = None
        self._end: End | None = None
        self.findings: list[Finding] = []
        self.events, self.seals = 0, 0
        self.header = self._read_header()
        self._lines = self._read_lines()

    def batches(self) -> Iterator[Batch]:
        """The events before each seal, with the seal."""
        events: list[StoredEvent] = []
        for line in self._lines:
            if isinstance(line, EventLine):
                self._collect(line, events)
                if len(events) == RUN:
                    yield Batch(None, events)
                    events = []
            elif isinstance(line, SealLine):
                closing = isinstance(line, ClosingLine)
                self.seals += not closing
                yield Batch(seal_of_line(line), events, closing)
                events = []
            else:
                self._held = line
                break
        if events:
            # Every export ends its log with a seal.
            self.findings.append(Finding(Fault.SEAL_MISSING, position=events[-1].position))
            yield Batch(None, events)

    def beside(self) -> Iterator[Other]:
        if isinstance(self._held, Other):
            yield self._held
        for line in self._lines:
            if isinstance(line, Other):
                yield line
        self._check_end()

    def _collect(self, line: EventLine, events: list[StoredEvent]) -> None:
        try:
            events.append(event_of_line(line))
            self.events += 1
        except ValueError as error:
            self._unreadable(str(error))

    def _read_header(self) -> Header:
        try:
            text = self._zip.readline(LONGEST)
            header = decode(text)
        except (OSError, EOFError, zlib.error, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise NotAnExport(
                f"To nie jest eksport dziennika: {error}.", f"This is no export of a log: {error}."
            ) from error
        if not isinstance(header, Header) or (header.format, header.version) != (FORMAT, VERSION):
            raise NotAnExport(
                "To nie jest eksport dziennika w znanej wersji formatu.",
                "This is no export of a log in a known version of the format.",
            )
        self._digests["header"].update(text)
        return header

    def _read_lines(self) -> Iterator[Line]:
        self._number = 1
        while text := self._next_text():
            self._number += 1
            line = self._parsed(text)
            if line is not None:
                yield line

    def _next_text(self) -> bytes:
        try:
            return self._zip.readline(LONGEST)
        except (OSError, EOFError, zlib.error) as error:
            self.findings.append(Finding(Fault.TRUNCATED, detail=f"({error})"))
            return b""

    def _parsed(self, text: bytes) -> Line | None:
        if self._end is not None:
            self._unreadable("after the end")
            return None
        try:
            line = decode(text)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            self._unreadable(str(error))
            return None
        if isinstance(line, End):
            self._end = line if encode(line) + b"\n" == text else None
            return None
        return self._in_its_section(line, text)

    def _in_its_section(self, line: Line, text: bytes) -> Line | None:
        section = section_of(line)
        if section not in SECTIONS:
            self._unreadable(f"unknown table {section}")
            return None
        self._digests[section].update(text)
        if SECTIONS.index(section) < max(self._section, 1):
            self._unreadable(f"{section} out of order")
            return None
        self._section = SECTIONS.index(section)
        return line

    def _unreadable(self, reason: str) -> None:
        self.findings.append(Finding(Fault.UNREADABLE, detail=f"(line {self._number}: {reason})"))

    def _check_end(self) -> None:
        end = self._end
        if end is None:
            self.findings.append(Finding(Fault.TRUNCATED, detail="(end)"))
            return
        public = self.header.keys.get(end.key_id, b"")
        if key_id(public) != end.key_id or not signed_by(public, end.signature, end.message()):
            self.findings.append(Finding(Fault.BAD_SIGNATURE, detail="(end)"))
        found = {section: self._digests[section].hexdigest() for section in SECTIONS}
        for section in sorted(found.keys() | end.digests.keys()):
            if found.get(section) != end.digests.get(section):
                self.findings.append(Finding(Fault.SECTION_DIFFERS, detail=f"({section})"))
        if (end.events, end.seals) != (self.events, self.seals):
            self.findings.append(Finding(Fault.SECTION_DIFFERS, detail="(counts)"))


def verify_export(
    file: BinaryIO, trusted: PublicKeys | None = None, kept: Sequence[Checkpoint] = ()
) -> Verification:
    """Offline: the file, and `trusted` public keys kept elsewhere; without these, the file's own.

    Raises NotAnExport.
    """
    reader = ExportReader(file)
    result = verify_batches(reader.batches(), trusted_keys(reader, trusted), kept)
    for _ in reader.beside():
        pass
    result.findings.extend(reader.findings)
    result.findings.extend(strangers(reader, trusted))
    return result


def trusted_keys(reader: ExportReader, trusted: PublicKeys | None) -> PublicKeys:
    if trusted is not None:
        return trusted
    return {name: public for name, public in reader.header.keys.items() if key_id(public) == name}


def strangers(reader: ExportReader, trusted: PublicKeys | None) -> Iterator[Finding]:
    origin = reader.header.origin
    if trusted is not None and origin not in trusted:
        yield Finding(Fault.UNKNOWN_KEY, detail=f"({origin})")
