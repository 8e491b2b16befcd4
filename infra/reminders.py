"""What time brings: calls open and close, deadlines of initiatives and of action items come near.

Both may run as often as they like, at once, or fail in between: a call's step follows from its dates,
and a reminder is in the outbox once for each deadline, day, distance and account.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from psycopg import Connection

from domain.accounts import AccountState
from domain.calls.call import KeepCallInTime
from domain.cooperation import Cooperation
from domain.roles import SYSTEM
from domain.work import polish_day
from infra.accounts.letters import Deliveries

DISTANCES = (30, 14, 7, 3, 1, 0)
"""Days before a deadline. Who was away at one of them is reminded at the next."""

ACTION_DISTANCES = (7, 1, 0)

REMINDER, ACTION_REMINDER = "mail.reminder", "mail.action_item"

_DUE_CALLS = """
SELECT id, state, opens_at, closes_at FROM read_calls.calls
WHERE (state = 'ANNOUNCED' AND opens_at <= %(now)s) OR (state = 'OPEN' AND closes_at <= %(now)s)
"""

# Officials of the lead and of the partners: those whose work the initiative is.
_REMINDERS = """
INSERT INTO public.outbox (key, task, payload)
SELECT concat_ws(':', 'reminder', d.id, d.due_on, near.distance, a.id), %(task)s,
    jsonb_build_object('account', a.id, 'initiative', d.initiative->>'title', 'kind', d.kind,
        'title', d.title, 'dueOn', d.due_on)
FROM read_initiatives.deadlines d
JOIN read_initiatives.initiatives i ON i.id = d.initiative_id
JOIN read_initiatives.members m ON m.initiative_id = i.id AND m.state = 'ACCEPTED'
JOIN read_accounts.accounts a
    ON a.owner_terc = m.terc AND a.state = 'ACTIVE' AND a.roles && ARRAY['FUNDS_OFFICER']
CROSS JOIN LATERAL (
    SELECT min(distance) AS distance FROM unnest(%(distances)s::integer[]) AS distance
    WHERE distance >= d.due_on - %(today)s
) AS near
WHERE d.state = 'OPEN' AND d.due_on >= %(today)s AND near.distance IS NOT NULL
ON CONFLICT (key) DO NOTHING
"""
# Officials of the municipality that is to do it: those who may say that it is done.
_ACTION_REMINDERS = """
INSERT INTO public.outbox (key, task, payload)
SELECT concat_ws(':', 'action', i.id, i.due_on, near.distance, a.id), %(task)s,
    jsonb_build_object('account', a.id, 'meeting', m.title, 'text', i.text, 'dueOn', i.due_on)
FROM read_meetings.action_items i
JOIN read_meetings.meetings m ON m.id = i.meeting_id
JOIN read_accounts.accounts a ON a.owner_terc = i.assignee_terc AND a.state = 'ACTIVE'
    AND a.roles && ARRAY['EDITOR', 'MUNICIPALITY_ADMIN', 'FUNDS_OFFICER']
CROSS JOIN LATERAL (
    SELECT min(distance) AS distance FROM unnest(%(distances)s::integer[]) AS distance
    WHERE distance >= i.due_on - %(today)s
) AS near
WHERE i.state = 'OPEN' AND i.due_on >= %(today)s AND near.distance IS NOT NULL
ON CONFLICT (key) DO NOTHING
"""


def keep_calls_in_time(connection: Connection[Any], cooperation: Cooperation, now: datetime) -> int:
    """Returns how many calls opened or closed."""
    due = connection.execute(_DUE_CALLS, {"now": now}).fetchall()
    for call_id, state, opens_at, closes_at in due:
        # The same step of the same dates is the same command, whoever gives it.
        command_id = uuid5(call_id, f"{state}:{opens_at.timestamp()}:{closes_at.timestamp()}")
        cooperation.execute(KeepCallInTime(command_id=command_id, call_id=call_id), SYSTEM)
    return len(due)


def order_reminders(connection: Connection[Any], now: datetime) -> int:
    """Returns how many reminders were put into the outbox."""
    return sum(
        connection.execute(
            statement, {"task": task, "distances": list(distances), "today": polish_day(now)}
        ).rowcount
        for statement, task, distances in (
            (_REMINDERS, REMINDER, DISTANCES),
            (_ACTION_REMINDERS, ACTION_REMINDER, ACTION_DISTANCES),
        )
    )


_KINDS = {
    "CALL_CLOSING": ("zamknięcie naboru", "closing of the call"),
    "CORRECTION": ("uzupełnienie wniosku", "corrections of the application"),
    "PROTEST": ("protest", "protest"),
    "CLAIM": ("wniosek o płatność", "payment claim"),
    "CLAIM_CORRECTION": ("poprawa wniosku o płatność", "corrections of a payment claim"),
    "REPORT": ("sprawozdanie", "report"),
    "MILESTONE": ("kamień milowy", "milestone"),
    "DURABILITY_OBLIGATION": ("zobowiązanie w okresie trwałości", "obligation of durability"),
    "DURABILITY_END": ("koniec okresu trwałości", "end of durability"),
    "OTHER": ("zobowiązanie", "duty"),
}
_LETTER = """\
Dzień dobry,

{day:%d.%m.%Y} upływa termin: {kind_pl}{title}.
Wspólny projekt: {initiative}

--
Good day,

{day} is the deadline: {kind_en}{title}.
Initiative: {initiative}
"""
_ACTION_LETTER = """\
Dzień dobry,

{day:%d.%m.%Y} upływa termin zadania ze spotkania „{meeting}”:

{text}

Po wykonaniu prosimy oznaczyć je jako zakończone.

--
Good day,

{day} is the day on which this action item of the meeting “{meeting}” is due:

{text}

Please mark it as done when it is.
"""


class Reminders:
    """Delivers what `order_reminders` put into the outbox."""

    def __init__(self, letters: Deliveries) -> None:
        self._letters = letters

    def by_task(self) -> dict[str, Any]:
        return {REMINDER: self.remind, ACTION_REMINDER: self.remind_of_action}

    def remind(self, key: str, payload: Mapping[str, Any]) -> None:
        account = self._letters.desk.account(UUID(payload["account"]))
        if account.state is not AccountState.ACTIVE:
            return
        kind_pl, kind_en = _KINDS[payload["kind"]]
        day = date.fromisoformat(payload["dueOn"])
        title = f" „{payload['title']}”" if payload["title"] else ""
        text = _LETTER.format(
            day=day, kind_pl=kind_pl, kind_en=kind_en, title=title, initiative=payload["initiative"]
        )
        self._letters.send(
            key, account, f"Termin {day:%d.%m.%Y}: {kind_pl} / Deadline: {kind_en}", text
        )

    def remind_of_action(self, key: str, payload: Mapping[str, Any]) -> None:
        account = self._letters.desk.account(UUID(payload["account"]))
        if account.state is not AccountState.ACTIVE:
            return
        day = date.fromisoformat(payload["dueOn"])
        text = _ACTION_LETTER.format(day=day, meeting=payload["meeting"], text=payload["text"])
        subject = f"Termin zadania: {day:%d.%m.%Y} / Action item due: {day}"
        self._letters.send(key, account, subject, text)
