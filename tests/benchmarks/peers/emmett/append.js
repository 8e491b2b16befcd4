// Eight concurrent writers, each drafting an item and then publishing it: one event an append.
// append.js DATABASE_URL SECONDS
import { randomUUID } from "node:crypto";
import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql";
import { drafted, published } from "./events.js";

const [url, seconds] = [process.argv[2], Number(process.argv[3])];
const store = getPostgreSQLEventStore(url);
await store.schema.migrate();

const began = performance.now();
const until = began + seconds * 1000;

async function writer() {
  let events = 0;
  for (let number = 0; performance.now() < until; number++) {
    const stream = `news-${randomUUID()}`;
    await store.appendToStream(stream, [drafted(number)], { expectedStreamVersion: "STREAM_DOES_NOT_EXIST" });
    await store.appendToStream(stream, [published()], { expectedStreamVersion: 1n });
    events += 2;
  }
  return events;
}

const counts = await Promise.all(Array.from({ length: 8 }, writer));
const elapsed = (performance.now() - began) / 1000;
await store.close();
console.log(JSON.stringify({ events: counts.reduce((sum, one) => sum + one), seconds: elapsed }));
