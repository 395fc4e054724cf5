// A Worker that exports nothing but a Durable Object class, on whose storage the registry's tests run.
import { DurableObject } from "cloudflare:workers";

export class Database extends DurableObject {}

export default { fetch: () => new Response(null, { status: 404 }) };
