// What the demo API's gate is set up with.
import demoDocument from "../../../examples/demo-api/openapi.json";
import demoSettings from "../../../examples/demo-api/settings.json";

export interface Owner {
  level: "agency" | "sub_account";
  id: string;
}

export const ACME: Owner = { level: "sub_account", id: "acme" };
export const GLOBEX: Owner = { level: "sub_account", id: "globex" };
export const AGENCY: Owner = { level: "agency", id: "the-agency" };
export const CONTACTS = ["contacts.readonly", "contacts.write"];

// Without what names operations one by one: tests publish parts of the API, and other documents.
const { encoded: _, ...settings } = demoSettings;

export const demoPolicy = { documents: [demoDocument], settings };
