"""Letters to those who follow: dates of a call were moved, and, once a day, what is unread.

A moved call becomes one delivery, which becomes a letter for each account that it is news to, as soon
as the read models that say so have got there. Both steps may be repeated: an outbox key is taken once.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from domain.accounts import Account, AccountState
from domain.calls.call import FundingCall
from domain.errors import Language
from domain.initiatives.states import ENDED
from domain.visibility import Audience, Level, may_see
from domain.work import POLAND, polish_day
from infra.accounts.letters import Deliveries
from infra.reactors import Delivery
from projections.activity import place, thing_key
from projections.log import Recorded

SPREAD, CALL_MOVED, DIGEST = "follow.call_moved", "mail.call_moved", "mail.digest"
HOUR = 6
"""In Poland: no digest is ordered earlier in the day."""

LINES = 30

_TOLD_OF_CALL = """
INSERT INTO public.outbox (key, task, payload)
SELECT concat_ws(':', %(task)s::text, %(event)s::text, a.id), %(task)s::text,
    %(told)s::jsonb || jsonb_build_object('account', a.id)
FROM read_accounts.accounts a
WHERE a.state = 'ACTIVE' AND (
    EXISTS (SELECT FROM read_following.follows f
            WHERE f.account_id = a.id AND f.what = ANY(%(things)s) AND f.since < %(place)s)
    OR EXISTS (
        SELECT FROM read_initiatives.initiatives i
        WHERE i.call_id = %(call)s AND i.state <> ALL(%(ended)s) AND (
            a.roles && ARRAY['FUNDS_OFFICER'] AND EXISTS (
                SELECT FROM read_initiatives.members m
                WHERE m.initiative_id = i.id AND m.state = 'ACCEPTED' AND m.terc = a.owner_terc)
            OR (i.visibility = 'PUBLIC' OR a.owner_terc = ANY(i.participants)
                OR a.roles && ARRAY['COORDINATOR', 'AUDITOR'])
            AND EXISTS (
                SELECT FROM read_following.follows f
                WHERE f.account_id = a.id AND f.what = 'THING:' || i.id AND f.since < %(place)s))))
ON CONFLICT (key) DO NOTHING
"""
_REACHED = """
SELECT least({}) >= %s
""".format(
    ", ".join(
        f"(SELECT min(position) FROM read_{name}.position)"
        for name in ("accounts", "calls", "following", "initiatives")
    )
)
_CALL = """
SELECT c.number, c.title, c.programme_id, m.opens_at, m.closes_at
FROM read_calls.calls c JOIN read_calls.moves m ON m.call_id = c.id AND m.version = %s WHERE c.id = %s
"""

# What a reader follows and has neither seen nor been told of; `since` and `through` are positions.
_UNREAD = """
e.place > greatest(r.seen, lpad({since}::text, 19, '0')) AND e.place <= lpad({through}::text, 19, '0')
AND e.account_id IS DISTINCT FROM r.account_id AND EXISTS (
    SELECT FROM read_following.follows f
    WHERE f.account_id = r.account_id AND f.what = ANY(e.keys) AND f.since < e.place)
"""
_DIGESTS = f"""
WITH head AS (SELECT min(position) AS position FROM read_activity.position),
due AS (
    INSERT INTO public.digests AS told (account_id, day, since, through)
    SELECT r.account_id, %(day)s, coalesce(d.through, 0), head.position
    FROM head, read_following.readers r
    JOIN read_accounts.accounts a ON a.id = r.account_id AND a.state = 'ACTIVE'
    LEFT JOIN public.digests d ON d.account_id = r.account_id
    WHERE r.digest AND (d.day IS NULL OR d.day < %(day)s) AND EXISTS (
        SELECT FROM read_activity.activity e
        WHERE {_UNREAD.format(since="coalesce(d.through, 0)", through="head.position")})
    ON CONFLICT (account_id) DO UPDATE
        SET day = EXCLUDED.day, since = EXCLUDED.since, through = EXCLUDED.through
        WHERE told.day < EXCLUDED.day
    RETURNING account_id, since, through
)
INSERT INTO public.outbox (key, task, payload)
SELECT concat_ws(':', %(task)s::text, account_id, %(day)s::date), %(task)s::text,
    jsonb_build_object('account', account_id, 'since', since, 'through', through)
FROM due ON CONFLICT (key) DO NOTHING
"""
_NEWS = f"""
SELECT e.subject_id, e.kind, e.title, e.municipality->>'name', e.summary,
    e.visibility, e.owner_terc, e.participants
FROM read_following.readers r, read_activity.activity e
WHERE r.account_id = %(account)s AND {_UNREAD.format(since="%(since)s", through="%(through)s")}
ORDER BY e.place DESC LIMIT 5000
"""


class ReadModelsBehind(Exception):
    """It isn't known yet who is to be told: the outbox tries again."""


class CallMoves:
    """A reactor: that dates were moved is news to everyone who follows."""

    name = "call-moves"
    types = frozenset({FundingCall.DatesMoved.TYPE})

    def react(self, recorded: Recorded) -> Iterable[Delivery]:
        moved: FundingCall.DatesMoved = recorded.event
        told = {
            "event": str(recorded.id),
            "position": recorded.position,
            "call": str(recorded.stream_id),
            "version": recorded.version,
            "opensAt": moved.opens_at.isoformat(),
            "closesAt": moved.closes_at.isoformat(),
            "reason": moved.reason,
        }
        yield Delivery(SPREAD, f"{SPREAD}:{recorded.id}", told)


def order_digests(connection: Connection[Any], now: datetime) -> int:
    """Returns how many were put into the outbox: of an account one a day, however often this runs."""
    if now.astimezone(POLAND).hour < HOUR:
        return 0
    return connection.execute(_DIGESTS, {"day": polish_day(now), "task": DIGEST}).rowcount


class Followers:
    """Delivers what is ordered above."""

    def __init__(self, letters: Deliveries) -> None:
        self._letters = letters

    def by_task(self) -> dict[str, Any]:
        return {SPREAD: self.spread, CALL_MOVED: self.call_moved, DIGEST: self.digest}

    def spread(self, _key: str, payload: Mapping[str, Any]) -> None:
        """One letter for each account; raises ReadModelsBehind."""
        call, position = UUID(payload["call"]), payload["position"]
        with self._letters.desk.connection() as connection:
            if connection.execute(_REACHED.encode(), (position,)).fetchone() != (True,):
                raise ReadModelsBehind
            found = connection.execute(_CALL, (payload["version"], call)).fetchone()
            if found is None:
                raise LookupError(call)
            number, title, programme, opened, closed = found
            told = {
                "number": number,
                "title": title,
                "before": [opened.isoformat(), closed.isoformat()],
                "after": [payload["opensAt"], payload["closesAt"]],
                "reason": payload["reason"],
            }
            given = {
                "task": CALL_MOVED,
                "event": payload["event"],
                "told": Jsonb(told),
                "call": call,
                "things": [thing_key(call), thing_key(programme)],
                "place": place(position),
                "ended": [state.value for state in ENDED],
            }
            connection.execute(_TOLD_OF_CALL, given)

    def call_moved(self, key: str, payload: Mapping[str, Any]) -> None:
        facts = {
            "call": f"{payload['number']} „{payload['title']}”",
            "before": _period(payload["before"]),
            "after": _period(payload["after"]),
        }
        reason = payload["reason"]
        self._send(
            key,
            self._letters.desk.account(UUID(payload["account"])),
            {"pl": "Zmiana terminów naboru", "en": "Dates of a call were moved"},
            {
                "pl": _MOVED_PL.format(**facts, reason=f"\nPowód: {reason}\n" if reason else ""),
                "en": _MOVED_EN.format(**facts, reason=f"\nReason: {reason}\n" if reason else ""),
            },
        )

    def digest(self, key: str, payload: Mapping[str, Any]) -> None:
        """Of what may be seen now; nothing is sent where all of it has been read meanwhile."""
        account = self._letters.desk.account(UUID(payload["account"]))
        with self._letters.desk.connection() as connection:
            rows = connection.execute(_NEWS, dict(payload)).fetchall()
            audience = self._letters.desk.standings.now(connection, account).audience
        news = _gathered(rows, audience)
        if news:
            address = self._letters.address
            self._send(
                key,
                account,
                {"pl": "Nowości w tym, co obserwujesz", "en": "News in what you follow"},
                {
                    "pl": _DIGEST_PL.format(news=_listed(news, "pl"), address=address),
                    "en": _DIGEST_EN.format(news=_listed(news, "en"), address=address),
                },
            )

    def _send(
        self, key: str, account: Account, subject: Mapping[str, str], text: Mapping[str, str]
    ) -> None:
        """In the language that the account chose; in both where it chose none."""
        if account.state is not AccountState.ACTIVE:
            return
        query = "SELECT language FROM read_following.readers WHERE account_id = %s"
        with self._letters.desk.connection() as connection:
            row = connection.execute(query, (account.id,)).fetchone()
        language = row[0] if row else None
        told = [language] if language else ["pl", "en"]
        self._letters.send(
            key,
            account,
            " / ".join(subject[each] for each in told),
            "\n--\n".join(text[each] for each in told),
        )


class News(NamedTuple):
    """The latest of what happened to one thing."""

    kind: str
    title: str | None
    municipality: str | None
    summary: Mapping[str, str]

    def line(self, language: Language) -> str:
        title = f" „{self.title}”" if self.title else ""
        of = f" ({self.municipality})" if self.municipality else ""
        return f"- {_KINDS[self.kind][language]}{title}{of}: {self.summary[language]}"


def _gathered(rows: Iterable[tuple[Any, ...]], audience: Audience) -> list[News]:
    """Of each thing, what the audience may see; the latest first."""
    found: dict[UUID, News] = {}
    for subject, *news, level, owner, participants in rows:
        if subject not in found and may_see(audience, Level(level), owner, participants):
            found[subject] = News(*news)
    return list(found.values())


def _listed(news: Sequence[News], language: Language) -> str:
    lines = [each.line(language) for each in news[:LINES]]
    if len(news) > LINES:
        lines.append(_MORE[language].format(len(news) - LINES))
    return "\n".join(lines)


def _period(moments: list[str]) -> str:
    since, until = (datetime.fromisoformat(each).astimezone(POLAND) for each in moments)
    return f"{since:%d.%m.%Y %H:%M} – {until:%d.%m.%Y %H:%M}"


_KINDS = {
    "NEWS": {"pl": "Aktualność", "en": "News"},
    "MEETING": {"pl": "Spotkanie", "en": "Meeting"},
    "PRACTICE": {"pl": "Dobra praktyka", "en": "Practice"},
    "ADOPTION": {"pl": "Wdrożenie", "en": "Adoption"},
    "SOLUTION": {"pl": "Rozwiązanie modelowe", "en": "Model solution"},
    "QUESTION": {"pl": "Pytanie", "en": "Question"},
    "MUNICIPALITY": {"pl": "Gmina", "en": "Municipality"},
    "PROGRAMME": {"pl": "Program", "en": "Programme"},
    "CALL": {"pl": "Nabór", "en": "Call"},
    "INITIATIVE": {"pl": "Wspólny projekt", "en": "Initiative"},
}
_MORE = {"pl": "- i {} innych", "en": "- and {} more"}
_MOVED_PL = """\
Dzień dobry,

przesunięto terminy naboru {call}.

Przyjmowanie wniosków: {after}
Poprzednio: {before}
{reason}"""
_MOVED_EN = """\
Good day,

the dates of the call {call} were moved.

Applications are taken: {after}
Before: {before}
{reason}"""
_DIGEST_PL = """\
Dzień dobry,

od ostatniej wizyty w tym, co jest obserwowane z tego konta, wydarzyło się:

{news}

Więcej: {address}
"""
_DIGEST_EN = """\
Good day,

since the last visit, this happened in what is followed from this account:

{news}

More: {address}
"""
