"""Entries of a list that is kept in the order of an array of their ids (see `domain.ordered`)."""

from typing import TypeVar
from uuid import UUID

from projections.rows import Rows
from projections.visible import Guarded


class Placed(Guarded):
    id: UUID
    place: int


P = TypeVar("P", bound=Placed)


def inserted(order: list[UUID], entry_id: UUID, after: UUID | None) -> list[UUID]:
    """Behind an entry that was removed meanwhile means: at the end."""
    if after is None:
        return [entry_id, *order]
    at = order.index(after) + 1 if after in order else len(order)
    return [*order[:at], entry_id, *order[at:]]


def without(order: list[UUID], entry_id: UUID) -> list[UUID]:
    return [other for other in order if other != entry_id]


def renumber(row: type[P], order: list[UUID], rows: Rows) -> None:
    """Places from 1, without gaps."""
    for place, entry in enumerate(listed(row, order, rows), start=1):
        if entry.place != place:
            rows.change(row, entry.id).place = place


def listed(row: type[P], order: list[UUID], rows: Rows) -> list[P]:
    rows.load(row, ((entry_id,) for entry_id in order))
    return [rows.read(row, entry_id) for entry_id in order]
