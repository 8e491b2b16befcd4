"""A series and its occurrences, told anew whenever an exception comes to it."""

from datetime import datetime
from typing import Any

from domain.meetings import MeetingSeries, Override, Recurrence
from domain.meetings.recurrence import occurrences
from domain.municipalities import municipality_id
from projections.log import Recorded
from projections.meetings.rows import OccurrenceRow, SeriesRow
from projections.names import named
from projections.rows import Rows
from projections.visible import NETWORK


def started(recorded: Recorded, event: MeetingSeries.Started, rows: Rows) -> None:
    row = SeriesRow(
        id=recorded.stream_id,
        host_id=municipality_id(event.host),
        host=named(rows, event.host),
        title=event.title,
        place=event.place,
        starts_at=event.recurrence.starts_at,
        minutes=event.recurrence.minutes,
        rule=event.recurrence.rule,
        excluded=[],
        overrides=[],
        last_on=None,
        version=recorded.version,
        owner_terc=event.host,
        participants=[event.host],
        visibility=NETWORK,
    )
    rows.add(row)
    _tell(row, rows)


def excluded(recorded: Recorded, event: MeetingSeries.OccurrenceExcluded, rows: Rows) -> None:
    row = _changed(recorded, rows)
    row.excluded = sorted({*row.excluded, event.recurrence_id})
    _tell_anew(row, rows)


def moved(recorded: Recorded, event: MeetingSeries.OccurrenceMoved, rows: Rows) -> None:
    row = _changed(recorded, rows)
    told = _override(event.recurrence_id, event.override)
    others = [o for o in row.overrides if o["recurrenceId"] != told["recurrenceId"]]
    row.overrides = sorted([*others, told], key=lambda o: str(o["recurrenceId"]))
    _tell_anew(row, rows)


def ended(recorded: Recorded, event: MeetingSeries.Ended, rows: Rows) -> None:
    row = _changed(recorded, rows)
    row.last_on = event.last_on
    _tell_anew(row, rows)


def _changed(recorded: Recorded, rows: Rows) -> SeriesRow:
    row = rows.change(SeriesRow, recorded.stream_id)
    row.version = recorded.version
    return row


def _tell_anew(row: SeriesRow, rows: Rows) -> None:
    for told in rows.each(OccurrenceRow, "series_id", row.id):
        rows.remove(OccurrenceRow, told.series_id, told.recurrence_id)
    _tell(row, rows)


def _tell(row: SeriesRow, rows: Rows) -> None:
    recurrence = Recurrence(row.starts_at, row.minutes, row.rule)
    overrides = {
        datetime.fromisoformat(o["recurrenceId"]): Override(
            datetime.fromisoformat(o["startsAt"]), o["minutes"], o["place"]
        )
        for o in row.overrides
    }
    for one in occurrences(recurrence, row.excluded, overrides):
        if row.last_on is not None and one.recurrence_id.date() > row.last_on:
            continue
        rows.add(
            OccurrenceRow(
                series_id=row.id,
                recurrence_id=one.recurrence_id,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                place=one.place or row.place,
                owner_terc=row.owner_terc,
                participants=row.participants,
                visibility=row.visibility,
            )
        )


def _override(recurrence_id: datetime, override: Override) -> dict[str, Any]:
    return {
        "recurrenceId": recurrence_id.isoformat(),
        "startsAt": override.starts_at.isoformat(),
        "minutes": override.minutes,
        "place": override.place,
    }
