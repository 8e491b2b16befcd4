// One statement a root field: PostgreSQL nests, node parses the JSON, the JIT completes it.
import { readCursor } from "./cursor.js";

const SQL = {
  statement: {
    news: `
      SELECT coalesce(json_agg(json_build_object('node', json_build_object(
        'slug', n.slug, 'title', n.title, 'lead', n.lead, 'publishedOn', n.published_on,
        'tags', (SELECT coalesce(json_agg(t.name ORDER BY nt.ordinal), '[]') FROM peers.news_tags nt
                 JOIN peers.tags t ON t.id = nt.tag_id WHERE nt.news_id = n.id),
        'municipality', json_build_object('name', m.name, 'slug', m.slug))
      ) ORDER BY n.published_on DESC, n.id DESC), '[]') AS edges
      FROM (SELECT * FROM peers.news_items WHERE (published_on, id) < ($2::date, $3::uuid)
            ORDER BY published_on DESC, id DESC LIMIT $1) n
      JOIN peers.municipalities m ON m.id = n.municipality_id`,
    newsItem: `
      SELECT n.slug, n.title, n.lead, n.body_html AS "bodyHtml", n.author_unit AS "authorUnit",
        n.published_on::text AS "publishedOn", to_json(n.updated_at) #>> '{}' AS "updatedAt",
        (SELECT coalesce(json_agg(t.name ORDER BY nt.ordinal), '[]') FROM peers.news_tags nt
         JOIN peers.tags t ON t.id = nt.tag_id WHERE nt.news_id = n.id) AS tags,
        json_build_object('name', m.name, 'slug', m.slug) AS municipality
      FROM peers.municipalities m JOIN peers.news_items n ON n.municipality_id = m.id
      WHERE m.terc = $1 AND n.slug = $2`,
  },
  wide: {
    news: `
      SELECT coalesce(json_agg(json_build_object('node', json_build_object(
        'slug', n.slug, 'title', n.title, 'lead', n.lead, 'publishedOn', n.published_on,
        'tags', n.tags, 'municipality', n.municipality))), '[]') AS edges
      FROM (SELECT * FROM peers_wide.news_items WHERE (published_on, id) < ($2::date, $3::uuid)
            ORDER BY published_on DESC, id DESC LIMIT $1) n`,
    newsItem: `
      SELECT slug, title, lead, body_html AS "bodyHtml", author_unit AS "authorUnit",
        published_on::text AS "publishedOn", to_json(updated_at) #>> '{}' AS "updatedAt", to_json(tags) AS tags,
        municipality
      FROM peers_wide.news_items WHERE municipality_terc = $1 AND slug = $2`,
  },
};
const initiatives = (schema) => `
  SELECT coalesce(json_agg(json_build_object('node', json_build_object(
    'title', i.title, 'state', i.state, 'eligible', i.eligible, 'lead', ${schema === "peers" ? "json_build_object('name', l.name, 'slug', l.slug)" : "i.lead"},
    'partners', p.partners)) ORDER BY i.proposed_on DESC, i.id DESC), '[]') AS edges
  FROM (SELECT * FROM ${schema}.initiatives WHERE (proposed_on, id) < ($2::date, $3::uuid)
        ORDER BY proposed_on DESC, id DESC LIMIT $1) i
  ${schema === "peers" ? "JOIN peers.municipalities l ON l.id = i.lead_id" : ""}
  CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object('eligible', p.eligible, 'grant', p.grant_share, 'ownPublic', p.own_public,
      'municipality', ${schema === "peers" ? "json_build_object('name', m.name, 'slug', m.slug)" : "p.municipality"}) ORDER BY p.ordinal), '[]') AS partners
    FROM ${schema}.initiative_partners p
    ${schema === "peers" ? "JOIN peers.municipalities m ON m.id = p.municipality_id" : ""}
    WHERE p.initiative_id = i.id
  ) p`;
const schemas = { statement: "peers", wide: "peers_wide" };

const municipalities = (schema) => `
  SELECT coalesce(json_agg(json_build_object('node', json_build_object(
    'name', m.name, 'slug', m.slug, 'news', json_build_object('edges', n.edges))
  ) ORDER BY m.name_sort), '[]') AS edges
  FROM (SELECT * FROM ${schema}.municipalities WHERE name_sort > $2 ORDER BY name_sort LIMIT $1) m
  CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object('node', json_build_object(
      'title', title, 'slug', slug, 'publishedOn', published_on))), '[]') AS edges
    FROM (SELECT title, slug, published_on FROM ${schema}.news_items
          WHERE municipality_id = m.id AND (published_on, id) < ($4::date, $5::uuid)
          ORDER BY published_on DESC, id DESC LIMIT $3) latest
  ) n`;

export function statements(pool, variant) {
  const sql = { ...SQL[variant], municipalities: municipalities(schemas[variant]), initiatives: initiatives(schemas[variant]) };
  const run = async (name, values) => (await pool.query({ name, text: sql[name], values })).rows[0];
  return {
    resolvers: {
      Query: {
        news: (_, { first, after }) => run("news", [first, ...readCursor(after)]),
        municipalities: (_, { first, after }, __, info) => {
          const news = newsArguments(info);
          const values = [first, after ?? "", news.first, ...readCursor(news.after)];
          return run("municipalities", values);
        },
        newsItem: (_, { municipality, slug }) => run("newsItem", [municipality, slug]),
        initiatives: (_, { first, after }) => run("initiatives", [first, ...readCursor(after)]),
      },
    },
  };
}

// What a look-ahead does: the arguments of the nested `news`, so that one statement can answer it too.
function newsArguments(info) {
  const inner = (selection, name) =>
    selection.selectionSet.selections.find((one) => one.name.value === name);
  const node = inner(inner(info.fieldNodes[0], "edges"), "node");
  const read = (value) =>
    value.kind === "Variable" ? info.variableValues[value.name.value] : Number(value.value);
  const given = inner(node, "news").arguments.map((one) => [one.name.value, read(one.value)]);
  return Object.fromEntries(given);
}
