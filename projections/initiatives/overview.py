"""The overview as of any day: states with counts and sums, money per partner, days spent in each state.

Two times: what was true on the day `$1`, as it was known at the moment `$2`. What a later correction
undid counts until it was undone. `{visible}` is the viewer's condition over the row `i`.
"""

_CHOSEN = """
chosen AS (
    SELECT i.id, i.programme_id FROM read_initiatives.initiatives i
    WHERE {visible}
      AND ($3::text IS NULL OR i.participants @> ARRAY[$3::text])
      AND ($4::uuid IS NULL OR i.programme_id = $4::uuid)
      AND ($5::int IS NULL
           OR extract(year FROM coalesce((i.submitted_at AT TIME ZONE 'Europe/Warsaw')::date, i.proposed_on)) = $5::int)
),
standing AS (
    SELECT s.* FROM read_initiatives.steps s JOIN chosen ON chosen.id = s.initiative_id
    WHERE s.since <= $1::date AND s.recorded_at <= $2::timestamptz
      AND (s.undone_at IS NULL OR s.undone_at > $2::timestamptz)
),
latest AS (
    SELECT DISTINCT ON (initiative_id) * FROM standing ORDER BY initiative_id, version DESC
)
"""

STATES = f"""
WITH {_CHOSEN}
SELECT state, count(*) AS count,
    coalesce(sum(requested), 0)::bigint AS requested,
    coalesce(sum(selected), 0)::bigint AS selected,
    coalesce(sum(granted), 0)::bigint AS granted
FROM latest GROUP BY state
"""

SUCCESS = f"""
WITH {_CHOSEN}
SELECT count(*) FILTER (WHERE won) AS won, count(*) FILTER (WHERE won OR lost) AS decided
FROM (
    SELECT latest.state IN ('REJECTED', 'NOT_FUNDED') AS lost,
        latest.selected IS NOT NULL AND latest.state NOT IN ('REJECTED', 'NOT_FUNDED') AS won
    FROM latest
) AS outcome
"""

MONEY = f"""
WITH {_CHOSEN}
SELECT a.terc, m.id, m.name, m.slug,
    coalesce(sum(a.amount) FILTER (WHERE a.kind = 'SOUGHT'), 0)::bigint AS sought,
    coalesce(sum(a.amount) FILTER (WHERE a.kind = 'WON'), 0)::bigint AS won,
    coalesce(sum(a.amount) FILTER (WHERE a.kind = 'SPENT'), 0)::bigint AS spent,
    coalesce(sum(a.amount) FILTER (WHERE a.kind = 'PAID'), 0)::bigint AS paid
FROM read_initiatives.amounts a
JOIN chosen ON chosen.id = a.initiative_id
JOIN read_initiatives.municipalities m ON m.terc = a.terc
WHERE a.since <= $1::date AND a.recorded_at <= $2::timestamptz
  AND (a.undone_at IS NULL OR a.undone_at > $2::timestamptz)
GROUP BY a.terc, m.id, m.name, m.slug
ORDER BY won DESC, sought DESC, a.terc
"""

DAYS = f"""
WITH {_CHOSEN}
SELECT state, count(*) AS visits, sum(days)::bigint AS days
FROM (
    SELECT state,
        coalesce(lead(since) OVER (PARTITION BY initiative_id ORDER BY version), $1::date) - since AS days
    FROM standing
) AS visit
GROUP BY state
"""
