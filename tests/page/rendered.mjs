// The page's components in Node, as they are shown at first: for tests of what is offered, and to whom.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compile } from "svelte/compiler";
import { runes, withoutRust } from "./runes.mjs";

const SOURCES = fileURLToPath(new URL("../../www/src", import.meta.url));

const components = {
  name: "components",
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /\.svelte$/ }, ({ path }) => {
      const options = { filename: path, generate: "server", css: "external" };
      return { contents: compile(readFileSync(path, "utf8"), options).js.code, loader: "js" };
    });
    // Vite's way to import a file's text.
    onResolve({ filter: /\?raw$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.replace(/\?raw$/, "")),
      namespace: "text",
    }));
    onLoad({ filter: /.*/, namespace: "text" }, ({ path }) => ({ contents: readFileSync(path), loader: "text" }));
  },
};

const { setInterval } = globalThis;

/** The page's listeners, by the events of the window that they hear. */
const listeners = {};

/** What a browser has and Node has not. Nobody answers. */
const browser = {
  addEventListener: (event, listener) => (listeners[event] = listener),
  document: { addEventListener: () => {}, baseURI: "https://gate.example/" },
  fetch: () => new Promise(() => {}),
  location: { hash: "", host: "gate.example" },
  history: { state: { index: 0 }, replaceState: () => {} },
  localStorage: { getItem: () => null, setItem: () => {} },
  // The page's clock does not keep a test running.
  setInterval: (...given) => setInterval(...given).unref(),
  BroadcastChannel: class {
    postMessage() {}
  },
};

/** Modules of `www/src` by the names that they are given; `html` tells what a component shows. */
export async function rendered(modules) {
  for (const [name, value] of Object.entries(browser))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  const exports = Object.entries(modules).map(([name, path]) => `export * as ${name} from "./${path}";`);
  const { outputFiles } = await build({
    stdin: { contents: ['export { render } from "svelte/server";', ...exports].join("\n"), resolveDir: SOURCES },
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    loader: { ".svg": "text" },
    plugins: [components, runes("server"), withoutRust],
  });
  const bundle = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
  return {
    ...bundle,
    listeners,
    html: ({ default: Component }, props = {}) => bundle.render(Component, { props }).body,
  };
}
