"""What a verification can find, each named so that an official and a script can act on it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Fault(StrEnum):
    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    UNREADABLE = "unreadable"
    BATCH_DIFFERS = "batch_differs"
    BROKEN_CHAIN = "broken_chain"
    SEAL_MISSING = "seal_missing"
    SEAL_DAMAGED = "seal_damaged"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_KEY = "unknown_key"
    TRUNCATED = "truncated"
    FORKED = "forked"
    SECTION_DIFFERS = "section_differs"


WORDS: dict[Fault, tuple[str, str]] = {
    Fault.CHANGED: (
        "zdarzenie zmieniono po zapieczętowaniu",
        "the event was changed after sealing",
    ),
    Fault.REMOVED: ("zdarzenie usunięto", "the event was removed"),
    Fault.INSERTED: ("zdarzenie dopisano", "the event was inserted"),
    Fault.REORDERED: ("zdarzenie przestawiono", "the event was moved from its place"),
    Fault.UNREADABLE: ("wiersz nie daje się odczytać", "the line cannot be read"),
    Fault.BATCH_DIFFERS: (
        "zdarzenia nie zgadzają się z pieczęcią",
        "the events do not match their seal",
    ),
    Fault.BROKEN_CHAIN: (
        "pieczęć nie opiera się na poprzedniej",
        "the seal does not stand on the one before",
    ),
    Fault.SEAL_MISSING: ("brakuje pieczęci", "a seal is missing"),
    Fault.SEAL_DAMAGED: ("pieczęć zmieniono", "the seal was changed"),
    Fault.BAD_SIGNATURE: ("podpis jest nieprawidłowy", "the signature is wrong"),
    Fault.UNKNOWN_KEY: ("podpisano nieznanym kluczem", "signed with a key that is not trusted"),
    Fault.TRUNCATED: (
        "dziennik kończy się przed punktem kontrolnym",
        "the log ends before the checkpoint",
    ),
    Fault.FORKED: (
        "dziennik nie jest tym, z którego pochodzi punkt kontrolny",
        "this is not the log that the checkpoint came from",
    ),
    Fault.SECTION_DIFFERS: ("część eksportu zmieniono", "a section of the export was changed"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Position, stream and type where it is about an event; `seal` where it is about a seal."""

    fault: Fault
    position: int | None = None
    stream_id: UUID | None = None
    type: str | None = None
    seal: int | None = None
    detail: str = ""

    def text(self, polish: bool = True) -> str:
        words = WORDS[self.fault][0 if polish else 1]
        return " ".join(part for part in (f"{words}:", self._place(polish), self.detail) if part)

    def _place(self, polish: bool) -> str:
        position, seal = ("pozycja", "pieczęć") if polish else ("position", "seal")
        places = (
            (position, self.position),
            ("", self.type),
            ("", self.stream_id),
            (seal, self.seal),
        )
        return ", ".join(f"{name} {value}".strip() for name, value in places if value is not None)
