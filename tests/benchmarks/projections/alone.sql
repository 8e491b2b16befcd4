-- The read model of news by SQL alone: one batch of decoded events, positions (:after, :through].
-- What a projector folds in memory is here the last event of each kind in the batch.

-- one: streams
WITH batch AS (
    SELECT * FROM decoded WHERE position > %(after)s AND position <= %(through)s
), last_text AS (
    SELECT DISTINCT ON (stream_id) * FROM batch WHERE type IN ('NewsItem.Drafted', 'NewsItem.Corrected')
    ORDER BY stream_id, version DESC
), states AS (
    SELECT stream_id, max(version) AS version, max(recorded_at) AS updated_at,
        bool_or(type = 'NewsItem.Published') AS published, bool_or(type = 'NewsItem.Retracted') AS retracted,
        max(effective_on) FILTER (WHERE type = 'NewsItem.Published') AS published_on,
        max(recorded_at) FILTER (WHERE type = 'NewsItem.Published') AS published_at,
        max(initial_views) AS initial_views,
        max(reason) FILTER (WHERE type = 'NewsItem.Retracted') AS reason
    FROM batch WHERE type LIKE 'NewsItem.%%' GROUP BY stream_id
), born AS (
    INSERT INTO news
    SELECT s.stream_id, m.id, m.terc, t.slug,
        CASE WHEN s.retracted THEN 'RETRACTED' WHEN s.published THEN 'PUBLISHED' ELSE 'DRAFT' END,
        t.title, CASE WHEN s.retracted THEN '' ELSE t.lead END, CASE WHEN s.retracted THEN '' ELSE t.body END,
        CASE WHEN s.retracted THEN '' ELSE t.body_html END,
        CASE WHEN s.retracted THEN '' ELSE
            replace(replace(regexp_replace(t.body_html, '</p>\n<p>', E'\n\n', 'g'), '<p>', ''), '</p>', '') END,
        t.language, '[]', t.tags, t.author_unit, s.published_on, s.published_at, s.updated_at, NULL, '[]',
        jsonb_build_object('id', m.id, 'terc', m.terc, 'name', m.name, 'slug', m.slug), t.mentions,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'terc', n.terc, 'name', n.name, 'slug', n.slug)
             ORDER BY named.place), '[]')
         FROM unnest(t.mentions) WITH ORDINALITY AS named (terc, place) JOIN municipalities n USING (terc)),
        coalesce(s.initial_views, 0), s.reason, s.version
    FROM states s
    JOIN batch first ON first.stream_id = s.stream_id AND first.type = 'NewsItem.Drafted'
    JOIN last_text t ON t.stream_id = s.stream_id
    JOIN municipalities m ON m.terc = first.municipality
)
UPDATE news SET
    version = s.version,
    updated_at = s.updated_at,
    state = CASE WHEN s.retracted THEN 'RETRACTED' WHEN s.published THEN 'PUBLISHED' ELSE news.state END,
    published_on = coalesce(s.published_on, news.published_on),
    published_at = coalesce(s.published_at, news.published_at),
    initial_views = coalesce(s.initial_views, news.initial_views),
    retraction_reason = s.reason,
    slug = coalesce(t.slug, news.slug),
    title = coalesce(t.title, news.title),
    lead = CASE WHEN s.retracted THEN '' ELSE coalesce(t.lead, news.lead) END,
    body = CASE WHEN s.retracted THEN '' ELSE coalesce(t.body, news.body) END,
    body_html = CASE WHEN s.retracted THEN '' ELSE coalesce(t.body_html, news.body_html) END,
    body_text = CASE WHEN s.retracted THEN '' ELSE coalesce(
        replace(replace(regexp_replace(t.body_html, '</p>\n<p>', E'\n\n', 'g'), '<p>', ''), '</p>', ''),
        news.body_text) END,
    tags = coalesce(t.tags, news.tags),
    mentioned_tercs = coalesce(t.mentions, news.mentioned_tercs)
FROM states s LEFT JOIN last_text t ON t.stream_id = s.stream_id
WHERE news.id = s.stream_id;

-- two: every version, with the text that it had
INSERT INTO versions
SELECT e.stream_id, e.version,
    CASE e.type WHEN 'NewsItem.Drafted' THEN 'DRAFTED' WHEN 'NewsItem.Published' THEN 'PUBLISHED'
                WHEN 'NewsItem.Corrected' THEN 'CORRECTED' ELSE 'RETRACTED' END,
    e.recorded_at, e.effective_on, e.actor, e.on_behalf_of, e.reason, e.type <> 'NewsItem.Drafted',
    CASE WHEN e.type <> 'NewsItem.Retracted' THEN t.title END,
    CASE WHEN e.type <> 'NewsItem.Retracted' THEN t.lead END,
    CASE WHEN e.type <> 'NewsItem.Retracted' THEN t.body_html END
FROM decoded e CROSS JOIN LATERAL (
    SELECT title, lead, body_html FROM decoded t
    WHERE t.stream_id = e.stream_id AND t.version <= e.version AND t.title IS NOT NULL
    ORDER BY t.version DESC LIMIT 1
) t
WHERE e.position > %(after)s AND e.position <= %(through)s AND e.type LIKE 'NewsItem.%%';

-- three: what was retracted says no more than that
UPDATE versions SET title = NULL, lead = NULL, body_html = NULL
FROM decoded e
WHERE e.position > %(after)s AND e.position <= %(through)s AND e.type = 'NewsItem.Retracted'
    AND versions.news_id = e.stream_id AND versions.version < e.version;

-- four: slugs
INSERT INTO slugs
SELECT municipality, slug, stream_id FROM decoded
WHERE position > %(after)s AND position <= %(through)s AND type = 'NewsItem.Drafted'
ON CONFLICT DO NOTHING;

-- five: the position
UPDATE position SET position = %(through)s, updated_at = clock_timestamp()
WHERE partition = 0 AND position = %(after)s
