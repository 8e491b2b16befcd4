// The audits of the graphql-http project against a running server; prints what each of them found.
import { auditServer } from 'graphql-http';

const [url] = process.argv.slice(2);
const found = await auditServer({ url, fetchFn: fetch });
console.log(
  JSON.stringify(
    found.map(({ id, name, status, reason }) => ({ id, name, status, reason: reason ?? null })),
  ),
);
