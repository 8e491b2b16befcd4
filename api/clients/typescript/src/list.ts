import { answered, type Connection } from './client.js';
import { graphql } from './generated/gql.js';
import type { NewsPageQuery, NewsPageQueryVariables } from './generated/graphql.js';

const NewsPage = graphql(`
  query NewsPage($municipality: String, $after: String) {
    news(municipality: $municipality, first: 50, after: $after) {
      nodes {
        id
        title
        publishedOn
        municipality { name }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export type Listed = NewsPageQuery['news']['nodes'][number];

/** Every published item, newest first, page by page; as of `position` at least. */
export async function* news(
  { client, atLeast }: Connection,
  municipality?: string,
  position?: number,
): AsyncGenerator<Listed> {
  const variables: NewsPageQueryVariables = { municipality, after: null };
  for (;;) {
    const page: NewsPageQuery = answered(
      await client.query(NewsPage, { ...variables }, atLeast(position)),
    );
    yield* page.news.nodes;
    if (!page.news.pageInfo.hasNextPage) return;
    variables.after = page.news.pageInfo.endCursor;
  }
}
