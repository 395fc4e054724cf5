// Where a Worker's time goes, by V8's sampling profiler: `node profile.mjs PORT SECONDS` asks workerd's inspector, and prints
// each function's own share of the samples as JSON.
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "./inspector.mjs";

const [port, seconds] = process.argv.slice(2).map(Number);
const INTERVAL_MICROS = 100;

const { ask, close } = await inspect(port);
await ask("Profiler.enable");
await ask("Profiler.setSamplingInterval", { interval: INTERVAL_MICROS });
await ask("Profiler.start");
await sleep(seconds * 1000);
const { profile } = await ask("Profiler.stop");
close();

const shares = {};
for (const { callFrame, hitCount } of profile.nodes) {
  const isWasm = callFrame.url.startsWith("wasm:");
  const name = isWasm ? "WASM" : callFrame.functionName || "(anonymous)";
  shares[name] = (shares[name] ?? 0) + (hitCount ?? 0);
}
const total = Object.values(shares).reduce((sum, hits) => sum + hits, 0);
const rows = Object.entries(shares).sort(([, one], [, other]) => other - one);
console.log(JSON.stringify(rows.map(([name, hits]) => [name, hits / total])));
