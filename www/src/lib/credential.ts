// A first look at a text, at once and without the rules' code: which kinds of credentials it may hold. Whatever the rules
// find (src/token/find.rs) is let through to them; tests/page holds the two together.

import type { Found } from "../core/types";

const TOKEN = /_[0-9a-z]{16}_[0-9a-z]{8}|_[0-9a-z]{58}/i;
const AUTOMATION_KEY = /tga_[0-9a-z]{16}_/i;
const OWNER_KEY = /owner_[\w-]{16}/;
// Line breaks and what has no width.
const UNSEEN = /[\p{Cc}\u00ad\u200b-\u200f\u2060\ufeff]/gu;

export function kindsIn(text: string): Found["kind"][] {
  const joined = text.replace(UNSEEN, "");
  const texts = [text, joined, joined.replace(/\s/g, "")];
  const kinds: Found["kind"][] = [];
  if (texts.some((one) => TOKEN.test(one))) kinds.push("token");
  if (texts.some((one) => AUTOMATION_KEY.test(one))) kinds.push("automation_key");
  if (texts.slice(0, 2).some((one) => OWNER_KEY.test(one))) kinds.push("owner_key");
  return kinds;
}

export const mayHoldCredential = (text: string) => kindsIn(text).length > 0;
