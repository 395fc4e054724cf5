// The admin API's routes for webhooks: apart from the others, so that they are loaded with the view that uses them.

import { page } from "./client";
import { ask } from "./http";
import type {
  DeliveryPage,
  EditEndpoint,
  Endpoint,
  EndpointPage,
  EndpointWithSecret,
  EventType,
  NewEndpoint,
} from "./types";

export const endpoints = {
  /** Those of one integration, or all where `integration` is empty. */
  list(integration: string, cursor: string | null, signal: AbortSignal) {
    const query = page(cursor);
    if (integration) query.set("integration", integration);
    return ask<EndpointPage>("GET", `/endpoints?${query}`, { signal });
  },
  show: (id: string) => ask<Endpoint>("GET", at(id)),
  create: (body: NewEndpoint) => ask<EndpointWithSecret>("POST", "/endpoints", { body }),
  edit: (id: string, rev: number, body: EditEndpoint) => ask<Endpoint>("PATCH", at(id), { body, rev }),
  remove: (id: string, rev: number) => ask<void>("DELETE", at(id), { rev }),
  rotate: (id: string, rev: number, expire: "now" | "later") =>
    ask<EndpointWithSecret>("POST", `${at(id)}/rotate`, { body: { expire }, rev }),
  test: (id: string) => ask<{ message: string }>("POST", `${at(id)}/test`),
  /** Sends one message again, or all since a moment. */
  resend: (id: string, what: { message: string } | { since: string }) =>
    ask<{ messages: number }>("POST", `${at(id)}/resend`, { body: what }),
  deliveries(id: string, cursor: string | null, signal?: AbortSignal, limit?: number) {
    return ask<DeliveryPage>("GET", `${at(id)}/deliveries?${page(cursor, limit)}`, signal ? { signal } : {});
  },
};

export const eventTypes = {
  list: async () => (await ask<{ event_types: EventType[] }>("GET", "/event-types")).event_types,
};

function at(id: string): string {
  return `/endpoints/${encodeURIComponent(id)}`;
}
