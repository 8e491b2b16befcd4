-- Who sees a row: visibility (PUBLIC | NETWORK | CONSORTIUM | OWN), its owner, and those who take part.
CREATE TABLE practices (
    id                uuid        NOT NULL PRIMARY KEY,
    municipality_id   uuid        NOT NULL,
    municipality      jsonb       NOT NULL,             -- {id, terc, name, slug}
    state             text        NOT NULL,             -- DRAFT | SUBMITTED | RETURNED | PUBLISHED | ARCHIVED
    title             text        NOT NULL,
    summary           text        NOT NULL,
    problem           text        NOT NULL,             -- Markdown, as its HTML is sanitised
    problem_html      text        NOT NULL,
    solution          text        NOT NULL,
    solution_html     text        NOT NULL,
    success           text        NOT NULL,
    success_html      text        NOT NULL,
    difficulties      text        NOT NULL,
    difficulties_html text        NOT NULL,
    transfer          text        NOT NULL,
    transfer_html     text        NOT NULL,
    institution       text        NOT NULL,
    place             text        NOT NULL,
    started_on        date,
    ended_on          date,
    cost              bigint,                           -- grosze
    people            integer,
    tags              text[]      NOT NULL,
    evidence          jsonb       NOT NULL,             -- [{title, url}]
    contact_unit      text        NOT NULL,
    remarks           text,                             -- of the last validation
    validator_id      uuid,
    validated_by      jsonb,                            -- NULL: not yet, or by the coordinator
    published_on      date,
    archive_reason    text,
    version           integer     NOT NULL,
    updated_at        timestamptz NOT NULL,
    updated_on        date        NOT NULL,
    owner_terc        text        NOT NULL COLLATE "C",
    participants      text[]      NOT NULL,
    visibility        text        NOT NULL
);
-- The person to ask: for officials of the network. The name goes when the person is forgotten.
CREATE TABLE contacts (
    practice_id  uuid   NOT NULL PRIMARY KEY,
    person_id    uuid   NOT NULL,
    contact      text,
    owner_terc   text   NOT NULL COLLATE "C",
    participants text[] NOT NULL,
    visibility   text   NOT NULL
);
-- Every version as it was, for the history.
CREATE TABLE versions (
    practice_id  uuid        NOT NULL,
    version      integer     NOT NULL,
    kind         text        NOT NULL,                  -- DRAFTED | REWRITTEN | SUBMITTED | RETURNED | …
    recorded_at  timestamptz NOT NULL,
    on_behalf_of text,
    reason       text,
    title        text        NOT NULL,
    summary      text        NOT NULL,
    owner_terc   text        NOT NULL COLLATE "C",
    participants text[]      NOT NULL,
    visibility   text        NOT NULL,
    PRIMARY KEY (practice_id, version)
);
CREATE TABLE adoptions (
    id              uuid        NOT NULL PRIMARY KEY,
    subject         text        NOT NULL,               -- PRACTICE | SOLUTION
    subject_id      uuid        NOT NULL,
    municipality_id uuid        NOT NULL,
    municipality    jsonb       NOT NULL,
    state           text        NOT NULL,               -- INTERESTED | ADAPTING | IMPLEMENTED | ABANDONED
    note            text        NOT NULL,
    outcome         text,
    learned         text,
    interested_on   date        NOT NULL,
    implemented_on  date,
    version         integer     NOT NULL,
    updated_at      timestamptz NOT NULL,
    owner_terc      text        NOT NULL COLLATE "C",
    participants    text[]      NOT NULL,
    visibility      text        NOT NULL
);
-- Who has done what: its authors, and those who put it to use.
CREATE TABLE experience (
    subject_id      uuid   NOT NULL,
    municipality_id uuid   NOT NULL,
    municipality    jsonb  NOT NULL,
    subject         text   NOT NULL,                    -- PRACTICE | SOLUTION
    kind            text   NOT NULL,                    -- AUTHOR | IMPLEMENTED
    title           text   NOT NULL,
    tags            text[] NOT NULL,
    since           date   NOT NULL,
    owner_terc      text   NOT NULL COLLATE "C",
    participants    text[] NOT NULL,
    visibility      text   NOT NULL,
    PRIMARY KEY (subject_id, municipality_id)
);
CREATE TABLE solutions (
    id              uuid        NOT NULL PRIMARY KEY,
    municipality_id uuid        NOT NULL,               -- that leads
    municipality    jsonb       NOT NULL,
    authors         jsonb       NOT NULL,               -- [{id, terc, name, slug}] of those who accepted
    invited         jsonb       NOT NULL,               -- of those who have not answered yet
    state           text        NOT NULL,               -- DRAFT | PUBLISHED | ARCHIVED
    title           text        NOT NULL,
    summary         text        NOT NULL,
    tags            text[]      NOT NULL,
    number          integer     NOT NULL,               -- of the last version released; 0: none yet
    released_on     date,
    section_order   uuid[]      NOT NULL,
    version         integer     NOT NULL,
    updated_at      timestamptz NOT NULL,
    updated_on      date        NOT NULL,
    owner_terc      text        NOT NULL COLLATE "C",
    participants    text[]      NOT NULL,
    visibility      text        NOT NULL
);
-- The text that its authors are writing; theirs alone.
CREATE TABLE sections (
    id            uuid    NOT NULL PRIMARY KEY,
    solution_id   uuid    NOT NULL,
    place         integer NOT NULL,
    heading       text    NOT NULL,
    body          text    NOT NULL,
    body_html     text    NOT NULL,
    entry_version integer NOT NULL,
    written_by    text    NOT NULL COLLATE "C",         -- TERC of who wrote it last
    owner_terc    text    NOT NULL COLLATE "C",
    participants  text[]  NOT NULL,
    visibility    text    NOT NULL
);
-- The text as each version fixed it.
CREATE TABLE releases (
    solution_id  uuid    NOT NULL,
    number       integer NOT NULL,
    released_on  date    NOT NULL,
    notes        text    NOT NULL,
    sections     jsonb   NOT NULL,                      -- [{heading, body, bodyHtml}]
    authors      jsonb   NOT NULL,
    owner_terc   text    NOT NULL COLLATE "C",
    participants text[]  NOT NULL,
    visibility   text    NOT NULL,
    PRIMARY KEY (solution_id, number)
);
CREATE TABLE municipalities (
    id   uuid NOT NULL PRIMARY KEY,
    terc text NOT NULL COLLATE "C",
    name text NOT NULL,
    slug text NOT NULL
);
-- deferred:
CREATE INDEX practices_order_idx ON practices (updated_on DESC, id DESC);
CREATE INDEX practices_municipality_idx ON practices (owner_terc, updated_on DESC, id DESC);
CREATE INDEX practices_tags_idx ON practices USING gin (tags);
CREATE INDEX contacts_person_idx ON contacts (person_id);
CREATE INDEX adoptions_subject_idx ON adoptions (subject_id, interested_on, id);
CREATE INDEX adoptions_municipality_idx ON adoptions (municipality_id, interested_on, id);
CREATE INDEX experience_tags_idx ON experience USING gin (tags);
CREATE INDEX experience_order_idx ON experience (since DESC, subject_id, municipality_id);
CREATE INDEX solutions_order_idx ON solutions (updated_on DESC, id DESC);
CREATE INDEX sections_solution_idx ON sections (solution_id, place);
