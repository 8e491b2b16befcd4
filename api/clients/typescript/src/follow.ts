import type { Client } from '@urql/core';

import { answered } from './client.js';
import { graphql } from './generated/gql.js';
import type { FollowSubscription } from './generated/graphql.js';

const Follow = graphql(`
  subscription Follow($municipality: String) {
    newsPublished(municipality: $municipality) { id title publishedOn }
  }
`);

type Item = FollowSubscription['newsPublished'];

/** Tells every item as it is published, over a websocket, until `done` says that it was the last. */
export function follow(client: Client, told: (item: Item) => boolean, municipality?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const following = client
      .subscription(Follow, { municipality: municipality ?? null })
      .subscribe((result) => {
        try {
          if (!told(answered(result).newsPublished)) return;
          resolve();
        } catch (error) {
          reject(error);
        }
        following.unsubscribe();
      });
  });
}
