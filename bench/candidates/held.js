// The gate, which tells at /_bench/memory how many bytes its WebAssembly memory has.
import { exports } from "./watched.js";
import gate from "../../worker/js/entry.js";

export { Courier, Registry, Usage } from "../../worker/js/entry.js";

export default {
  fetch(request, env, context) {
    if (new URL(request.url).pathname === "/_bench/memory") return new Response(exports.memory.buffer.byteLength);
    return gate.fetch(request, env, context);
  },
};
