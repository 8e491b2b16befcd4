import { randomUUID } from 'node:crypto';

import type { Client } from '@urql/core';

import { answered, Refused } from './client.js';
import { graphql } from './generated/gql.js';

const Draft = graphql(`
  mutation Draft($input: DraftNewsInput!) {
    draftNews(input: $input) {
      __typename
      ... on NewsWritten { newsItem { id } version position }
      ... on InvalidInputError { problems { field code } }
      ... on UserError { code message }
    }
  }
`);

const Publish = graphql(`
  mutation Publish($input: PublishNewsInput!) {
    publishNews(input: $input) {
      __typename
      ... on NewsWritten { newsItem { id slug } version position }
      ... on StaleVersionError { currentVersion }
      ... on UserError { code message }
    }
  }
`);

/**
 * Drafts and publishes an item; answers the position from which on readers see it.
 *
 * A refusal is an answer with a type of its own. Each command has an id that we make: after a broken
 * connection the very same call may be sent again, and happens once.
 */
export async function publish(client: Client, municipality: string, title: string): Promise<number> {
  const input = { commandId: randomUUID(), municipality, text: { title, body: title } };
  const { draftNews: drafted } = answered(await client.mutation(Draft, { input }));
  if (drafted.__typename !== 'NewsWritten') throw new Refused(drafted.code, drafted.message);
  if (!drafted.newsItem) throw new Refused('late', 'the draft is written, and not yet to be read');

  const order = {
    commandId: randomUUID(),
    newsItem: drafted.newsItem.id,
    expectedVersion: drafted.version,
  };
  const { publishNews: published } = answered(await client.mutation(Publish, { input: order }));
  if (published.__typename === 'StaleVersionError')
    throw new Refused('stale_version', `somebody was faster: version ${published.currentVersion}`);
  if (published.__typename !== 'NewsWritten') throw new Refused(published.code, published.message);
  return published.position;
}
