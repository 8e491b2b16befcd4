-- migrate:up

-- The hash chain over the log (infra/decisions/0010): each seal covers a run of positions and stands on
-- the hash of the one before. Nothing here is ever updated or deleted.
CREATE TABLE seals (
    number         bigint      NOT NULL CHECK (number > 0),
    first_position bigint      NOT NULL,
    last_position  bigint      NOT NULL,
    event_count    integer     NOT NULL CHECK (event_count > 0),
    root           bytea       NOT NULL,  -- Merkle root, RFC 6962
    previous       bytea       NOT NULL,  -- hash of the seal before; 32 zero bytes under the first
    hash           bytea       NOT NULL,
    sealed_at      timestamptz NOT NULL,
    signature      bytea       NOT NULL,  -- Ed25519, by the key named in key_id
    key_id         text        NOT NULL,
    manifest       bytea       NOT NULL,  -- what was sealed, event by event, to name what differs later
    CONSTRAINT seals_pkey PRIMARY KEY (number),
    CONSTRAINT seals_first_position_key UNIQUE (first_position),
    CONSTRAINT seals_last_position_key UNIQUE (last_position)
);
ALTER TABLE seals ALTER COLUMN manifest SET STORAGE EXTERNAL;  -- compressed already

-- Public keys that seals were signed with: this installation's, and those of where it moved from.
CREATE TABLE seal_keys (
    id         text        NOT NULL,
    public_key bytea       NOT NULL,
    added_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT seal_keys_pkey PRIMARY KEY (id)
);

-- migrate:down
DROP TABLE seal_keys;
DROP TABLE seals;
