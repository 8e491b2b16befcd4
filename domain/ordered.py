"""A list that several people edit at once: each entry has a version of its own.

Commands name one entry and, where they rewrite it, the version they saw of it. So edits of different
entries never meet, and of two edits of one entry the later is told instead of overwriting the earlier.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from uuid import UUID

from domain.errors import DomainError, NotFound

T = TypeVar("T")


class EntryNotFound(NotFound):
    code = "entry_not_found"
    pl = "Nie ma już takiej pozycji: ktoś mógł ją usunąć."
    en = "There is no such entry any more: somebody may have removed it."


class EntryChanged(DomainError):
    code = "entry_changed"
    pl = "Ktoś zmienił tę pozycję wcześniej: wersja {expected} jest nieaktualna, bieżąca to {current}."
    en = "Somebody changed this entry first: version {expected} is stale, the current one is {current}."


@dataclass(frozen=True)
class Entry(Generic[T]):
    id: UUID
    value: T
    version: int = 1


@dataclass
class Ordered(Generic[T]):
    entries: list[Entry[T]] = field(default_factory=list)

    def __iter__(self) -> Any:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, entry_id: object) -> bool:
        return any(entry.id == entry_id for entry in self.entries)

    def get(self, entry_id: UUID, expected: int | None = None) -> Entry[T]:
        """Raises EntryNotFound, EntryChanged."""
        for entry in self.entries:
            if entry.id == entry_id:
                if expected is not None and expected != entry.version:
                    raise EntryChanged(expected=expected, current=entry.version)
                return entry
        raise EntryNotFound

    def is_behind(self, entry_id: UUID, after: UUID | None) -> bool:
        """Whether it stands right behind `after` (None: first) already."""
        at = self._index(entry_id)
        before = self.entries[at - 1].id if at else None
        return before == after

    def insert(self, entry_id: UUID, value: T, after: UUID | None) -> None:
        self.entries.insert(self._place(after), Entry(entry_id, value))

    def rewrite(self, entry_id: UUID, value: T) -> None:
        at = self._index(entry_id)
        entry = self.entries[at]
        self.entries[at] = replace(entry, value=value, version=entry.version + 1)

    def move(self, entry_id: UUID, after: UUID | None) -> None:
        entry = self.entries.pop(self._index(entry_id))
        self.entries.insert(self._place(after), entry)

    def remove(self, entry_id: UUID) -> None:
        del self.entries[self._index(entry_id)]

    @property
    def last(self) -> UUID | None:
        return self.entries[-1].id if self.entries else None

    def _index(self, entry_id: UUID) -> int:
        return next(at for at, entry in enumerate(self.entries) if entry.id == entry_id)

    def _place(self, after: UUID | None) -> int:
        """Behind an entry that was removed meanwhile means: at the end."""
        if after is None:
            return 0
        return self._index(after) + 1 if after in self else len(self.entries)
