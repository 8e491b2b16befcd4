// Mercurius with its JIT on fastify. VARIANT: "statement" (one hand-written SQL statement a root field,
// normalised tables), "wide" (the same over our denormalised rows) or "loaders" (its own batching).
// DATABASE_URL and PORT from the environment.
import { readFileSync } from "node:fs";
import Fastify from "fastify";
import mercurius from "mercurius";
import pg from "pg";
import { loaders } from "./loaders.js";
import { statements } from "./statements.js";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const schema = readFileSync(new URL("../schema.graphql", import.meta.url), "utf8");
const variant = process.env.VARIANT === "loaders" ? loaders(pool) : statements(pool, process.env.VARIANT);

const app = Fastify();
app.register(mercurius, { schema, ...variant, jit: 1, graphiql: false });
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
