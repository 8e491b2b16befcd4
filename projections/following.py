"""What each account follows, and up to where it has read."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from domain.accounts import Account
from domain.accounts.account import person_of
from domain.following import Following, Sort
from domain.municipalities import municipality_id
from domain.people import PersonRecord
from projections.activity import municipality_key, place, thing_key, topic_key
from projections.log import Recorded
from projections.names import NamedMunicipality, NamesMunicipalities, Shown, named
from projections.projection import on
from projections.rows import Row, Rows

_KEYS = {
    Sort.TOPIC: topic_key,
    Sort.MUNICIPALITY: municipality_key,
    Sort.THING: thing_key,
}


class ReaderRow(Row):
    table: ClassVar[str] = "readers"

    id: UUID
    account_id: UUID
    person_id: UUID
    seen: str
    digest: bool
    language: str | None
    gone: bool
    updated_at: datetime
    version: int


class FollowRow(Row):
    table: ClassVar[str] = "follows"
    key: ClassVar[tuple[str, ...]] = ("account_id", "what")

    account_id: UUID
    what: str
    sort: str
    value: str
    municipality_id: UUID | None
    municipality: dict[str, Any] | None
    subject_id: UUID | None
    since: str
    followed_at: datetime


class FollowingProjection(NamesMunicipalities):
    name = "following"
    version = 1
    rows = (NamedMunicipality, ReaderRow, FollowRow)
    keyed_by_stream = ReaderRow
    shown = (Shown(FollowRow),)

    @on(Following.Begun)
    def _begun(self, recorded: Recorded, event: Following.Begun, rows: Rows) -> None:
        rows.add(
            ReaderRow(
                id=recorded.stream_id,
                account_id=event.account_id,
                person_id=person_of(event.account_id),
                seen=place(recorded.position),
                digest=False,
                language=None,
                gone=False,
                updated_at=recorded.recorded_at,
                version=recorded.version,
            )
        )

    @on(Following.Followed)
    def _followed(self, recorded: Recorded, event: Following.Followed, rows: Rows) -> None:
        reader = _changed(recorded, rows)
        if reader.gone:
            return
        terc = event.key if event.sort is Sort.MUNICIPALITY else None
        rows.add(
            FollowRow(
                account_id=reader.account_id,
                what=_KEYS[event.sort](event.key),
                sort=event.sort.value,
                value=event.key,
                municipality_id=municipality_id(terc) if terc else None,
                municipality=named(rows, terc) if terc else None,
                subject_id=UUID(event.key) if event.sort is Sort.THING else None,
                since=place(recorded.position),
                followed_at=recorded.recorded_at,
            )
        )

    @on(Following.Unfollowed)
    def _unfollowed(self, recorded: Recorded, event: Following.Unfollowed, rows: Rows) -> None:
        reader = _changed(recorded, rows)
        rows.remove(FollowRow, reader.account_id, _KEYS[event.sort](event.key))

    @on(Following.Seen)
    def _seen(self, recorded: Recorded, event: Following.Seen, rows: Rows) -> None:
        """Never less than before, and never what is yet to come."""
        reader = _changed(recorded, rows)
        reader.seen = max(reader.seen, place(min(event.position, recorded.position)))

    @on(Following.LettersChosen)
    def _letters_chosen(
        self, recorded: Recorded, event: Following.LettersChosen, rows: Rows
    ) -> None:
        reader = _changed(recorded, rows)
        reader.digest = event.digest and not reader.gone
        reader.language = event.language.value

    @on(Account.Closed)
    def _account_closed(self, recorded: Recorded, _event: Account.Closed, rows: Rows) -> None:
        _leave("account_id", recorded.stream_id, rows)

    @on(PersonRecord.Forgotten)
    def _person_forgotten(
        self, recorded: Recorded, _event: PersonRecord.Forgotten, rows: Rows
    ) -> None:
        _leave("person_id", recorded.stream_id, rows)


def _changed(recorded: Recorded, rows: Rows) -> ReaderRow:
    reader = rows.change(ReaderRow, recorded.stream_id)
    reader.version = recorded.version
    reader.updated_at = recorded.recorded_at
    return reader


def _leave(column: str, value: UUID, rows: Rows) -> None:
    """Nothing is left of what it followed."""
    whose = f"SELECT account_id FROM readers WHERE {column} = %s"
    rows.execute(f"DELETE FROM follows WHERE account_id IN ({whose})", (value,), changes=FollowRow)
    left = f"UPDATE readers SET gone = true, digest = false WHERE {column} = %s"
    rows.execute(left, (value,), changes=ReaderRow)
