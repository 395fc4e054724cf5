// An origin that takes and gives large bodies, and tells what it got: `node origin.mjs PORT`.
import { createServer } from "node:http";

const SIZE = 100_000_000;
const chunk = Buffer.alloc(65_536, "x");

function give(response) {
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": SIZE });
  let left = SIZE;
  const more = () => {
    while (left > 0) {
      const part = chunk.subarray(0, Math.min(left, chunk.length));
      left -= part.length;
      if (!response.write(part)) return;
    }
    response.end();
  };
  response.on("drain", more);
  more();
}

createServer((request, response) => {
  if (request.method === "GET") return give(response);
  let bytes = 0;
  request.on("data", (data) => (bytes += data.length));
  request.on("end", () => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ bytes, content_length: request.headers["content-length"] ?? null }));
  });
}).listen(Number(process.argv[2]), "127.0.0.1");
