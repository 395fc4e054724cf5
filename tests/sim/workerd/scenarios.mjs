// The rows of the report. Delays in seconds, as random.mjs reads them; `kv`, `cache` and `registry` go to the stand-ins.

/** With the feed switched off the registry answers no read, so `serve` has the gate go by KV alone, memory of 5 s aside. */
const OFF = { registry: { reads: false }, variables: { ON_REGISTRY_OUTAGE: "serve" }, isOff: true };
const UNIFORM = { delay: [0, 60], cache: [0, 30], reorder: true };
const CACHE = { overdue: [0, 10], drops: 0.1 };

/** A row of each; `isOff` where nothing is promised, `outage` where the registry is out for so many seconds. */
export const SCENARIOS = [
  { name: "kv-immediate", title: "KV immediate" },
  { name: "kv-60s", title: "KV 60 s late", kv: { delay: 60 } },
  { name: "kv-random", title: "KV 0 to 60 s late, reordered", kv: UNIFORM, cache: CACHE },
  {
    name: "kv-heavy-tailed",
    title: "KV heavy-tailed, 5 % dropped",
    kv: { ...UNIFORM, delay: { pareto: [1, 0.7] }, drops: 0.05 },
    cache: CACHE,
  },
  { name: "kv-never", title: "KV never", kv: { delay: "never" } },
  { name: "kv-faults", title: "KV 0 to 60 s late, 20 % faults", kv: { ...UNIFORM, faults: 0.2 }, cache: CACHE },
  { name: "registry-slow", title: "registry 200 ms slow, KV never", kv: { delay: "never" }, registry: { slow: 0.2 } },
  {
    name: "outage-serve",
    title: "registry out for 20 s, `serve`, KV 0 to 60 s",
    kv: UNIFORM,
    outage: 20,
    variables: { ON_REGISTRY_OUTAGE: "serve" },
  },
  {
    name: "outage-deny",
    title: "registry out for 20 s, `deny`, KV 0 to 60 s",
    kv: UNIFORM,
    outage: 20,
    variables: { ON_REGISTRY_OUTAGE: "deny" },
  },
  { name: "off-kv-immediate", title: "feed off, KV immediate", ...OFF },
  { name: "off-kv-60s", title: "feed off, KV 60 s late", kv: { delay: 60 }, ...OFF },
  { name: "off-kv-random", title: "feed off, KV 0 to 60 s late, reordered", kv: UNIFORM, ...OFF },
  { name: "off-kv-never", title: "feed off, KV never", kv: { delay: "never" }, ...OFF },
];

/** What the simulator would not notice says nothing, so here it has to: nothing keeps the bound. */
export const CONTROL = {
  ...OFF,
  name: "control",
  title: "feed off, KV never: must be noticed",
  kv: { delay: "never" },
  isOff: false,
  isControl: true,
};

/** Those of the short form. */
export const SHORT = ["kv-random", "kv-never", "control"];
