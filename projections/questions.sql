-- Who sees a row: visibility (here always NETWORK), its owner, and those who take part.
CREATE TABLE questions (
    id              uuid        NOT NULL PRIMARY KEY,
    municipality_id uuid        NOT NULL,
    municipality    jsonb       NOT NULL,               -- {id, terc, name, slug}
    state           text        NOT NULL,               -- OPEN | ANSWERED | RESOLVED | CLOSED
    title           text        NOT NULL,
    body            text        NOT NULL,               -- Markdown
    body_html       text        NOT NULL,               -- sanitised
    topics          text[]      NOT NULL,
    links           jsonb       NOT NULL,               -- [{kind, id}]
    answer_count    integer     NOT NULL,
    accepted_id     uuid,
    reason          text,                               -- of being closed or opened again
    asked_at        timestamptz NOT NULL,
    asked_on        date        NOT NULL,
    updated_at      timestamptz NOT NULL,
    version         integer     NOT NULL,
    owner_terc      text        NOT NULL COLLATE "C",
    participants    text[]      NOT NULL,
    visibility      text        NOT NULL
);
CREATE TABLE answers (
    id              uuid        NOT NULL PRIMARY KEY,
    question_id     uuid        NOT NULL,
    municipality_id uuid        NOT NULL,
    municipality    jsonb       NOT NULL,
    body            text        NOT NULL,
    body_html       text        NOT NULL,
    links           jsonb       NOT NULL,
    accepted        boolean     NOT NULL,
    answered_at     timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    owner_terc      text        NOT NULL COLLATE "C",
    participants    text[]      NOT NULL,
    visibility      text        NOT NULL
);
CREATE TABLE municipalities (
    id   uuid NOT NULL PRIMARY KEY,
    terc text NOT NULL COLLATE "C",
    name text NOT NULL,
    slug text NOT NULL
);
-- deferred:
CREATE INDEX questions_order_idx ON questions (asked_on DESC, id DESC);
CREATE INDEX questions_state_idx ON questions (state, asked_on DESC, id DESC);
CREATE INDEX questions_municipality_idx ON questions (owner_terc, asked_on DESC, id DESC);
CREATE INDEX questions_topics_idx ON questions USING gin (topics);
CREATE INDEX answers_question_idx ON answers (question_id, answered_at, id);
