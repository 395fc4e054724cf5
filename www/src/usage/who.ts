// Who uses a token, in a sentence.

import type { TokenUse } from "../api/types";
import { words as t } from "./words";

/** "AS 14618", or the country if the network is not known. */
export function network(place: { asn?: number | undefined; country?: string | undefined } | undefined): string {
  return place?.asn ? `AS ${place.asn}` : (place?.country ?? "");
}

/** "41 requests in the last hour still use token 1 · …xk8d, most of them GET /contacts/, from AS 14618." */
export function whoStillUses(token: TokenUse | undefined, name: string): string {
  if (!token || token.last_day === 0) return t.unused(name);
  const [most] = token.operations;
  const from = network(token.sources[0] ?? token.last_use);
  const who = token.last_hour > 0 ? t.still(token.last_hour, name) : t.stillDay(token.last_day, name);
  return `${who}${most?.operation ? t.most(most.operation) : ""}${from ? t.from(from) : ""}.`;
}
