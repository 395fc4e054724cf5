// Turns documents in YAML into what the rules take. It is a bundle of its own, loaded with the first such document.
import init, { yamlToJson } from "tidegate-yaml/tidegate.js";
import wasmUrl from "tidegate-yaml/tidegate_bg.wasm?url";

let loading: Promise<unknown> | undefined;

/** Loads the reader once; after a failure the next call tries again. */
export async function loadYaml(): Promise<(text: string) => string> {
  loading ??= init({ module_or_path: new URL(wasmUrl, document.baseURI) }).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  await loading;
  return yamlToJson;
}

/** The same test as in the crate: a text that starts with `{` is JSON. */
export function isJson(text: string): boolean {
  return /^\uFEFF?[ \n\r\t]*\{/.test(text);
}
