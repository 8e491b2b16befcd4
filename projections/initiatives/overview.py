"""The overview as of any day: states with counts and sums, money, days spent in each state, what was due.

Two times: what was true on the day `$1`, as it was known at the moment `$2`. What a later correction
undid counts until it was undone. `{visible}` is the viewer's condition over the row `i`. `$3` municipality,
`$4` programme and `$5` year choose; each may be NULL.
"""

_KNOWN = "since <= $1::date AND recorded_at <= $2::timestamptz"
_STANDING = f"{_KNOWN} AND (undone_at IS NULL OR undone_at > $2::timestamptz)"

# Of a year is what was submitted in it; what wasn't submitted, is of the year of its idea.
_CHOSEN = f"""
standing AS (
    SELECT s.initiative_id, s.version, s.state, s.since, s.requested, s.selected
    FROM read_initiatives.steps s JOIN read_initiatives.initiatives i ON i.id = s.initiative_id
    WHERE {{visible}} AND {_STANDING}
),
latest AS (
    SELECT DISTINCT ON (initiative_id) * FROM standing ORDER BY initiative_id, version DESC
),
years AS (
    SELECT initiative_id,
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
    SELECT latest.*, years.year, link.programme_id
    FROM latest JOIN years USING (initiative_id) LEFT JOIN link USING (initiative_id)
    WHERE ($3::text IS NULL OR EXISTS (
        SELECT FROM belonging b WHERE b.initiative_id = latest.initiative_id AND b.terc = $3::text
            AND b.state = 'ACCEPTED'))
      AND ($4::uuid IS NULL OR link.programme_id = $4::uuid)
      AND ($5::int IS NULL OR years.year = $5::int)
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
FROM chosen LEFT JOIN won USING (initiative_id) {join}
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


def _by(key: str, money: str | None = None, join: str = "") -> tuple[str, str]:
    """The statements of states and of money, grouped by `key`."""
    return (
        _STATES.format(chosen=_CHOSEN, key=key, join=join),
        _MONEY.format(chosen=_CHOSEN, key=money or key),
    )


ALL = _by("NULL::text")
BY_PROGRAMME = _by("programme_id::text")
BY_YEAR = _by("year::text")
# Its own money, also of what it has left since; the initiatives that it takes part in.
BY_PARTNER = _by(
    "member.terc",
    "entered.terc",
    "JOIN belonging AS member ON member.initiative_id = chosen.initiative_id AND member.state = 'ACCEPTED'",
)

DAYS = f"""
WITH {_CHOSEN}
SELECT state, count(*) AS visits, sum(days)::bigint AS days, max(days) AS longest
FROM (
    SELECT standing.state,
        coalesce(lead(standing.since) OVER (PARTITION BY initiative_id ORDER BY standing.version), $1::date)
            - standing.since AS days
    FROM standing JOIN chosen USING (initiative_id)
) AS visit
GROUP BY state
"""

DUE = f"""
WITH {_CHOSEN}
SELECT * FROM (
    SELECT DISTINCT ON (c.deadline_id) c.deadline_id, c.initiative_id, c.kind, c.title, c.due_on, c.state
    FROM read_initiatives.deadline_changes c JOIN chosen ON chosen.initiative_id = c.initiative_id
    WHERE c.since <= $1::date AND c.recorded_at <= $2::timestamptz
      AND (c.undone_at IS NULL OR c.undone_at > $2::timestamptz)
    ORDER BY c.deadline_id, c.position DESC
) AS due
WHERE state = 'OPEN' ORDER BY due_on, deadline_id LIMIT $6::int
"""

PROGRAMMES = "SELECT id::text AS key, id, code, name FROM read_initiatives.programmes WHERE id = ANY($1::uuid[])"
PARTNERS = (
    "SELECT terc AS key, terc, name FROM read_initiatives.municipalities WHERE terc = ANY($1)"
)
