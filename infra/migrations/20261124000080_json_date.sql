-- migrate:up

-- As `json_text`: a day as it stands in JSON, `null` where there is none.
CREATE FUNCTION json_date(date) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN coalesce('"' || to_char($1, 'YYYY-MM-DD') || '"', 'null');

-- migrate:down

-- Read tables that use it go along; the workers make them anew.
DROP SCHEMA IF EXISTS read_news, read_news_next, read_news_retired CASCADE;
DROP FUNCTION json_date(date);
