// An origin on this machine's network, for ORIGIN_URL: it answers with what came over the wire. Runs in Node.
import { type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    originUrl: string;
    /** How many integrations an upgrade finds in KV. */
    integrations: number;
    /** Of a random sequence of commands. */
    seed: number;
  }
}

export default async function setup(project: TestProject) {
  /** Breaks off in the middle of the answer. */
  const cut = (response: ServerResponse) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write("the first part", () => response.destroy());
  };
  /** Begins an answer that never ends. */
  const half = (response: ServerResponse) => response.writeHead(200).write("the first part");
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.headers["x-cut"]) return cut(response);
      if (request.headers["x-silent"]) return;
      if (request.headers["x-half"]) return half(response);
      if (request.headers["x-redirect"])
        return response.writeHead(302, { location: String(request.headers["x-redirect"]) }).end();
      if (request.headers["x-reset"]) return request.socket.resetAndDestroy();
      const long = Number(request.headers["x-long-answer"] ?? 0); // bytes of header fields, of 8,000 each
      for (let at = 0; at < long; at += 8_000) response.setHeader(`x-long-${at}`, "sesame ".repeat(1_142));
      const body = Buffer.concat(chunks).toString();
      response.writeHead(200, { "content-type": "application/json", "x-wire": "1" });
      response.end(JSON.stringify({ method: request.method, target: request.url, headers: request.headers, body }));
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  project.provide("originUrl", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  project.provide("integrations", Number(process.env.REWRITE_INTEGRATIONS ?? 700));
  project.provide("seed", Number(process.env.MODEL_SEED ?? 6));
  return () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
}
