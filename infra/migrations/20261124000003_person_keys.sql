-- migrate:up

-- One key a person, wrapped by the master key, which is never in the database (infra/decisions/0011).
-- Forgetting someone is destroying their key; the row stays, so that no second key is ever made.
CREATE TABLE person_keys (
    person_id    uuid        NOT NULL,
    wrapped_key  bytea,
    created_at   timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CONSTRAINT person_keys_pkey PRIMARY KEY (person_id),
    CONSTRAINT person_keys_destroyed CHECK ((wrapped_key IS NULL) = (destroyed_at IS NOT NULL))
) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);  -- no dead keys lie about

-- The key dies in the transaction that stores the event, whoever stores it. Transactions that have
-- read keys hold this lock shared (infra/personal.py), so none of them outlives the commit.
CREATE FUNCTION destroy_person_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(8046773);
    INSERT INTO public.person_keys AS key (person_id, destroyed_at)
    VALUES (NEW.stream_id, clock_timestamp())
    ON CONFLICT (person_id) DO UPDATE SET wrapped_key = NULL, destroyed_at = clock_timestamp()
    WHERE key.destroyed_at IS NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER events_forget_person AFTER INSERT ON events
    FOR EACH ROW WHEN (NEW.type = 'PersonRecord.Forgotten')
    EXECUTE FUNCTION destroy_person_key();

-- migrate:down
DROP TRIGGER events_forget_person ON events;
DROP FUNCTION destroy_person_key();
DROP TABLE person_keys;
