-- One row for each change of something public, in the order of the log; never changed afterwards, but
-- for the name of its municipality.
CREATE TABLE changes (
    position        bigint      NOT NULL PRIMARY KEY,   -- of the event
    id              uuid        NOT NULL,               -- of the event
    kind            text        NOT NULL COLLATE "C",   -- NEWS_PUBLISHED | …
    effect          text        NOT NULL,               -- APPEARED | CHANGED | DISAPPEARED
    subject_type    text        NOT NULL COLLATE "C",   -- NewsItem | … | Person
    subject_id      uuid        NOT NULL,
    shown_in        text        NOT NULL COLLATE "C",   -- the read models that show the subject
    municipality_id uuid,
    municipality    jsonb,                              -- {id, terc, name, slug}; NULL: the network's
    owner_terc      text        COLLATE "C",
    effective_on    date        NOT NULL,
    recorded_at     timestamptz NOT NULL
);
-- What is known of a stream when its next event comes.
CREATE TABLE subjects (
    id         uuid    NOT NULL PRIMARY KEY,
    owner_terc text    COLLATE "C",
    public     boolean NOT NULL
);
-- Whom which subject names: the office holders of municipalities, who attended which meeting.
CREATE TABLE persons (
    id         uuid NOT NULL PRIMARY KEY,               -- of the office, of the attendance
    person_id  uuid NOT NULL,
    subject_id uuid NOT NULL
);
CREATE TABLE municipalities (
    id   uuid NOT NULL PRIMARY KEY,
    terc text NOT NULL COLLATE "C",
    name text NOT NULL,
    slug text NOT NULL
);
-- deferred:
CREATE UNIQUE INDEX changes_id_idx ON changes (id);
CREATE INDEX changes_subject_idx ON changes (subject_id, position);
CREATE INDEX changes_kind_idx ON changes (kind, position);
CREATE INDEX changes_owner_idx ON changes (owner_terc, position);
CREATE INDEX persons_person_idx ON persons (person_id);
CREATE INDEX changes_shown_idx ON changes (shown_in, position);
