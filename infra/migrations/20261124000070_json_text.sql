-- migrate:up

-- For generated columns of read tables: a text as it stands in JSON. `to_json` itself is only STABLE, for
-- types whose JSON may change; that of a text doesn't.
CREATE FUNCTION json_text(text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN to_json($1)::text;

-- migrate:down
DROP FUNCTION json_text(text);
