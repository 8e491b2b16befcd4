"""What folds of a meeting and of its parts share: who sees them, and that the meeting has changed."""

from collections.abc import Callable
from typing import Any

from projections.log import Recorded
from projections.meetings.minutes import attended_by
from projections.meetings.rows import (
    ActionItemRow,
    AgendaItemRow,
    AnnotationRow,
    ApprovalRow,
    DecisionRow,
    GuestRow,
    InvitationRow,
    MeetingRow,
    SectionRow,
)
from projections.rows import Rows
from projections.visible import CONSORTIUM, PUBLIC, Guarded


def after_publication(meeting: MeetingRow) -> str:
    """Until the minutes are published, what was said is the participants'."""
    return PUBLIC if meeting.visibility == PUBLIC else CONSORTIUM


VISIBILITY: dict[type[Guarded], Callable[[MeetingRow, Any], str]] = {
    InvitationRow: lambda meeting, _: meeting.visibility,
    AgendaItemRow: lambda meeting, item: meeting.visibility if item.public else CONSORTIUM,
    GuestRow: lambda meeting, guest: (
        CONSORTIUM if guest.kind == "INVITED" else after_publication(meeting)
    ),
    SectionRow: lambda meeting, section: (
        after_publication(meeting) if section.public else CONSORTIUM
    ),
    DecisionRow: lambda meeting, _: after_publication(meeting),
    ApprovalRow: lambda meeting, _: after_publication(meeting),
    ActionItemRow: lambda meeting, _: after_publication(meeting),
    AnnotationRow: lambda meeting, _: after_publication(meeting),
}


def changed(recorded: Recorded, rows: Rows) -> MeetingRow:
    row = rows.change(MeetingRow, recorded.stream_id)
    row.version = recorded.version
    row.updated_at = recorded.recorded_at
    return row


def guard(row: MeetingRow, visibility: str) -> dict[str, Any]:
    return {
        "owner_terc": row.owner_terc,
        "participants": row.participants,
        "visibility": visibility,
    }


def reclassify(row: MeetingRow, rows: Rows) -> None:
    """Who sees the meeting has changed, and with it who sees its parts."""
    invited = [municipality["terc"] for municipality in row.invited]
    attended = attended_by(row, rows)
    row.participants = list(dict.fromkeys([row.owner_terc, *invited, *attended, *row.assignees]))
    for part, visibility in VISIBILITY.items():
        for each in rows.each(part, "meeting_id", row.id):
            each.participants, each.visibility = row.participants, visibility(row, each)
