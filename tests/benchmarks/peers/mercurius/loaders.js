// As mercurius' documentation shows it: resolvers for the roots, loaders for what hangs on many objects.
import { readCursor } from "./cursor.js";

const COLUMNS = `id, municipality_id, slug, title, lead, body_html AS "bodyHtml",
  author_unit AS "authorUnit", published_on::text AS "publishedOn", to_json(updated_at) #>> '{}' AS "updatedAt"`;

const edges = (rows) => ({ edges: rows.map((node) => ({ node })) });

export function loaders(pool) {
  const query = async (name, text, values) => (await pool.query({ name, text, values })).rows;

  const municipalities = async (ids) => {
    const rows = await query("municipality", `SELECT id, terc, name, slug FROM peers.municipalities
      WHERE id = ANY ($1::uuid[])`, [ids]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id));
  };

  return {
    resolvers: {
      Query: {
        news: async (_, { first, after }) =>
          edges(await query("news", `SELECT ${COLUMNS} FROM peers.news_items
            WHERE (published_on, id) < ($2::date, $3::uuid)
            ORDER BY published_on DESC, id DESC LIMIT $1`, [first, ...readCursor(after)])),
        municipalities: async (_, { first, after }) =>
          edges(await query("municipalities", `SELECT id, terc, name, slug FROM peers.municipalities
            WHERE name_sort > $2 ORDER BY name_sort LIMIT $1`, [first, after ?? ""])),
        newsItem: async (_, { municipality, slug }) =>
          (await query("newsItem", `SELECT ${COLUMNS} FROM peers.news_items
            WHERE slug = $2 AND municipality_id = (SELECT id FROM peers.municipalities WHERE terc = $1)`,
            [municipality, slug]))[0],
        initiatives: async (_, { first, after }) =>
          edges(await query("initiatives", `SELECT id, title, state, eligible, lead_id FROM peers.initiatives
            WHERE (proposed_on, id) < ($2::date, $3::uuid)
            ORDER BY proposed_on DESC, id DESC LIMIT $1`, [first, ...readCursor(after)])),
      },
    },
    loaders: {
      Initiative: {
        lead: (queries) => municipalities(queries.map(({ obj }) => obj.lead_id)),
        async partners(queries) {
          const ids = queries.map(({ obj }) => obj.id);
          const rows = await query("partners", `SELECT initiative_id, municipality_id, eligible, grant_share AS grant,
            own_public AS "ownPublic" FROM peers.initiative_partners
            WHERE initiative_id = ANY ($1::uuid[]) ORDER BY initiative_id, ordinal`, [ids]);
          const byId = Map.groupBy(rows, (row) => row.initiative_id);
          return ids.map((id) => byId.get(id) ?? []);
        },
      },
      InitiativePartner: {
        municipality: (queries) => municipalities(queries.map(({ obj }) => obj.municipality_id)),
      },
      NewsItem: {
        municipality: (queries) => municipalities(queries.map(({ obj }) => obj.municipality_id)),
        async tags(queries) {
          const ids = queries.map(({ obj }) => obj.id);
          const rows = await query("tags", `SELECT nt.news_id, t.name FROM peers.news_tags nt
            JOIN peers.tags t ON t.id = nt.tag_id WHERE nt.news_id = ANY ($1::uuid[])
            ORDER BY nt.news_id, nt.ordinal`, [ids]);
          const byId = Map.groupBy(rows, (row) => row.news_id);
          return ids.map((id) => (byId.get(id) ?? []).map((row) => row.name));
        },
      },
      Municipality: {
        async news(queries) {
          const ids = queries.map(({ obj }) => obj.id);
          const { first, after } = queries[0].params;
          const rows = await query("municipality_news", `SELECT latest.* FROM unnest($1::uuid[]) AS m (id)
            CROSS JOIN LATERAL (SELECT ${COLUMNS} FROM peers.news_items
              WHERE municipality_id = m.id AND (published_on, id) < ($3::date, $4::uuid)
              ORDER BY published_on DESC, id DESC LIMIT $2) latest`, [ids, first, ...readCursor(after)]);
          const byMunicipality = Map.groupBy(rows, (row) => row.municipality_id);
          return ids.map((id) => edges(byMunicipality.get(id) ?? []));
        },
      },
    },
  };
}
