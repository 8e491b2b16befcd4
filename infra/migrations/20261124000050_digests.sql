-- migrate:up

-- Up to where each account was told, by its last digest, of what is unread: one a day, and nothing twice.
CREATE TABLE digests (
    account_id uuid   NOT NULL PRIMARY KEY,
    day        date   NOT NULL,
    since      bigint NOT NULL,                   -- positions of the log: told of what is behind this one
    through    bigint NOT NULL                    -- up to this one
);

-- migrate:down
DROP TABLE digests;
