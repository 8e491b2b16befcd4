-- One row for each event that somebody may see, straight from the log.
CREATE TABLE activity (
    id              uuid        NOT NULL PRIMARY KEY,   -- of the event
    place           text        NOT NULL COLLATE "C",   -- its position, padded so that it sorts as text
    subject_id      uuid        NOT NULL,               -- the stream it is about
    aggregate       text        NOT NULL,               -- what that is, such as MeetingSeries
    kind            text        NOT NULL,               -- NEWS | MEETING | PRACTICE | …
    type            text        NOT NULL,               -- such as Meeting.Held
    title           text,                               -- NULL: what it was about was retracted
    municipality_id uuid,
    municipality    jsonb,                              -- {id, terc, name, slug}; NULL: the network's
    topics          text[]      NOT NULL,
    effective_on    date        NOT NULL,
    recorded_at     timestamptz NOT NULL,
    version         integer     NOT NULL,               -- of the subject, after it
    summary         jsonb       NOT NULL,               -- {pl, en}
    reason          text,
    account_id      uuid,                               -- whose account gave the command
    recorded_by     text        NOT NULL,               -- MUNICIPALITY | NETWORK | SYSTEM
    on_behalf_of    text,
    keys            text[]      NOT NULL,               -- TOPIC:… | MUNICIPALITY:… | THING:…, as follows have it
    owner_terc      text        COLLATE "C",
    participants    text[]      NOT NULL,
    visibility      text        NOT NULL
);
-- What is known of a stream when its next event comes.
CREATE TABLE subjects (
    id           uuid   NOT NULL PRIMARY KEY,
    aggregate    text   NOT NULL,                       -- such as Meeting
    title        text,
    topics       text[] NOT NULL,
    part_of      uuid,                                  -- the initiative whose record it is
    about        uuid[] NOT NULL,                       -- what it belongs to: a call's programme, …
    call_id      uuid,                                  -- in which an initiative applies
    joined       text[] NOT NULL,                       -- who takes part but for who was present:
    present      text[] NOT NULL,                       -- TERC:guest
    owner_terc   text   COLLATE "C",
    participants text[] NOT NULL,
    visibility   text   NOT NULL
);
CREATE TABLE municipalities (
    id   uuid NOT NULL PRIMARY KEY,
    terc text NOT NULL COLLATE "C",
    name text NOT NULL,
    slug text NOT NULL
);
-- deferred:
CREATE INDEX activity_order_idx ON activity (place DESC, id DESC);
CREATE INDEX activity_subject_idx ON activity (subject_id, place, id);
CREATE INDEX activity_owner_idx ON activity (owner_terc, place DESC, id DESC);
CREATE INDEX activity_kind_idx ON activity (kind, place DESC, id DESC);
CREATE INDEX activity_keys_idx ON activity USING gin (keys);
CREATE INDEX subjects_call_idx ON subjects (call_id) WHERE call_id IS NOT NULL;
