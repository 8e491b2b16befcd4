-- migrate:up

-- The names of municipalities are looked up in the log at every text that is published.
CREATE INDEX events_municipality_names_idx ON events (position)
    WHERE type IN ('Municipality.Registered', 'Municipality.Renamed');

-- migrate:down
DROP INDEX events_municipality_names_idx;
