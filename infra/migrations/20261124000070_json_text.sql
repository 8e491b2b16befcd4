-- migrate:up

-- For generated columns of read tables: a text as it stands in JSON. `to_json` itself is only STABLE, for
-- types whose JSON may change; that of a text doesn't.
CREATE FUNCTION json_text(text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN to_json($1)::text;

-- migrate:down

-- Read tables that use it go along; the workers make them anew.
DROP SCHEMA IF EXISTS read_news, read_news_next, read_news_retired CASCADE;
DROP FUNCTION json_text(text);
