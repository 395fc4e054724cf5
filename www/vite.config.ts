import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const here = (path: string) => decodeURIComponent(new URL(path, import.meta.url).pathname);

// The Worker serves what is below www/dist/_tidegate/ and nothing else. The browser's bundles of the crate are built into
// target/page/, target/page-documents/ and target/page-yaml/ by `cargo xtask build`, before this runs.
export default defineConfig({
  root: here("."),
  base: "/_tidegate/",
  plugins: [svelte()],
  resolve: {
    alias: {
      "tidegate-wasm": here("../target/page"),
      "tidegate-documents": here("../target/page-documents"),
      "tidegate-yaml": here("../target/page-yaml"),
    },
  },
  build: {
    outDir: here("dist/_tidegate"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the Content-Security-Policy knows no data: scripts and styles
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // What the start needs is one file: it is asked for once, and gzip finds more in it to shorten than in twenty.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "start", tags: ["$initial"] }] } } },
  },
  // `npx vite --config www/vite.config.ts`: the page from its source, in front of a gate that `cargo xtask dev` started. The
  // browser opens http://admin.localhost:5173/_tidegate/: the gate gets that name as Host, and serves the admin API on it alone.
  server: {
    host: "127.0.0.1",
    port: 5173,
    fs: { allow: [here("."), here("../target/page"), here("../target/page-yaml"), here("../node_modules")] },
    proxy: { "/_tidegate/api": "http://127.0.0.1:8787", "/_tidegate/whoami": "http://127.0.0.1:8787" },
  },
});
