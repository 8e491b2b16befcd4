"""The one statement of each operation over our denormalised read tables, written by hand.

Text is put together with concat and string_agg rather than json_build_object, and page sizes stand in
the statement, because that is what PostgreSQL does fastest: a bare handler at its best.
"""

Q1 = """
SELECT concat('{"data":{"news":{"edges":[', string_agg(concat('{"node":{"title":', to_json(title),
    ',"slug":', to_json(slug), ',"lead":', to_json(lead), ',"publishedOn":"', published_on,
    '","tags":', to_json(tags), ',"municipality":{"name":', municipality -> 'name',
    ',"slug":', municipality -> 'slug', '}}}'), ','), ']}}}')
FROM (SELECT title, slug, lead, published_on, tags, municipality FROM read_news.news
      WHERE state = 'PUBLISHED' AND (published_on, id) < (%s::date, %s::uuid)
      ORDER BY published_on DESC, id DESC LIMIT 20) n
"""

Q2 = """
SELECT concat('{"data":{"municipalities":{"edges":[', string_agg(concat('{"node":{"name":', to_json(name),
    ',"slug":', to_json(slug), ',"news":{"edges":[', n.edges, ']}}}'), ','), ']}}}')
FROM (SELECT id, name, slug FROM read_municipalities.municipalities
      WHERE name_sort > %s ORDER BY name_sort, terc LIMIT 20) m
CROSS JOIN LATERAL (
    SELECT string_agg(concat('{"node":{"title":', to_json(title), ',"slug":', to_json(slug),
        ',"publishedOn":"', published_on, '"}}'), ',') AS edges
    FROM (SELECT title, slug, published_on FROM read_news.news
          WHERE state = 'PUBLISHED' AND municipality_id = m.id
              AND (published_on, id) < (%s::date, %s::uuid)
          ORDER BY published_on DESC, id DESC LIMIT 10) latest
) n
"""

Q3 = """
SELECT concat('{"data":{"newsItem":{"title":', to_json(n.title), ',"slug":', to_json(n.slug),
    ',"lead":', to_json(n.lead), ',"bodyHtml":', to_json(n.body_html), ',"publishedOn":"', n.published_on,
    '","updatedAt":', to_json(n.updated_at), ',"authorUnit":', coalesce(to_json(n.author_unit), 'null'),
    ',"tags":', to_json(n.tags), ',"municipality":{"name":', n.municipality -> 'name',
    ',"slug":', n.municipality -> 'slug', '}}}}')
FROM read_news.slugs s JOIN read_news.news n ON n.id = s.news_id
WHERE s.municipality_terc = %s AND s.slug = %s AND n.state = 'PUBLISHED'
"""

Q4 = """
SELECT concat('{"data":{"initiatives":{"edges":[', string_agg(concat('{"node":{"title":', to_json(title),
    ',"state":"', state, '","eligible":', eligible, ',"lead":{"name":', lead -> 'name',
    ',"slug":', lead -> 'slug', '},"partners":[', p.partners, ']}}'), ','), ']}}}')
FROM (SELECT id, title, state, eligible, lead FROM read_initiatives.initiatives
      WHERE visibility = 'PUBLIC' AND (proposed_on, id) < (%s::date, %s::uuid)
      ORDER BY proposed_on DESC, id DESC LIMIT 20) i
CROSS JOIN LATERAL (
    SELECT string_agg(concat('{"eligible":', eligible, ',"grant":', grant_share, ',"ownPublic":', own_public,
        ',"municipality":{"name":', municipality -> 'name', ',"slug":', municipality -> 'slug', '}}'), ',') AS partners
    FROM (SELECT * FROM read_initiatives.members
          WHERE initiative_id = i.id AND state = 'ACCEPTED' AND NOT lead ORDER BY place) m
) p
"""

STATEMENTS = {"Q1": Q1, "Q2": Q2, "Q3": Q3, "Q4": Q4}
