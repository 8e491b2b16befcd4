import { connect, Refused } from './client.js';
import { keep, overEvents, overWebsocket } from './copy.js';
import { follow } from './follow.js';
import { news } from './list.js';
import { publish } from './publish.js';

const USAGE = `node dist/main.js ADDRESS list [TERC]
node dist/main.js ADDRESS publish TERC TITLE    (with an access token in WSPOLNA_TOKEN)
node dist/main.js ADDRESS follow HOW_MANY [TERC]
node dist/main.js ADDRESS copy FILE HOW_MANY [events]`;

const [address, what, ...told] = process.argv.slice(2);

async function main(): Promise<void> {
  if (address === undefined) throw new Refused('usage', USAGE);
  const connection = connect(address, process.env['WSPOLNA_TOKEN'] || undefined);
  if (what === 'list') {
    for await (const item of news(connection, told[0])) say(item);
  } else if (what === 'publish' && told[0] !== undefined && told[1] !== undefined) {
    const position = await publish(connection.client, told[0], told[1]);
    const [newest] = await first(news(connection, told[0], position));
    say({ position, newest });
  } else if (what === 'follow' && told[0] !== undefined) {
    let left = Number(told[0]);
    connection.socket.on('connected', () => say({ following: true }));
    await follow(connection.client, (item) => (say(item), --left === 0), told[1]);
  } else if (what === 'copy' && told[0] !== undefined && told[1] !== undefined) {
    let left = Number(told[1]);
    const source = told[2] === 'events' ? overEvents(address) : overWebsocket(connection);
    await keep(told[0], source, (change) => (say(change), --left === 0));
  } else {
    throw new Refused('usage', USAGE);
  }
  await connection.socket.dispose();
}

async function first<T>(items: AsyncIterable<T>): Promise<T[]> {
  for await (const item of items) return [item];
  return [];
}

function say(line: unknown): void {
  console.log(JSON.stringify(line));
}

main().catch((error: unknown) => {
  const refused = error instanceof Refused ? error : new Refused('failed', String(error));
  console.error(JSON.stringify({ code: refused.code, message: refused.message }));
  process.exitCode = 1;
});
