// The rules, in the browser: the crate's own code, loaded when it is first needed.
import init, * as wasm from "tidegate-wasm/tidegate.js";
import wasmUrl from "tidegate-wasm/tidegate_bg.wasm?url";

import type {
  Abilities,
  Catalogue,
  Documentation,
  EditReplay,
  Explanation,
  Found,
  Holder,
  Life,
  Owner,
  PolicyChanges,
  PolicyReplay,
  Question,
  Replay,
  Report,
  ScopeChange,
  ScopeDiff,
  ScopePreview,
  ScopesInUse,
  ScopeUse,
  Settings,
  Suggestion,
  TokenForm,
  Trial,
} from "./types";
import { loadDocuments } from "./documents";
import { isJson, loadYaml } from "./yaml";

export type * from "./types";

/** `not_loaded`: try again. `invalid`: what was given cannot be read. `broken`: the code failed; only a reload helps. */
export type CoreErrorCode = "not_loaded" | "invalid" | "broken";

export class CoreError extends Error {
  override readonly name = "CoreError";
  readonly code: CoreErrorCode;

  constructor(message: string, code: CoreErrorCode) {
    super(message);
    this.code = code;
  }
}

export interface Core {
  scopeDiff(before: string[], after: string[]): ScopeDiff;
  /** Without a prefix, any prefix is accepted. */
  inspectToken(text: string, prefix?: string): TokenForm;
  /** The recorded requests of an integration that a policy would have refused. */
  replayPolicy(question: PolicyReplay): Replay;
  /** The credential in a text, if there is one. */
  findCredential(text: string): Found | null;
  /** Documents are texts, in JSON or YAML. */
  policyReport(documents: string[], settings: Settings): Promise<Report>;
  /** Settings to start from, for documents in JSON or YAML; `picked` has the options that somebody chose, by their fields. */
  policyInit(documents: string[], picked: Record<string, number>): Promise<Suggestion>;
  /** What is published of a document in JSON or YAML, as JSON. */
  documentSource(document: string): Promise<string>;
  /** The text of a file. Throws where it is not in UTF-8, and says what it is in. */
  fileText(bytes: Uint8Array): Promise<string>;
  /** The title of a document, in JSON or YAML. */
  documentTitle(document: string): Promise<string>;
  /** `compiled` is the text that `GET /policy/compiled` answers. Call `free` when it is no longer needed. */
  policy(compiled: string): Policy;
}

export interface Policy {
  readonly rev: number;
  catalogue(): Catalogue;
  abilities(holder: Holder): Abilities;
  preview(question: ScopeChange): ScopePreview;
  /** The recorded requests of an integration that other scopes would have refused. */
  replayEdit(question: EditReplay): Replay;
  /** Which of an integration's scopes its recorded requests needed. */
  scopeUse(question: ScopesInUse): ScopeUse;
  explain(question: Question, life?: Life): Explanation;
  /** Requests to test a token with: they are within reach, and need nothing but the owner's id. */
  trials(owner: Owner, scopes: string[]): Trial[];
  /** Where the operations are documented that an integration's scopes open. */
  documentation(holder: Holder): Documentation[];
  /** What publishing these documents in place of this policy would report and change. */
  diff(documents: string[], settings: Settings): Promise<PolicyChanges>;
  free(): void;
}

let loading: Promise<Core> | undefined;

/** Loads the rules once; after a failure the next call tries again. */
export function loadCore(): Promise<Core> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<Core> {
  try {
    await init({ module_or_path: new URL(wasmUrl, document.baseURI) });
  } catch (error) {
    throw new CoreError(message(error), "not_loaded");
  }
  return core;
}

const core: Core = {
  scopeDiff: (before, after) => answer(() => wasm.scopeDiff(JSON.stringify(before), JSON.stringify(after))),
  inspectToken: (text, prefix) => answer(() => wasm.inspectToken(text, prefix)),
  replayPolicy: (question) => answer(() => wasm.replayPolicy(JSON.stringify(question))),
  findCredential: (text) => answer(() => wasm.findCredential(text)),
  policyReport: async (documents, settings) => {
    const { wasm, read } = await converted(documents, settings);
    return answer(() => wasm.policyReport(read, JSON.stringify(settings)));
  },
  policyInit: async (documents, picked) => {
    const { wasm, read } = await converted(documents, {});
    return answer(() => wasm.policyInit(read, JSON.stringify(picked)));
  },
  documentSource: async (document) => {
    const { wasm, read } = await converted([document], {});
    return attempt(() => wasm.documentSource(read[0] ?? ""));
  },
  fileText: async (bytes) => {
    const wasm = await loaded(loadDocuments());
    return attempt(() => wasm.fileText(bytes));
  },
  documentTitle: async (document) => {
    const { wasm, read } = await converted([document], {});
    return attempt(() => wasm.documentTitle(read[0] ?? ""));
  },
  policy: (compiled) =>
    policy(
      attempt(() => new wasm.CompiledPolicy(compiled)),
      compiled,
    ),
};

const ACTIVE: Life = { paused: false, status: "active" };

function policy(policy: wasm.CompiledPolicy, compiled: string): Policy {
  return {
    rev: policy.rev(),
    catalogue: () => answer(() => policy.catalogue()),
    abilities: (holder) => answer(() => policy.abilities(JSON.stringify(holder))),
    preview: (question) => answer(() => policy.preview(JSON.stringify(question))),
    replayEdit: (question) => answer(() => policy.replayEdit(JSON.stringify(question))),
    scopeUse: (question) => answer(() => policy.scopeUse(JSON.stringify(question))),
    explain: (question, { paused, status } = ACTIVE) =>
      answer(() => policy.explain(JSON.stringify(question), Math.floor(Date.now() / 1000), paused, status === "ended")),
    trials: (owner, scopes) => answer(() => policy.trials(JSON.stringify({ method: "GET", path: "/", owner, scopes }))),
    documentation: (holder) => answer(() => policy.documentation(JSON.stringify(holder))),
    diff: async (documents, settings) => {
      const { wasm, read } = await converted(documents, settings);
      return answer(() => wasm.policyDiff(compiled, read, JSON.stringify(settings)));
    },
    free: () => policy.free(),
  };
}

/** The reader of documents, and the documents in its form. Of several mistakes the first is reported, as by the registry. */
async function converted(documents: string[], settings: Settings) {
  const wasm = await loaded(loadDocuments());
  if (documents.every(isJson)) return { wasm, read: documents };
  const yamlToJson = await loaded(loadYaml());
  const read: string[] = [];
  for (const [place, text] of documents.entries()) {
    try {
      read.push(isJson(text) ? text : yamlToJson(text));
    } catch (error) {
      attempt(() => wasm.policyReport(read, JSON.stringify(settings)));
      throw new CoreError(`documents[${place}]: ${message(error)}`, code(error));
    }
  }
  return { wasm, read };
}

const loaded = <T>(loading: Promise<T>): Promise<T> =>
  loading.catch((error: unknown) => {
    throw new CoreError(message(error), "not_loaded");
  });

/** The types are what the packages below browser/ write; tests/page holds the two together. */
function answer<T>(call: () => string): T {
  return JSON.parse(attempt(call)) as T;
}

function attempt<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new CoreError(message(error), code(error));
  }
}

function code(error: unknown): CoreErrorCode {
  return error instanceof WebAssembly.RuntimeError ? "broken" : "invalid";
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
