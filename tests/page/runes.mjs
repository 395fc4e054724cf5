// The page's modules with runes, for esbuild.
import { readFileSync } from "node:fs";
import { transform } from "esbuild";
import { compileModule } from "svelte/compiler";

const runes = {
  name: "runes",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.svelte\.ts$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, "utf8"), { loader: "ts", target: "esnext" });
      return { contents: compileModule(code, { filename: path, generate: "client" }).js.code, loader: "js" };
    }),
};

/** Options of a build that has such modules. */
export const withRunes = { bundle: true, format: "esm", write: false, conditions: ["browser"], plugins: [runes] };
