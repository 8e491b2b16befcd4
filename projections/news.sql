-- One row an item, shaped for its lists: what a list shows of the municipality stands in the row.
CREATE TABLE news (
    id                uuid        NOT NULL PRIMARY KEY,
    municipality_id   uuid        NOT NULL,
    municipality_terc text        NOT NULL COLLATE "C",
    slug              text        NOT NULL COLLATE "C",
    state             text        NOT NULL,             -- DRAFT | PUBLISHED | RETRACTED
    title             text        NOT NULL,
    title_json        text        NOT NULL GENERATED ALWAYS AS (json_text(title)) STORED,
    lead              text        NOT NULL,
    body              text        NOT NULL,             -- Markdown, as written
    body_html         text        NOT NULL,             -- sanitised
    body_text         text        NOT NULL,
    language          text        NOT NULL,
    translations      jsonb       NOT NULL,             -- [{language, title, lead, bodyHtml, bodyText}]
    tags              text[]      NOT NULL,
    author_unit       text,
    published_on      date,
    published_json    text        NOT NULL GENERATED ALWAYS AS (json_date(published_on)) STORED,
    published_at      timestamptz,
    updated_at        timestamptz NOT NULL,
    source_url        text,
    attachments       jsonb       NOT NULL,             -- [{title, url, sha256, mediaType, sizeBytes}]
    municipality      jsonb       NOT NULL,             -- {id, terc, name, slug} as lists show it
    mentioned_tercs   text[]      NOT NULL,
    mentions          jsonb       NOT NULL,             -- [{id, terc, name, slug}] of the registered ones, in that order
    initial_views     bigint      NOT NULL,
    retraction_reason text,
    version           integer     NOT NULL              -- of the stream
);
-- Every version as it was, for `history`.
CREATE TABLE versions (
    news_id      uuid        NOT NULL,
    version      integer     NOT NULL,
    kind         text        NOT NULL,                  -- DRAFTED | PUBLISHED | CORRECTED | RETRACTED | …
    recorded_at  timestamptz NOT NULL,
    effective_on date        NOT NULL,
    actor        text        NOT NULL,
    on_behalf_of text,
    reason       text,
    public       boolean     NOT NULL,                  -- seen by everyone, or only by the author
    title        text,                                  -- NULL, as lead and body_html, once the item is retracted
    lead         text,
    body_html    text,
    PRIMARY KEY (news_id, version)
);
-- Every slug an item ever had, so that old addresses still lead to it.
CREATE TABLE slugs (
    municipality_terc text NOT NULL COLLATE "C",
    slug              text NOT NULL COLLATE "C",
    news_id           uuid NOT NULL,
    PRIMARY KEY (municipality_terc, slug)
);
-- What lists show of a municipality, and which items wait for one that isn't registered yet.
CREATE TABLE municipalities (
    id   uuid NOT NULL PRIMARY KEY,
    terc text NOT NULL COLLATE "C",
    name text NOT NULL,
    slug text NOT NULL
);
CREATE TABLE awaited_municipalities (
    terc    text NOT NULL COLLATE "C",
    news_id uuid NOT NULL,
    PRIMARY KEY (terc, news_id)
);
-- deferred:
CREATE INDEX news_order_idx ON news (published_on DESC, id DESC) WHERE state = 'PUBLISHED';
-- With what a list of titles shows, so that it needn't touch the rows.
CREATE INDEX news_municipality_idx ON news (municipality_id, published_on DESC, id DESC)
    INCLUDE (title_json, slug, published_json) WHERE state = 'PUBLISHED';
CREATE INDEX news_drafts_idx ON news (updated_at DESC, id DESC) WHERE state = 'DRAFT';
CREATE INDEX news_tags_idx ON news USING gin (tags) WHERE state = 'PUBLISHED';
CREATE INDEX news_mentions_idx ON news USING gin (mentioned_tercs);
