// The cases of decisions.json that are questions for `explain` as well: those whose answer rests on method, path, owner
// and scopes. The others are about credentials, header fields and bodies, of which a question has none.

/** Where the owner stands in a header field, `explain` takes it to be the integration's own; the gate does not. */
const ABOUT_FIELDS = "no header field";
const ABOUT_TOKENS = [
  "malformed_token",
  "forged_token",
  "unknown_token",
  "deleted_integration",
  "dead_token",
  "paused_integration",
  "expired_integration",
];

/** What to ask, and the code that the answer must have. */
export function questions({ cases, records }) {
  return cases.flatMap(({ what, method, target, headers, body, authorization, expect: { code } }) => {
    if (
      Object.keys(headers).length > 0 ||
      body !== undefined ||
      ABOUT_TOKENS.includes(code) ||
      what.startsWith(ABOUT_FIELDS)
    )
      return [];
    const subject = authorization === null ? {} : holder(authorization, records);
    return subject ? [{ what, question: { method, path: target, ...subject }, code }] : [];
  });
}

/** Owner and scopes of the integration that a token names. */
function holder(authorization, records) {
  const [, id] = /^Bearer pit_([0-9a-z]{16})_[0-9a-z]{58}$/.exec(authorization) ?? [];
  const record = records[id];
  return record?.owner && { owner: record.owner, scopes: record.scopes };
}
