-- Who sees a row: visibility (PUBLIC | NETWORK | CONSORTIUM | OWN), its owner, and those who take part.
CREATE TABLE meetings (
    id               uuid        NOT NULL PRIMARY KEY,
    host_id          uuid        NOT NULL,
    owner_terc       text        NOT NULL COLLATE "C",  -- the host
    host             jsonb       NOT NULL,              -- {id, terc, name, slug}
    participants     text[]      NOT NULL,              -- host, invited, present, with something to do
    visibility       text        NOT NULL,
    state            text        NOT NULL,
    title            text        NOT NULL,
    description      text        NOT NULL,
    place            text        NOT NULL,
    link             text,
    starts_at        timestamptz NOT NULL,
    ends_at          timestamptz NOT NULL,
    held_on          date,
    day              date        NOT NULL,              -- held on, or planned for, in Poland
    series_id        uuid,
    recurrence_id    timestamp,
    invited          jsonb       NOT NULL,              -- [{id, terc, name, slug}]
    assignees        text[]      NOT NULL,              -- of action items
    reason           text,                              -- of being moved, postponed or cancelled
    agenda_order     uuid[]      NOT NULL,
    section_order    uuid[]      NOT NULL,
    decision_order   uuid[]      NOT NULL,
    attendance_order uuid[]      NOT NULL,
    minutes_hash     text,                              -- of the text as it stands
    approved_on      date,
    published_on     date,
    version          integer     NOT NULL,
    updated_at       timestamptz NOT NULL
);
CREATE TABLE invitations (
    meeting_id      uuid   NOT NULL,
    municipality_id uuid   NOT NULL,
    municipality    jsonb  NOT NULL,
    answer          text   NOT NULL,                    -- NONE | ACCEPTED | TENTATIVE | DECLINED
    note            text   NOT NULL,
    answered_on     date,
    owner_terc      text   NOT NULL COLLATE "C",
    participants    text[] NOT NULL,
    visibility      text   NOT NULL,
    PRIMARY KEY (meeting_id, municipality_id)
);
-- Persons: invited (kind INVITED) or present (ATTENDED). The name goes when the person is forgotten.
CREATE TABLE guests (
    id              uuid    NOT NULL PRIMARY KEY,
    meeting_id      uuid    NOT NULL,
    kind            text    NOT NULL,
    place           integer NOT NULL,
    person_id       uuid    NOT NULL,
    name            text,
    office          text    NOT NULL,
    municipality_id uuid,
    municipality    jsonb,
    owner_terc      text    NOT NULL COLLATE "C",
    participants    text[]  NOT NULL,
    visibility      text    NOT NULL
);
CREATE TABLE agenda_items (
    id              uuid    NOT NULL PRIMARY KEY,
    meeting_id      uuid    NOT NULL,
    place           integer NOT NULL,
    title           text    NOT NULL,
    description     text    NOT NULL,
    public          boolean NOT NULL,
    minutes         integer,
    entry_version   integer NOT NULL,                   -- of the item, for expectedItemVersion
    municipality_id uuid    NOT NULL,                   -- that put it on the agenda
    municipality    jsonb   NOT NULL,
    owner_terc      text    NOT NULL COLLATE "C",
    participants    text[]  NOT NULL,
    visibility      text    NOT NULL
);
CREATE TABLE sections (
    id            uuid    NOT NULL PRIMARY KEY,
    meeting_id    uuid    NOT NULL,
    place         integer NOT NULL,
    heading       text    NOT NULL,
    body          text    NOT NULL,                     -- Markdown
    body_html     text    NOT NULL,                     -- sanitised
    public        boolean NOT NULL,
    agenda_item   uuid,
    entry_version integer NOT NULL,
    owner_terc    text    NOT NULL COLLATE "C",
    participants  text[]  NOT NULL,
    visibility    text    NOT NULL
);
CREATE TABLE decisions (
    id            uuid    NOT NULL PRIMARY KEY,
    meeting_id    uuid    NOT NULL,
    place         integer NOT NULL,
    text          text    NOT NULL,
    agenda_item   uuid,
    entry_version integer NOT NULL,
    owner_terc    text    NOT NULL COLLATE "C",
    participants  text[]  NOT NULL,
    visibility    text    NOT NULL
);
CREATE TABLE approvals (
    meeting_id      uuid        NOT NULL,
    municipality_id uuid        NOT NULL,
    municipality    jsonb       NOT NULL,
    minutes_hash    text        NOT NULL,
    approved_at     timestamptz NOT NULL,
    owner_terc      text        NOT NULL COLLATE "C",
    participants    text[]      NOT NULL,
    visibility      text        NOT NULL,
    PRIMARY KEY (meeting_id, municipality_id)
);
CREATE TABLE action_items (
    id              uuid   NOT NULL PRIMARY KEY,
    meeting_id      uuid   NOT NULL,
    text            text   NOT NULL,
    assignee_terc   text   NOT NULL COLLATE "C",
    municipality_id uuid   NOT NULL,                    -- that is to do it
    municipality    jsonb  NOT NULL,
    due_on          date,
    due_order       date   NOT NULL,                    -- far away where there is no due date
    state           text   NOT NULL,                    -- OPEN | DONE | DROPPED
    note            text,                               -- how it was done, or why not
    assigned_on     date   NOT NULL,
    closed_on       date,
    owner_terc      text   NOT NULL COLLATE "C",
    participants    text[] NOT NULL,
    visibility      text   NOT NULL
);
CREATE TABLE annotations (
    meeting_id   uuid        NOT NULL,
    version      integer     NOT NULL,
    note         text        NOT NULL,
    recorded_at  timestamptz NOT NULL,
    owner_terc   text        NOT NULL COLLATE "C",
    participants text[]      NOT NULL,
    visibility   text        NOT NULL,
    PRIMARY KEY (meeting_id, version)
);
CREATE TABLE series (
    id           uuid        NOT NULL PRIMARY KEY,
    host_id      uuid        NOT NULL,
    host         jsonb       NOT NULL,
    title        text        NOT NULL,
    place        text        NOT NULL,
    starts_at    timestamp   NOT NULL,                  -- on the clock in Warsaw
    minutes      integer     NOT NULL,
    rule         text        NOT NULL,                  -- RRULE
    excluded     timestamp[] NOT NULL,                  -- EXDATE
    overrides    jsonb       NOT NULL,                  -- [{recurrenceId, startsAt, minutes, place}]
    last_on      date,
    version      integer     NOT NULL,
    owner_terc   text        NOT NULL COLLATE "C",
    participants text[]      NOT NULL,
    visibility   text        NOT NULL
);
-- Ten years ahead of the series' beginning, and no more than 600.
CREATE TABLE occurrences (
    series_id     uuid        NOT NULL,
    recurrence_id timestamp   NOT NULL,
    starts_at     timestamptz NOT NULL,
    ends_at       timestamptz NOT NULL,
    place         text        NOT NULL,
    owner_terc    text        NOT NULL COLLATE "C",
    participants  text[]      NOT NULL,
    visibility    text        NOT NULL,
    PRIMARY KEY (series_id, recurrence_id)
);
CREATE TABLE municipalities (
    id   uuid NOT NULL PRIMARY KEY,
    terc text NOT NULL COLLATE "C",
    name text NOT NULL,
    slug text NOT NULL
);
-- deferred:
CREATE INDEX meetings_order_idx ON meetings (day DESC, id DESC);
CREATE INDEX meetings_host_idx ON meetings (host_id, day DESC, id DESC);
CREATE INDEX meetings_participants_idx ON meetings USING gin (participants);
CREATE INDEX meetings_series_idx ON meetings (series_id, recurrence_id);
CREATE INDEX guests_meeting_idx ON guests (meeting_id, kind, place);
CREATE INDEX guests_person_idx ON guests (person_id);
CREATE INDEX agenda_items_meeting_idx ON agenda_items (meeting_id, place);
CREATE INDEX sections_meeting_idx ON sections (meeting_id, place);
CREATE INDEX decisions_meeting_idx ON decisions (meeting_id, place);
CREATE INDEX action_items_meeting_idx ON action_items (meeting_id);
CREATE INDEX action_items_due_idx ON action_items (due_order, id);
CREATE INDEX action_items_assignee_idx ON action_items (assignee_terc, due_order, id);
CREATE INDEX occurrences_time_idx ON occurrences (starts_at);
CREATE INDEX series_order_idx ON series (title, id);
