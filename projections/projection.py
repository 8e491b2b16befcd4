"""What a feature declares to have a read model: rows, and a method for each event that changes them."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from domain.aggregate import Event
from domain.people import PersonRecord
from projections.log import Recorded
from projections.personal import PersonalColumns, forget_person
from projections.rows import Row, Rows

Fold = Callable[[Any, Recorded, Any, Rows], None]


def on(*events: type[Event]) -> Callable[[Fold], Fold]:
    """Marks the method that folds these events into rows: `(self, recorded, event, rows)`."""

    def mark(fold: Fold) -> Fold:
        fold.folds = events  # type: ignore[attr-defined]
        return fold

    return mark


class Projection:
    """A read model. Its tables stand in `<name>.sql` beside the module, its rows fold from events alone.

    Raise `version` whenever the tables, or what an event makes of them, change: workers then build the
    new version beside the live one and swap it in.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    rows: ClassVar[tuple[type[Row], ...]]
    keyed_by_stream: ClassVar[type[Row] | None] = None
    """The rows whose key is a stream's id: loaded for a whole batch at once."""
    partitions: ClassVar[int] = 1
    """More than one only where no row is folded from two streams of different partitions."""
    personal: ClassVar[tuple[PersonalColumns, ...]] = ()
    """What is emptied of the rows that show a person who is forgotten. (A projection that shows
    persons in another way folds `PersonRecord.Forgotten` itself.)"""
    largest_batch: ClassVar[int] = 5_000
    """Of events in one transaction: less where each takes long to fold."""
    poison: ClassVar[Literal["halt", "park"]] = "park"
    """An event that can't be folded stops the projection, or is set aside with the rest of its stream."""

    _folds: ClassVar[dict[str, Fold]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        members = [vars(base) for base in reversed(cls.__mro__)]
        cls._folds = {
            event.TYPE: member
            for namespace in members
            for member in namespace.values()
            for event in getattr(member, "folds", ())
        }
        if cls.personal:
            cls._folds[PersonRecord.Forgotten.TYPE] = forget_person

    @property
    def types(self) -> frozenset[str]:
        return frozenset(self._folds)

    @property
    def schema(self) -> str:
        return f"read_{self.name}"

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        self._folds[recorded.type](self, recorded, recorded.event, rows)

    def preload(self, events: Sequence[Recorded], rows: Rows) -> None:
        """Loads in one go what the events of a batch will change; the rest is loaded one by one."""
        if self.keyed_by_stream is not None:
            begun = {r.stream_id for r in events if r.version == 1}
            known = {(r.stream_id,) for r in events if r.stream_id not in begun}
            rows.load(self.keyed_by_stream, known)

    def make_rows(self) -> Rows:
        """Where a worker folds to."""
        return Rows(self.rows)

    def ddl(self) -> str:
        return (Path(__file__).parent / f"{self.name}.sql").read_text("utf-8")


class Registry:
    """The projections of the program, by name."""

    def __init__(self, projections: Iterable[Projection]) -> None:
        self._by_name = {projection.name: projection for projection in projections}

    def __iter__(self) -> Any:
        return iter(self._by_name.values())

    def __getitem__(self, name: str) -> Projection:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name


__all__ = ["Projection", "Registry", "Row", "Rows", "on"]
