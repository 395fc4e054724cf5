// The demo API's policy and a token, for a gate that runs as a Worker of its own.
import { CONTACTS, ACME, demoPolicy } from "./demo.ts";

type Send = (method: string, path: string, headers: object, body?: unknown) => Promise<Response>;

/** Publishes the demo API's policy; gives back the token of an integration of Acme's. */
export async function publishDemo(send: Send): Promise<string> {
  const api = async (method: string, path: string, body: unknown): Promise<any> => {
    const response = await send(method, `/_tidegate/api${path}`, {}, body);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  await api("PUT", "/policy", demoPolicy);
  await api("POST", "/sub-accounts", { id: ACME.id, name: "Acme Dental" });
  return (await api("POST", "/integrations", { name: "faults", owner: ACME, scopes: CONTACTS })).token;
}
