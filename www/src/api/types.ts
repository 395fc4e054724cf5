// The admin API's types under the names that the page has for them. What they are stands in schema.d.ts, which is made of the
// API's description.

import type { components } from "./schema";

import type { components as Rules } from "../core/schema";

type Schemas = components["schemas"];

/** What is recorded of an integration's use. */
export type IntegrationUsage = Rules["schemas"]["IntegrationUsage"];
/** What is recorded of the use of all. */
export type OverallUsage = Rules["schemas"]["OverallUsage"];
export type UsageGroup = Rules["schemas"]["UsageGroup"];
export type TokenUse = Rules["schemas"]["TokenFacts"];
export type Grouping = Rules["schemas"]["Grouping"];
/** The three steps of a rotation, and whether its old token can be ended. */
export type RotationProgress = Rules["schemas"]["RotationProgress"];

export type Level = Schemas["Level"];
export type Owner = Schemas["Owner"];
export type Token = Schemas["Token"];
export type Integration = Schemas["Integration"];
export type IntegrationPage = Schemas["IntegrationPage"];
/** The result of a test of a token. */
export type Tested = Schemas["Tested"];
export type Minted = Schemas["Minted"];
/** The fields of an integration that can be changed. Fields that are left out stay as they are. */
export type Edit = Schemas["Edit"];
/** The token rules: what the agency sets for the life of all integrations. */
export type TokenRules = Schemas["TokenRules"];
export type TokenRulesChange = Schemas["ChangeTokenRules"];
/** The integrations that need attention. */
export type Lifecycle = Schemas["Lifecycle"];
export type Deleted = Lifecycle["deleted"][number];
export type Session = Schemas["Session"];
export type SessionPage = Schemas["Sessions"];
export type OpenSession = SessionPage["sessions"][number];
/** The ways to sign in. */
export type Ways = Schemas["Ways"];
export type Features = Schemas["Features"];
export type Person = Schemas["Person"];
export type PeoplePage = Schemas["PeoplePage"];
export type NewPerson = Schemas["NewPerson"];
export type EditPerson = Schemas["EditPerson"];
export type Role = Schemas["Role"];
export type Key = Schemas["Key"];
export type KeyPage = Schemas["KeyPage"];
export type NewKey = Schemas["NewKey"];
export type MintedKey = Schemas["MintedKey"];
export type Verb = Schemas["Verb"];

export type SubAccount = Schemas["SubAccount"];
/** Once it is set. */
export type Agency = Schemas["Agency"] & { id: Schemas["OwnerId"] };
export type OwnersPage = Omit<Schemas["Owners"], "agency"> & { agency: Agency | null };
export type Owners = Pick<OwnersPage, "agency" | "sub_accounts">;

export type EventPage = Schemas["Events"];
export type Event = EventPage["events"][number];
export type EventKind = Event["kind"];
export type AuditPage = Schemas["AuditEvents"];
/** One of the whole gate's, or of an integration's. */
export type AuditEvent = AuditPage["events"][number];

/** A webhook endpoint. */
export type Endpoint = Schemas["Endpoint"];
export type EndpointPage = Schemas["EndpointPage"];
export type NewEndpoint = Schemas["NewEndpoint"];
export type EditEndpoint = Schemas["EditEndpoint"];
export type EndpointWithSecret = Schemas["EndpointWithSecret"];
export type Delivery = Schemas["Delivery"];
export type DeliveryPage = Schemas["DeliveryPage"];
export type DeliveryAttempt = Delivery["attempts"][number];
/** The events that webhook endpoints can receive. */
export type EventType = Schemas["EventTypeEntry"];

export type CatalogueEntry = Schemas["CatalogueEntry"];
export type CatalogueOperation = Schemas["CatalogueOperation"];
export type Settings = Schemas["Settings"];
export type Finding = Schemas["Finding"];
/** A report of an older release may lack lists. */
export type Report = Schemas["Report"];
export type PolicyDiff = Schemas["PolicyDiff"];
export type Policy = Schemas["Policy"];
export type PolicyVersionPage = Schemas["PolicyVersions"];
export type PolicyVersion = PolicyVersionPage["versions"][number];
export type PolicyPreview = Schemas["Preview"];
export type Published = Schemas["Published"];
export type Impact = Schemas["Impact"];
export type DocumentChange = NonNullable<Schemas["DocumentChanges"]>[number];
/** The progress of the registry in rewriting KV. */
export type StoreProgress = Schemas["Waiting"];
