"""What exactly is approved: the minutes as one text, and its hash."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID


class Present(NamedTuple):
    """Persons stand in the minutes by their ids: the hash outlives the memory of their names."""

    person_id: UUID
    office: str
    municipality: str | None


class Section(NamedTuple):
    heading: str
    body: str
    public: bool


class Minutes(NamedTuple):
    host: str
    title: str
    place: str
    held_on: date
    attendance: Iterable[Present]
    sections: Iterable[Section]
    decisions: Iterable[str]


def minutes_hash(minutes: Minutes) -> str:
    """SHA-256, hexadecimal, of the canonical JSON of what the minutes say."""
    said = {
        "host": minutes.host,
        "title": minutes.title,
        "place": minutes.place,
        "held_on": minutes.held_on.isoformat(),
        "attendance": [
            [str(one.person_id), one.office, one.municipality] for one in minutes.attendance
        ],
        "sections": [list(section) for section in minutes.sections],
        "decisions": list(minutes.decisions),
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
