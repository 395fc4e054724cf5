// The operations of OpenAPI documents, read from the raw JSON and by the README's table of schemes: nothing here is
// shared with the Worker.

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

export type Level = "agency" | "sub_account";
export const LEVELS: Level[] = ["agency", "sub_account"];

/** The id of an owner of each level. */
export const OWN: Record<Level, string> = { agency: "the-company", sub_account: "the-location" };

/** ../shared/highlevel/README.md: what each scheme means, or that no private integration may use it. */
const SCHEMES: Record<string, Level | undefined> = {
  bearer: "sub_account",
  "Location-Access": "sub_account",
  "Location-Access-Only": undefined,
  "Agency-Access": "agency",
  "Agency-Access-Only": undefined,
};

const OWNER_NAMES: Record<Level, string[]> = {
  agency: ["companyId"],
  sub_account: ["locationId", "location_id", "altId"],
};

/** One way in: a level, and the scopes that it takes. */
export interface Way {
  level: Level;
  scopes: string[];
}

export interface Operation {
  method: string;
  template: string;
  ways: Way[];
  /** The names of its query parameters. */
  query: string[];
  /** The properties of its JSON body. */
  body: Set<string>;
  /** Whether its only body is a form in parts that names a sub-account. */
  ownerInParts: boolean;
}

export function operations(documents: any[]): Operation[] {
  return documents.flatMap((document) =>
    Object.entries<any>(document.paths).flatMap(([template, item]) =>
      METHODS.filter((method) => method in item).map((method) => ({
        method: method.toUpperCase(),
        template,
        ways: ways(item[method].security ?? []),
        query: (item[method].parameters ?? []).filter((one: any) => one.in === "query").map((one: any) => one.name),
        body: properties(document, item[method].requestBody?.content?.["application/json"]?.schema),
        ownerInParts: ownerInParts(document, item[method].requestBody?.content ?? {}),
      })),
    ),
  );
}

function ownerInParts(document: any, { "multipart/form-data": form, ...others }: any): boolean {
  const names = properties(document, form?.schema);
  return Object.keys(others).length === 0 && OWNER_NAMES.sub_account.some((name) => names.has(name));
}

function ways(security: Record<string, string[]>[]): Way[] {
  return security.flatMap((requirement) => {
    const [[scheme, scopes], ...more] = Object.entries(requirement) as [[string, string[]]];
    if (more.length > 0 || !(scheme in SCHEMES)) throw new Error(`${JSON.stringify(requirement)} is new`);
    const level = SCHEMES[scheme];
    return level ? [{ level, scopes: [...new Set(scopes)].sort() }] : [];
  });
}

/** A schema's own properties and those of the schemas that it refers to or is made of. */
function properties(document: any, schema: any): Set<string> {
  if (schema === undefined) return new Set();
  const pointer: string[] = schema.$ref?.slice("#/".length).split("/") ?? [];
  const referred = pointer.length > 0 ? pointer.reduce((place, key) => place[key], document) : undefined;
  const parts = [referred, ...["allOf", "anyOf", "oneOf"].flatMap((key) => schema[key] ?? [])];
  return new Set([
    ...Object.keys(schema.properties ?? {}),
    ...parts.flatMap((part) => [...properties(document, part)]),
  ]);
}

/** A request's body, in which every place for a sub-account names our own; none where it has no such place. */
export function body({ method, body }: Operation): string | undefined {
  const names = ["locationId", "altId"].filter((name) => body.has(name));
  if (names.length === 0 || method === "GET") return undefined;
  const ids = Object.fromEntries(names.map((name) => [name, OWN.sub_account]));
  return JSON.stringify(body.has("altType") ? { ...ids, altType: "location" } : ids);
}

/** A request's path and query, in which every place for an owner of `level` names our own. */
export function target({ template, query }: Operation, level: Level): string {
  const names = OWNER_NAMES[level];
  const path = template.replace(/\{(\w+)\}/g, (_, name) => (names.includes(name) ? OWN[level] : "x1"));
  const pairs = names.filter((name) => query.includes(name)).map((name) => `${name}=${OWN[level]}`);
  if (query.includes("altType")) pairs.push("altType=location");
  return pairs.length > 0 ? `${path}?${pairs.join("&")}` : path;
}

/** Whether an integration of this level that has these scopes may, as the document says. */
export function mayUse({ ways }: Operation, level: Level, scopes: string[]): boolean {
  return ways.some((way) => way.level === level && way.scopes.every((scope) => scopes.includes(scope)));
}
