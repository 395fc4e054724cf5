// The compiler of OpenAPI documents: a bundle of its own, loaded with the first document.
import init, * as documents from "tidegate-documents/tidegate.js";
import wasmUrl from "tidegate-documents/tidegate_bg.wasm?url";

let loading: Promise<unknown> | undefined;

/** Loads the bundle once; after a failure the next call tries again. */
export async function loadDocuments(): Promise<typeof documents> {
  loading ??= init({ module_or_path: new URL(wasmUrl, document.baseURI) }).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  await loading;
  return documents;
}
