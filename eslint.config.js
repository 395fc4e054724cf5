// What `cargo xtask check` asks of JavaScript, TypeScript and Svelte. prettier says how they look (package.json).
import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";

export default defineConfig(
  globalIgnores(["build/", "target/", "www/dist/", "**/.wrangler/"]),
  js.configs.recommended,
  ts.configs.recommended,
  svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      // `const { mac, ...rest } = record` leaves a field out, and `_` is a value that nobody wants.
      "@typescript-eslint/no-unused-vars": [
        "error",
        { ignoreRestSiblings: true, argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      // svelte-check fails on the compiler's warnings, and knows better which of them are silenced for a reason.
      "svelte/no-unused-svelte-ignore": "off",
      // Most collections change only as a whole.
      "svelte/prefer-svelte-reactivity": "off",
      // `{" "}` is a space that stays where the markup is formatted.
      "svelte/no-useless-mustaches": "off",
    },
  },
  { files: ["**/*.svelte", "**/*.svelte.ts"], languageOptions: { parserOptions: { parser: ts.parser } } },
  // The tests read answers as any client would: as JSON of no known type.
  { files: ["tests/**"], rules: { "@typescript-eslint/no-explicit-any": "off" } },
  { files: ["examples/**"], languageOptions: { globals: { WebSocketPair: "readonly" } } },
  // Replaced when the candidates are bundled.
  { files: ["bench/candidates/**"], languageOptions: { globals: { CACHED: "readonly" } } },
);
