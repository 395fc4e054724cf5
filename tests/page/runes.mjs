// The page's modules with runes, for esbuild.
import { readFileSync } from "node:fs";
import { transform } from "esbuild";
import { compileModule } from "svelte/compiler";

/** Compiles them for a browser ("client"), or to be rendered as text ("server"). */
export const runes = (generate) => ({
  name: "runes",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.svelte\.ts$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, "utf8"), { loader: "ts", target: "esnext" });
      return { contents: compileModule(code, { filename: path, generate }).js.code, loader: "js" };
    }),
});

/** What is compiled from Rust, which answers nothing here: for tests that judge nothing by it. */
export const withoutRust = {
  name: "without Rust",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^tidegate-/ }, ({ path }) => ({ path, namespace: "rust" }));
    onLoad({ filter: /.*/, namespace: "rust" }, () => ({ contents: "module.exports = () => new Promise(() => {});" }));
  },
};

/** Options of a build that has such modules. */
export const withRunes = {
  bundle: true,
  format: "esm",
  write: false,
  conditions: ["browser"],
  plugins: [runes("client"), withoutRust],
};
