// The demo API's policy and sub-accounts, and integrations to begin with.
import { ACME, CONTACTS, demoPolicy } from "./demo.ts";
import { type Created, admin, create, ok } from "./gate.ts";

/** Publishes the demo API's policy and adds its two sub-accounts. */
export async function publishDemo(): Promise<void> {
  await ok(200, admin("PUT", "/policy", demoPolicy));
  await ok(201, admin("POST", "/sub-accounts", { id: "acme", name: "Acme Dental" }));
  await ok(201, admin("POST", "/sub-accounts", { id: "globex", name: "Globex Fitness" }));
}

/** An integration of Acme's that may read and write contacts. */
export function acme(scopes = CONTACTS): Promise<Created> {
  return create(ACME, scopes);
}
