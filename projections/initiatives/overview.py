"""The overview as of any day: states with counts and sums, money, days spent in each state, what was due.

Two times: what was true on the day `$1`, as it was known at the moment `$2`. What a later correction
undid counts until it was undone. `{visible}` is the viewer's condition over the row `i`. `$3` municipality,
`$4` programme and `$5` year choose; each may be NULL. `NOW` says of today what `THEN` does, from rows that
are kept up to date, and so in a tenth of the time. A municipality's are those that it has accepted: who is
invited is known among the partners alone.
"""

from typing import NamedTuple

_KNOWN = "since <= $1::date AND recorded_at <= $2::timestamptz"
_STANDING = f"{_KNOWN} AND (undone_at IS NULL OR undone_at > $2::timestamptz)"

# Of a year is what was submitted in it; what wasn't submitted, is of the year of its idea.
_CHOSEN_THEN = f"""
standing AS (
    SELECT s.initiative_id, s.version, s.state, s.since
    FROM read_initiatives.steps s JOIN read_initiatives.initiatives i ON i.id = s.initiative_id
    WHERE {{visible}} AND {_STANDING}
),
latest AS (
    SELECT initiative_id, max(version) AS version,
        extract(year FROM coalesce(max(since) FILTER (WHERE state = 'SUBMITTED'), min(since)))::int AS year
    FROM standing GROUP BY initiative_id
),
link AS (
    SELECT DISTINCT ON (initiative_id) initiative_id, programme_id
    FROM read_initiatives.links WHERE {_KNOWN} ORDER BY initiative_id, version DESC
),
belonging AS (
    SELECT DISTINCT ON (initiative_id, terc) initiative_id, terc, state
    FROM read_initiatives.belonging WHERE {_KNOWN} ORDER BY initiative_id, terc, version DESC
),
entered AS (
    SELECT initiative_id, terc, kind, amount FROM read_initiatives.amounts WHERE {_STANDING}
),
won AS (
    SELECT initiative_id, sum(amount) AS granted FROM entered WHERE kind = 'WON' GROUP BY initiative_id
),
chosen AS (
    SELECT latest.initiative_id, step.state, step.requested, step.selected, won.granted, latest.year,
        link.programme_id
    FROM latest JOIN read_initiatives.steps step USING (initiative_id, version)
    LEFT JOIN link USING (initiative_id) LEFT JOIN won USING (initiative_id)
    WHERE ($3::text IS NULL OR EXISTS (
        SELECT FROM belonging b WHERE b.initiative_id = latest.initiative_id AND b.terc = $3::text
            AND b.state = 'ACCEPTED'))
      AND ($4::uuid IS NULL OR link.programme_id = $4::uuid)
      AND ($5::int IS NULL OR latest.year = $5::int)
)
"""

_CHOSEN_NOW = """
standing AS (
    SELECT initiative_id, version, state, since FROM read_initiatives.steps WHERE undone_at IS NULL
),
belonging AS (SELECT initiative_id, terc, state FROM read_initiatives.members),
entered AS (
    SELECT initiative_id, terc, kind, amount FROM read_initiatives.amounts WHERE undone_at IS NULL
),
dated AS (
    SELECT i.id AS initiative_id, i.state, i.requested, i.selected, i.granted, i.programme_id,
        extract(year FROM coalesce((i.submitted_at AT TIME ZONE 'Europe/Warsaw')::date, i.proposed_on))::int
            AS year
    FROM read_initiatives.initiatives i
    WHERE {visible} AND $1::date IS NOT NULL AND $2::timestamptz IS NOT NULL
),
chosen AS (
    SELECT * FROM dated
    WHERE ($3::text IS NULL OR EXISTS (
        SELECT FROM belonging b WHERE b.initiative_id = dated.initiative_id AND b.terc = $3::text
            AND b.state = 'ACCEPTED'))
      AND ($4::uuid IS NULL OR programme_id = $4::uuid)
      AND ($5::int IS NULL OR year = $5::int)
)
"""

_STATES = """
WITH {chosen}
SELECT {key} AS key, chosen.state, count(*) AS count,
    coalesce(sum(requested), 0)::bigint AS requested,
    coalesce(sum(selected), 0)::bigint AS selected,
    coalesce(sum(granted), 0)::bigint AS granted,
    count(*) FILTER (WHERE chosen.state IN ('REJECTED', 'NOT_FUNDED')) AS lost,
    count(*) FILTER (WHERE selected IS NOT NULL AND chosen.state NOT IN ('REJECTED', 'NOT_FUNDED')) AS won
FROM chosen {join}
GROUP BY 1, chosen.state
"""

_MONEY = """
WITH {chosen}
SELECT {key} AS key,
    coalesce(sum(amount) FILTER (WHERE kind = 'SOUGHT'), 0)::bigint AS sought,
    coalesce(sum(amount) FILTER (WHERE kind = 'WON'), 0)::bigint AS won,
    coalesce(sum(amount) FILTER (WHERE kind = 'SPENT'), 0)::bigint AS spent,
    coalesce(sum(amount) FILTER (WHERE kind = 'PAID'), 0)::bigint AS paid
FROM chosen JOIN entered USING (initiative_id)
GROUP BY 1
"""

_DAYS = """
WITH {chosen}
SELECT state, count(*) AS visits, sum(days)::bigint AS days, max(days) AS longest
FROM (
    SELECT standing.state,
        coalesce(lead(standing.since) OVER (PARTITION BY initiative_id ORDER BY standing.version), $1::date)
            - standing.since AS days
    FROM standing JOIN chosen USING (initiative_id)
) AS visit
GROUP BY state
"""

_DUE_THEN = """
WITH {chosen}
SELECT * FROM (
    SELECT DISTINCT ON (c.deadline_id) c.deadline_id, c.initiative_id, c.kind, c.title, c.due_on, c.state
    FROM read_initiatives.deadline_changes c JOIN chosen ON chosen.initiative_id = c.initiative_id
    WHERE c.since <= $1::date AND c.recorded_at <= $2::timestamptz
      AND (c.undone_at IS NULL OR c.undone_at > $2::timestamptz)
    ORDER BY c.deadline_id, c.position DESC
) AS due
WHERE state = 'OPEN' ORDER BY due_on, deadline_id LIMIT $6::int
"""

_DUE_NOW = """
WITH {chosen}
SELECT d.id AS deadline_id, d.initiative_id, d.kind, d.title, d.due_on
FROM read_initiatives.deadlines d JOIN chosen ON chosen.initiative_id = d.initiative_id
WHERE d.state = 'OPEN' ORDER BY d.due_on, d.id LIMIT $6::int
"""


class Sums(NamedTuple):
    """Both grouped by a `key`."""

    states: str
    money: str


class Statements(NamedTuple):
    whole: Sums
    by_programme: Sums
    by_year: Sums
    by_partner: Sums
    days: str
    due: str


def _sums(chosen: str, key: str, money: str | None = None, join: str = "") -> Sums:
    return Sums(
        _STATES.format(chosen=chosen, key=key, join=join),
        _MONEY.format(chosen=chosen, key=money or key),
    )


def _statements(chosen: str, due: str) -> Statements:
    return Statements(
        whole=_sums(chosen, "NULL::text"),
        by_programme=_sums(chosen, "programme_id::text"),
        by_year=_sums(chosen, "year::text"),
        # Its own money, also of what it has left since; the initiatives that it takes part in.
        by_partner=_sums(
            chosen,
            "member.terc",
            "entered.terc",
            "JOIN belonging AS member ON member.initiative_id = chosen.initiative_id "
            "AND member.state = 'ACCEPTED'",
        ),
        days=_DAYS.format(chosen=chosen),
        due=due.format(chosen=chosen),
    )


THEN = _statements(_CHOSEN_THEN, _DUE_THEN)
NOW = _statements(_CHOSEN_NOW, _DUE_NOW)

PROGRAMMES = "SELECT id::text AS key, id, code, name FROM read_initiatives.programmes WHERE id = ANY($1::uuid[])"
PARTNERS = (
    "SELECT terc AS key, terc, name FROM read_initiatives.municipalities WHERE terc = ANY($1)"
)
