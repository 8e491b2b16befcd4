import { readFile, rename, writeFile } from 'node:fs/promises';

import { print } from 'graphql';
import { createClient as createEvents } from 'graphql-sse';

import type { Connection } from './client.js';
import { graphql } from './generated/gql.js';
import type { ChangesSubscription, ChangesSubscriptionVariables } from './generated/graphql.js';

const Changes = graphql(`
  subscription Changes($after: Position!) {
    changes(after: $after) {
      position
      effect
      subjectType
      subjectId
      subject { ... on NewsItem { title publishedOn } }
    }
  }
`);

type Change = ChangesSubscription['changes'];
type Result = { data?: ChangesSubscription | null; errors?: readonly { message: string }[] };
type Source = (variables: ChangesSubscriptionVariables) => AsyncIterable<Result>;

/** Titles of all published news by their ids, as of `position`. */
export type Copy = { position: number; news: Record<string, string> };

export const overWebsocket =
  ({ socket }: Connection): Source =>
  (variables) =>
    socket.iterate({ query: print(Changes), variables });

export const overEvents = (address: string): Source => {
  const client = createEvents({ url: `${address}/graphql`, retryAttempts: 0 });
  return (variables) => client.iterate({ query: print(Changes), variables });
};

/**
 * Keeps a copy in a file, until `done` says that it is enough. Started again, or connected again, it goes on
 * from the position in the file: nothing is missed, and nothing told twice.
 */
export async function keep(file: string, source: Source, done: (change: Change) => boolean): Promise<void> {
  const copy = await readCopy(file);
  for (let failures = 0; ; ) {
    try {
      for await (const { data, errors } of source({ after: copy.position })) {
        if (!data) throw new Error(errors?.[0]?.message ?? 'no data');
        failures = 0;
        apply(data.changes, copy);
        await writeCopy(file, copy);
        if (done(data.changes)) return;
      }
    } catch (error) {
      if (++failures > 5) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** failures));
  }
}

function apply(change: Change, copy: Copy): void {
  if (change.subjectType === 'NewsItem') {
    // The subject is told as it is now: gone already, where a later change takes it away.
    if (change.effect === 'DISAPPEARED' || !change.subject || !('title' in change.subject))
      delete copy.news[change.subjectId];
    else copy.news[change.subjectId] = change.subject.title;
  }
  copy.position = change.position;
}

async function readCopy(file: string): Promise<Copy> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Copy;
  } catch {
    return { position: 0, news: {} };
  }
}

async function writeCopy(file: string, copy: Copy): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(copy));
  await rename(`${file}.new`, file);
}
