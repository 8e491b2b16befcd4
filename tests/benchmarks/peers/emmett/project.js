// A document an item, with its versions, projected from the whole log by Emmett's own consumer.
// project.js DATABASE_URL
import { randomUUID } from "node:crypto";
import { pongoSingleStreamProjection, postgreSQLEventStoreConsumer } from "@event-driven-io/emmett-postgresql";

const url = process.argv[2];
let events = 0;

function evolve(item, { type, data }) {
  events++;
  const version = { kind: type, title: data.text?.title ?? item?.text.title };
  const versions = [...(item?.versions ?? []), version];
  switch (type) {
    case "Drafted":
      return { ...data, state: "DRAFT", versions };
    case "Published":
      return { ...item, state: "PUBLISHED", publishedOn: data.on, versions };
  }
}

const run = randomUUID();
const consumer = postgreSQLEventStoreConsumer({
  connectionString: url,
  stopWhen: { noMessagesLeft: true },
  pulling: { batchSize: 500, pullingFrequencyInMs: 10 },
});
consumer.projector({
  processorId: `bench-${run}`,
  projection: pongoSingleStreamProjection({
    collectionName: `news_${run.replaceAll("-", "")}`,
    canHandle: ["Drafted", "Published"],
    evolve,
  }),
  startFrom: "BEGINNING",
});

const began = performance.now();
await consumer.start();
const seconds = (performance.now() - began) / 1000;
await consumer.close();
console.log(JSON.stringify({ events, seconds }));
