-- migrate:up

-- For who has lost the phone with the authenticator app: each is good once. Under a keyed hash.
CREATE TABLE recovery_codes (
    account_id uuid  NOT NULL,
    hash       bytea NOT NULL,
    PRIMARY KEY (account_id, hash)
);

-- Another e-mail address that an account's holder wants, until a letter to it is answered.
CREATE TABLE email_changes (
    account_id uuid        NOT NULL PRIMARY KEY,
    wanted     bytea       NOT NULL,          -- under the master key, bound to the account
    hash       bytea       UNIQUE,            -- of the link's secret; NULL: the letter isn't written yet
    expires_at timestamptz NOT NULL
);

-- migrate:down
DROP TABLE email_changes;
DROP TABLE recovery_codes;
