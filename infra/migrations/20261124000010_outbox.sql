-- migrate:up

-- How far each reactor has read the log. Never reset: what it reacted to was done in the world.
CREATE TABLE reactors (
    name       text        NOT NULL PRIMARY KEY,
    position   bigint      NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- What is to be done in the world because of an event. Written with the reactor's position in one
-- transaction; delivered at least once, the key telling the receiver what it has had already.
CREATE TABLE outbox (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key          text        NOT NULL UNIQUE,
    task         text        NOT NULL,
    payload      jsonb       NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    due_at       timestamptz NOT NULL DEFAULT now(),  -- the next attempt
    attempts     integer     NOT NULL DEFAULT 0,
    error        text,                                -- of the last attempt
    delivered_at timestamptz,
    given_up_at  timestamptz
);
CREATE INDEX outbox_due_idx ON outbox (due_at) WHERE delivered_at IS NULL AND given_up_at IS NULL;

-- migrate:down
DROP TABLE outbox;
DROP TABLE reactors;
