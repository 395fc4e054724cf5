// What the rules in the browser take and give (browser/rules), under the names that the page has for it. What it is stands in
// schema.d.ts, which is made of Rust's types.

import type { components } from "./schema";

type Schemas = components["schemas"];

export type Owner = Schemas["Owner"];
export type Level = Schemas["Level"];
export type ScopeDiff = Schemas["ScopeDiff"];
export type Catalogue = Schemas["Catalogue"];
export type CatalogueEntry = Schemas["CatalogueEntry"];
export type CatalogueOperation = Schemas["CatalogueOperation"];

export type Holder = Schemas["Holder"];
export type Abilities = Schemas["Abilities"];
export type OutOfReach = Schemas["OutOfReach"];
export type ShownOperation = Schemas["ShownOperation"];
export type ScopeChange = Schemas["ScopeChange"];
export type ScopePreview = Schemas["ScopePreview"];
export type PreviewedOperation = Schemas["PreviewedOperation"];

/** A request, of an integration that may not exist: owner and scopes, or neither, for a request without a token. */
export type Question = { method: string; path: string } & (
  { owner: Owner; scopes: string[] } | { owner?: never; scopes?: never }
);
/** Whether the integration of a question works, as the gate says of it: by the gate's clock, not by that of this machine. */
export interface Life {
  paused: boolean;
  status: "active" | "paused" | "ended";
}
export type Explanation = Schemas["Explanation"];
/** Every reason to refuse a request: docs/errors.md explains them. */
export type DenialCode = Exclude<Explanation["code"], "allowed">;

/** An operation by its name, and path and query of a request to it. */
export interface Trial {
  operation: string;
  path: string;
}

/** Where a document has more to read. */
export interface Documentation {
  /** The document's title. */
  title: string;
  url: string;
}

export type Settings = Schemas["Settings"];
/** Settings to start from, and why. */
export type Suggestion = Schemas["Suggestion"];
export type Report = Schemas["Report"];
export type Finding = Schemas["Finding"];
export type PolicyDiff = Schemas["PolicyDiff"];
export type Change = Schemas["PolicyChange"];
/** `diff` is null where the report has errors. */
export type PolicyChanges = { report: Report; diff: PolicyDiff | null };

export type OperationUse = Schemas["OperationUse"];
export type EditReplay = Schemas["EditReplay"];
export type PolicyReplay = Schemas["PolicyReplay"];
export type Replay = Schemas["Replay"];
export type ScopesInUse = Schemas["ScopesInUse"];
export type ScopeUse = Schemas["ScopeUse"];

export type Found = Schemas["Found"];
export type TokenForm = Schemas["TokenForm"];
