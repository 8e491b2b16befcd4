-- migrate:up

-- Secrets of accounts. Beside the log, because each of them must be forgettable; the log says only that
-- they were set. Every secret a person or a program holds stands here as a hash.
CREATE TABLE credentials (
    account_id      uuid        NOT NULL PRIMARY KEY,
    person_id       uuid        NOT NULL,
    password_hash   text,                     -- argon2id
    password_set_at timestamptz,
    totp_secret     bytea,                    -- under the master key, bound to the account
    totp_since      timestamptz,              -- NULL: shown, but not confirmed by a first code
    totp_last_step  bigint                    -- of the newest code accepted: each works once
);
CREATE INDEX credentials_person_idx ON credentials (person_id);

-- Links in letters: to accept an invitation, to set another password.
CREATE TABLE account_links (
    hash       bytea       NOT NULL PRIMARY KEY,
    account_id uuid        NOT NULL,
    purpose    text        NOT NULL,          -- INVITATION | PASSWORD
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX account_links_account_idx ON account_links (account_id);

CREATE TABLE sessions (
    id              uuid        NOT NULL PRIMARY KEY,
    hash            bytea       NOT NULL UNIQUE,
    account_id      uuid        NOT NULL,
    municipality_id uuid,                     -- stream of the account's municipality
    method          text        NOT NULL,     -- PASSWORD | OIDC
    browser         text        NOT NULL,     -- as its owner recognises it, such as "Firefox, Linux"
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    seen_at         timestamptz NOT NULL
);
CREATE INDEX sessions_account_idx ON sessions (account_id);

CREATE TABLE access_tokens (
    id              uuid        NOT NULL PRIMARY KEY,
    hash            bytea       NOT NULL UNIQUE,
    account_id      uuid        NOT NULL,
    municipality_id uuid,
    name            text        NOT NULL,
    scopes          text[]      NOT NULL,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz,
    used_at         timestamptz,
    revoked_at      timestamptz
);
CREATE INDEX access_tokens_account_idx ON access_tokens (account_id);

-- Who somebody is at an OpenID Connect provider.
CREATE TABLE identities (
    issuer     text        NOT NULL,
    subject    text        NOT NULL,
    account_id uuid        NOT NULL,
    linked_at  timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject),
    CONSTRAINT identities_account_key UNIQUE (account_id, issuer)
);

-- Logins on their way to a provider and back.
CREATE TABLE oidc_logins (
    state_hash bytea       NOT NULL PRIMARY KEY,
    nonce      text        NOT NULL,
    verifier   text        NOT NULL,          -- PKCE
    intent     text        NOT NULL,          -- LOG_IN | LINK | ACCEPT (an invitation)
    account_id uuid,                          -- of who links or accepts
    return_to  text        NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Attempts to guess, counted under keyed hashes of who was tried from where.
CREATE TABLE attempts (
    key     bytea       NOT NULL PRIMARY KEY,
    failed  integer     NOT NULL,
    last_at timestamptz NOT NULL,
    next_at timestamptz NOT NULL              -- before it, none is looked at
);
CREATE INDEX attempts_last_idx ON attempts (last_at);

-- migrate:down
DROP TABLE attempts;
DROP TABLE oidc_logins;
DROP TABLE identities;
DROP TABLE access_tokens;
DROP TABLE sessions;
DROP TABLE account_links;
DROP TABLE credentials;
