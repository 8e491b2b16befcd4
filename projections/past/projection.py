"""The past of a projection, as a projection of its own."""

from collections.abc import Sequence
from typing import Any

from domain.people import PersonRecord
from projections.log import Recorded
from projections.past.rows import OPEN, PastRows
from projections.projection import Projection
from projections.rows import Rows
from projections.schema import DEFERRED

_BARE = """
DO $$
DECLARE known record;
BEGIN
    FOR known IN SELECT conrelid::regclass AS name, conname FROM pg_constraint
        WHERE connamespace = current_schema()::regnamespace AND contype IN ('p', 'u')
          AND conrelid <> 'position'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', known.name, known.conname);
    END LOOP;
END $$;
"""
# A row stands once for each time in which it was known and, on the axis TRUE, each time in which it was true.
_KEPT = """
ALTER TABLE {table}
    ADD COLUMN entry       uuid   NOT NULL PRIMARY KEY,
    ADD COLUMN stream_id   uuid   NOT NULL,             -- whose event brought the row
    ADD COLUMN axis        text   NOT NULL,             -- KNOWN | TRUE
    ADD COLUMN known_from  bigint NOT NULL,             -- position
    ADD COLUMN known_until bigint NOT NULL,             -- position, which it isn't known at any more
    ADD COLUMN true_from   date   NOT NULL,
    ADD COLUMN true_until  date   NOT NULL;             -- the first day on which it isn't true
"""
_BESIDE = """
-- Up to which position the log was known since when: both ascend together.
CREATE TABLE moments (
    position    bigint      NOT NULL PRIMARY KEY,
    recorded_at timestamptz NOT NULL
);
-- Which other streams the rows of a stream are folded with.
CREATE TABLE needs (
    stream_id uuid NOT NULL,
    needed    uuid NOT NULL,
    PRIMARY KEY (stream_id, needed)
);
CREATE INDEX needs_needed_idx ON needs (needed);
"""
_INDEXED = """
CREATE INDEX {table}_open_idx ON {table} (stream_id) WHERE known_until = {open};
CREATE INDEX {table}_key_idx ON {table} ({key}, axis, known_from);
"""
# Of the lists: what stood at a moment, of all that ever did.
_LISTED = """
CREATE INDEX {table}_known_idx ON {table} USING gist (int8range(known_from, known_until))
    WHERE axis = 'KNOWN';
CREATE INDEX {table}_true_idx ON {table} USING gist (daterange(true_from, true_until))
    WHERE axis = 'TRUE' AND known_until = {open};
"""
_MOMENTS = "CREATE INDEX moments_recorded_idx ON moments (recorded_at, position);\n"


class PastProjection(Projection):
    version = 2
    largest_batch = 500

    def __init__(self, of: Projection) -> None:
        self.of = of
        self.name = f"past_{of.name}"  # type: ignore[misc]
        self.version = of.version * 1_000 + type(self).version  # type: ignore[misc]
        self.rows = of.rows  # type: ignore[misc]
        self.personal = of.personal  # type: ignore[misc]

    @property
    def types(self) -> frozenset[str]:
        return self.of.types | {PersonRecord.Forgotten.TYPE}

    def make_rows(self) -> Rows:
        return PastRows(self.of)

    def preload(self, events: Sequence[Recorded], rows: Any) -> None:
        rows.prepare(events)

    def fold(self, recorded: Recorded, rows: Any) -> None:
        rows.tell(recorded)

    def ddl(self) -> str:
        tables, _, deferred = self.of.ddl().partition(DEFERRED)
        kept = [row for row in self.of.rows if row.has_past]
        added = "".join(_KEPT.format(table=row.table) for row in kept)
        indexed = "".join(
            _INDEXED.format(table=row.table, key=", ".join(row.key), open=OPEN) for row in kept
        )
        indexed += _LISTED.format(table=self.of.name, open=OPEN)
        return "".join((tables, _BARE, added, _BESIDE, DEFERRED, "\n", deferred, indexed, _MOMENTS))
