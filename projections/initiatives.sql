-- One row an initiative, shaped for its lists: lead, call and amounts stand in the row. Amounts in grosze.
CREATE TABLE initiatives (
    id                  uuid        NOT NULL PRIMARY KEY,
    title               text        NOT NULL,
    title_search        text        NOT NULL,             -- lower case, without diacritics
    summary             text        NOT NULL,
    state               text        NOT NULL,             -- the states of domain/initiatives/states.py
    state_since         date        NOT NULL,
    visibility          text        NOT NULL,             -- PUBLIC | CONSORTIUM
    owner_terc          text        NOT NULL COLLATE "C", -- lead; before there is one, who proposed it
    proposer_terc       text        NOT NULL,
    lead_id             uuid,
    lead                jsonb,                            -- {id, terc, name, slug}
    participants        text[]      NOT NULL,             -- lead, accepted and invited
    partner_count       integer     NOT NULL,             -- accepted, without the lead
    call_id             uuid,
    call                jsonb,                            -- {id, number, title}
    programme_id        uuid,
    programme           jsonb,                            -- {id, code, name, fund}
    eligible            bigint,                           -- of the current budget
    budget_id           uuid,
    budget              jsonb,                            -- {id, number, eligible, grant, ownPublic, ownPrivate}
    requested           bigint,
    selected            bigint,
    granted             bigint,
    spent               bigint      NOT NULL,             -- eligible costs of approved claims
    paid                bigint      NOT NULL,             -- of the grant
    score               integer,                          -- in hundredths of a point
    reserve_place       integer,
    correction_due      date,
    protest_until       date,
    agreement_number    text,
    agreement_signed_on date,
    durability_until    date,
    reference           text        NOT NULL,             -- number that the institution gave the application
    submitted_at        timestamptz,
    proposed_on         date        NOT NULL,
    path                integer[]   NOT NULL,             -- versions of the steps that stand
    version             integer     NOT NULL,             -- of the stream
    updated_at          timestamptz NOT NULL
);
-- Everyone who was ever asked. The money is of the current budget.
CREATE TABLE members (
    initiative_id   uuid    NOT NULL,
    municipality_id uuid    NOT NULL,
    municipality    jsonb   NOT NULL,                     -- {id, terc, name, slug}
    terc            text    NOT NULL COLLATE "C",
    place           integer NOT NULL,                     -- in the order in which they came
    state           text    NOT NULL,                     -- INVITED | ACCEPTED | DECLINED | LEFT
    lead            boolean NOT NULL,
    invited_on      date    NOT NULL,
    answered_on     date,
    signed_on       date,                                 -- the current partnership agreement
    reason          text,                                 -- why it declined or left
    eligible        bigint  NOT NULL,
    grant_share     bigint  NOT NULL,
    own_public      bigint  NOT NULL,
    own_private     bigint  NOT NULL,
    PRIMARY KEY (initiative_id, municipality_id)
);
-- Every state it was in, and when we learned it; undone_at: when a correction said that it was a mistake.
CREATE TABLE steps (
    initiative_id uuid        NOT NULL,
    version       integer     NOT NULL,
    state         text        NOT NULL,
    since         date        NOT NULL,
    recorded_at   timestamptz NOT NULL,
    undone_at     timestamptz,
    decisions     jsonb       NOT NULL,                   -- what stood decided from then on
    requested     bigint,
    selected      bigint,
    granted       bigint,
    PRIMARY KEY (initiative_id, version)
);
-- Money sought, won, spent and paid, per partner and day; the sum of the amounts that aren't undone.
CREATE TABLE amounts (
    initiative_id uuid        NOT NULL,
    version       integer     NOT NULL,
    kind          text        NOT NULL,                   -- SOUGHT | WON | SPENT | PAID
    terc          text        NOT NULL COLLATE "C",
    amount        bigint      NOT NULL,
    since         date        NOT NULL,
    recorded_at   timestamptz NOT NULL,
    undone_at     timestamptz,
    PRIMARY KEY (initiative_id, version, kind, terc)
);
CREATE TABLE history (
    initiative_id uuid        NOT NULL,
    version       integer     NOT NULL,
    kind          text        NOT NULL,                   -- the event's name, such as SUBMITTED
    recorded_at   timestamptz NOT NULL,
    effective_on  date        NOT NULL,
    actor         text        NOT NULL,
    on_behalf_of  text,
    state         text,                                   -- where it led, of a step
    undone_at     timestamptz,
    document      jsonb,                                  -- {reference, url, sha256}
    reason        text,
    public        boolean     NOT NULL,                   -- of the initiative's way, or the partners' own affair
    PRIMARY KEY (initiative_id, version)
);
CREATE TABLE budgets (
    id               uuid    NOT NULL PRIMARY KEY,
    initiative_id    uuid    NOT NULL,
    number           integer NOT NULL,
    amendment_number integer,                             -- of the amendment that brought it
    note             text    NOT NULL,
    drawn_up_on      date    NOT NULL,
    eligible         bigint  NOT NULL,
    grant_total      bigint  NOT NULL,
    own_public       bigint  NOT NULL,
    own_private      bigint  NOT NULL,
    periods          jsonb   NOT NULL,                    -- [{number, since, until, eligible}]
    lines            jsonb   NOT NULL,                    -- [{partner, category, period, description, kind, cost, …}]
    partners         jsonb   NOT NULL,                    -- [{terc, name, eligible, grant, ownPublic, ownPrivate}]
    categories       jsonb   NOT NULL,                    -- [{category, eligible}]
    differences      jsonb   NOT NULL                     -- [{partner, category, was, becomes}] from the one before
);
CREATE TABLE agreements (
    initiative_id uuid    NOT NULL,
    number        integer NOT NULL,
    document      jsonb   NOT NULL,
    summary       text    NOT NULL,
    drafted_on    date    NOT NULL,
    signatures    jsonb   NOT NULL,                       -- [{terc, name, on}]
    PRIMARY KEY (initiative_id, number)
);
CREATE TABLE amendments (
    initiative_id uuid    NOT NULL,
    number        integer NOT NULL,
    signed_on     date    NOT NULL,
    amount        bigint  NOT NULL,
    what          text    NOT NULL,
    document      jsonb   NOT NULL,
    budget_number integer NOT NULL,
    PRIMARY KEY (initiative_id, number)
);
CREATE TABLE claims (
    initiative_id  uuid    NOT NULL,
    number         integer NOT NULL,
    state          text    NOT NULL,                      -- DRAFT | SUBMITTED | RETURNED | APPROVED | …
    since          date    NOT NULL,                      -- the days it covers
    until          date    NOT NULL,
    spending       jsonb   NOT NULL,                      -- [{partner, category, amount}]
    spent          bigint  NOT NULL,
    requested      bigint  NOT NULL,
    approved       bigint  NOT NULL,
    paid           bigint  NOT NULL,
    final          boolean NOT NULL,
    correction_due date,
    submitted_on   date,
    decided_on     date,
    paid_on        date,
    reason         text,
    PRIMARY KEY (initiative_id, number)
);
CREATE TABLE milestones (
    initiative_id uuid    NOT NULL,
    number        integer NOT NULL,
    title         text    NOT NULL,
    due_on        date    NOT NULL,
    first_due_on  date    NOT NULL,                       -- before it was moved
    state         text    NOT NULL,                       -- OPEN | REACHED | DROPPED
    settled_on    date,
    reason        text,
    PRIMARY KEY (initiative_id, number)
);
-- Everything that is due, whatever it follows from.
CREATE TABLE deadlines (
    id            uuid    NOT NULL PRIMARY KEY,
    initiative_id uuid    NOT NULL,
    initiative    jsonb   NOT NULL,                       -- {id, title}
    cause         text    NOT NULL,                       -- such as call, correction, duty:2
    kind          text    NOT NULL,                       -- CALL_CLOSING | CORRECTION | PROTEST | CLAIM | REPORT | …
    title         text    NOT NULL,
    due_on        date    NOT NULL,
    state         text    NOT NULL,                       -- OPEN | MET | DROPPED
    opened_on     date    NOT NULL,
    settled_on    date,
    ended_by      integer                                 -- version of the step that ended the initiative before it
);
-- What was due on a day, as it was known at a moment: a row for each change of a deadline.
CREATE TABLE deadline_changes (
    deadline_id   uuid        NOT NULL,
    position      bigint      NOT NULL,
    initiative_id uuid        NOT NULL,
    version       integer,                                -- of the initiative; null: its call was moved
    kind          text        NOT NULL,
    title         text        NOT NULL,
    due_on        date        NOT NULL,
    state         text        NOT NULL,
    since         date        NOT NULL,
    recorded_at   timestamptz NOT NULL,
    undone_at     timestamptz,
    PRIMARY KEY (deadline_id, position)
);
-- Under which programme it applies, and who takes part: since which day, and when we learned it.
CREATE TABLE links (
    initiative_id uuid        NOT NULL,
    version       integer     NOT NULL,
    call_id       uuid        NOT NULL,
    programme_id  uuid        NOT NULL,
    since         date        NOT NULL,
    recorded_at   timestamptz NOT NULL,
    PRIMARY KEY (initiative_id, version)
);
CREATE TABLE belonging (
    initiative_id uuid        NOT NULL,
    version       integer     NOT NULL,
    terc          text        NOT NULL COLLATE "C",
    state         text        NOT NULL,                   -- INVITED | ACCEPTED | DECLINED | LEFT
    since         date        NOT NULL,
    recorded_at   timestamptz NOT NULL,
    PRIMARY KEY (initiative_id, version)
);
CREATE TABLE accounts (
    initiative_id uuid    NOT NULL,
    account       text    NOT NULL,
    terc          text    NOT NULL,
    access        text    NOT NULL,                       -- VIEW | EDIT | MANAGE
    PRIMARY KEY (initiative_id, account)
);
CREATE TABLE notes (
    id            uuid        NOT NULL PRIMARY KEY,
    initiative_id uuid        NOT NULL,
    terc          text        NOT NULL,
    text          text        NOT NULL,                   -- empty once it is retracted
    written_at    timestamptz NOT NULL,
    actor         text        NOT NULL,
    retracted     boolean     NOT NULL
);
CREATE TABLE risks (
    id            uuid    NOT NULL PRIMARY KEY,
    initiative_id uuid    NOT NULL,
    title         text    NOT NULL,
    probability   integer NOT NULL,                       -- 1 low, 2 medium, 3 high
    impact        integer NOT NULL,
    response      text    NOT NULL,
    identified_on date    NOT NULL,
    closed_on     date,
    outcome       text
);
CREATE TABLE indicators (
    id            uuid    NOT NULL PRIMARY KEY,
    initiative_id uuid    NOT NULL,
    kind          text    NOT NULL,                       -- OUTPUT | RESULT
    name          text    NOT NULL,
    unit          text    NOT NULL,
    baseline      integer NOT NULL,                       -- in hundredths of the unit, as the next two
    target        integer NOT NULL,
    reached       integer NOT NULL,                       -- by the latest day that was measured
    measured_on   date,
    measurements  jsonb   NOT NULL,                       -- [{on, value, terc}], by day
    dropped_on    date,
    reason        text,                                   -- of the last other target, or why it was dropped
    defined_on    date    NOT NULL
);
CREATE TABLE reports (
    id            uuid    NOT NULL PRIMARY KEY,
    initiative_id uuid    NOT NULL,
    terc          text    NOT NULL,
    period        integer NOT NULL,
    state         text    NOT NULL,                       -- SUBMITTED | RETURNED | VERIFIED
    done          text    NOT NULL,
    problems      text    NOT NULL,
    costs         jsonb   NOT NULL,                       -- [{category, amount}]
    spent         bigint  NOT NULL,
    recognised    bigint,
    reason        text,                                   -- why it was returned, or what was noted
    submitted_on  date    NOT NULL,
    settled_on    date
);
CREATE TABLE documents (
    id            uuid    NOT NULL PRIMARY KEY,
    initiative_id uuid    NOT NULL,
    title         text    NOT NULL,
    reference     text    NOT NULL,
    url           text,
    sha256        text,
    filed_on      date    NOT NULL,
    removed       boolean NOT NULL
);
-- What an initiative shows of others.
CREATE TABLE municipalities (
    id   uuid NOT NULL PRIMARY KEY,
    terc text NOT NULL COLLATE "C",
    name text NOT NULL,
    slug text NOT NULL
);
CREATE TABLE programmes (
    id   uuid NOT NULL PRIMARY KEY,
    code text NOT NULL,
    name text NOT NULL,
    fund text NOT NULL
);
CREATE TABLE calls (
    id           uuid NOT NULL PRIMARY KEY,
    programme_id uuid NOT NULL,
    number       text NOT NULL,
    title        text NOT NULL,
    closes_on    date NOT NULL
);
-- deferred:
CREATE INDEX initiatives_order_idx ON initiatives (proposed_on DESC, id DESC);
CREATE INDEX initiatives_state_idx ON initiatives (state, proposed_on DESC, id DESC);
CREATE INDEX initiatives_members_idx ON initiatives USING gin (participants);
CREATE INDEX initiatives_call_idx ON initiatives (call_id);
CREATE INDEX initiatives_programme_idx ON initiatives (programme_id);
CREATE INDEX initiatives_search_idx ON initiatives USING gin (title_search gin_trgm_ops);
CREATE INDEX members_partners_idx ON members (initiative_id, place) WHERE state = 'ACCEPTED' AND NOT lead;
CREATE INDEX members_municipality_idx ON members (municipality_id);
CREATE INDEX steps_since_idx ON steps (since);
CREATE INDEX amounts_terc_idx ON amounts (terc, since);
CREATE INDEX budgets_initiative_idx ON budgets (initiative_id, number);
CREATE INDEX deadlines_initiative_idx ON deadlines (initiative_id, due_on, id);
CREATE INDEX deadline_changes_initiative_idx ON deadline_changes (initiative_id, deadline_id, position DESC);
CREATE INDEX belonging_terc_idx ON belonging (terc, initiative_id, version DESC);
CREATE INDEX deadlines_due_idx ON deadlines (due_on, id) WHERE state = 'OPEN';
CREATE INDEX notes_initiative_idx ON notes (initiative_id);
CREATE INDEX risks_initiative_idx ON risks (initiative_id);
CREATE INDEX indicators_initiative_idx ON indicators (initiative_id);
CREATE INDEX reports_initiative_idx ON reports (initiative_id, period);
CREATE INDEX documents_initiative_idx ON documents (initiative_id);
