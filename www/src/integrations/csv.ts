// A list as a file that spreadsheets read (RFC 4180).

import type { Integration, Owners } from "../api/types";
import { current } from "../lib/tokens";

const COLUMNS = [
  "id",
  "name",
  "description",
  "level",
  "owner_id",
  "owner",
  "scopes",
  "state",
  "status",
  "created_at",
  "token_created_at",
  "expires_at",
];

export function csv(integrations: Integration[], owners: Owners | null): string {
  const named = new Map(owners?.sub_accounts.map((one) => [one.id, one.name]));
  const rows = integrations.map((one) => [
    one.id,
    one.name,
    one.description,
    one.owner.level,
    one.owner.id,
    one.owner.level === "agency" ? (owners?.agency?.name ?? "") : (named.get(one.owner.id) ?? ""),
    one.scopes.join(" "),
    one.state,
    one.status,
    one.created_at,
    current(one)?.created_at ?? "",
    one.expires_at ?? "",
  ]);
  return [COLUMNS, ...rows].map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
}

/** In quotation marks where it has to be. What a spreadsheet would compute is a text, by an apostrophe in front. */
function field(value: string): string {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
