// Where a Worker's time goes, by V8's sampling profiler: `node profile.mjs PORT SECONDS` asks workerd's inspector, and prints
// each function's own share of the samples as JSON.
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";

const [port, seconds] = process.argv.slice(2).map(Number);
const INTERVAL_MICROS = 100;

const [{ webSocketDebuggerUrl }] = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
const socket = new WebSocket(webSocketDebuggerUrl);
const waiting = new Map();
socket.on("message", (text) => {
  const { id, result, error } = JSON.parse(text);
  const settle = waiting.get(id);
  if (error) settle?.reject(new Error(error.message));
  else settle?.resolve(result);
});
await new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));

let last = 0;
function ask(method, params = {}) {
  const id = ++last;
  const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  socket.send(JSON.stringify({ id, method, params }));
  return answer;
}

await ask("Profiler.enable");
await ask("Profiler.setSamplingInterval", { interval: INTERVAL_MICROS });
await ask("Profiler.start");
await sleep(seconds * 1000);
const { profile } = await ask("Profiler.stop");
socket.close();

const shares = {};
for (const { callFrame, hitCount } of profile.nodes) {
  const isWasm = callFrame.url.startsWith("wasm:");
  const name = isWasm ? "WASM" : callFrame.functionName || "(anonymous)";
  shares[name] = (shares[name] ?? 0) + (hitCount ?? 0);
}
const total = Object.values(shares).reduce((sum, hits) => sum + hits, 0);
const rows = Object.entries(shares).sort(([, one], [, other]) => other - one);
console.log(JSON.stringify(rows.map(([name, hits]) => [name, hits / total])));
