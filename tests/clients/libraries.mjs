// Verifying webhooks by libraries that are not of this project, and as docs/webhooks.md tells a third party to do it by hand.
import { execFile } from "node:child_process";
import { createHmac, timingSafeEqual } from "node:crypto";
import { existsSync } from "node:fs";
import { mock } from "node:test";
import { fileURLToPath } from "node:url";

import { Webhook } from "standardwebhooks";
import { Webhook as Svix } from "svix";

/** The interpreter that `cargo xtask` installs tests/clients/requirements.txt for. */
const PYTHON = fileURLToPath(new URL("../../target/clients-python/bin/python", import.meta.url));
const VERIFIER = fileURLToPath(new URL("verify.py", import.meta.url));

/** Why Python's library is not asked; `null` where it is there. */
export const pythonLacks = existsSync(PYTHON) ? null : "target/clients-python is not there: no Python 3 with venv";

/** Whether a message is what one of these secrets signed. */
function isGenuine({ headers, body }, secret) {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const expected = Buffer.from(`v1,${createHmac("sha256", key).update(signed).digest("base64")}`);
  const given = headers["webhook-signature"].split(" ").map((one) => Buffer.from(one));
  const isSigned = given.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
  if (!isSigned) throw new Error("No matching signature found");
  const age = Math.floor(Date.now() / 1000) - Number(headers["webhook-timestamp"]);
  if (Math.abs(age) > 300) throw new Error(`Message timestamp too ${age > 0 ? "old" : "new"}`);
}

const here = {
  "by hand": isGenuine,
  standardwebhooks: ({ headers, body }, secret) => new Webhook(secret).verify(body, headers),
  svix: ({ headers, body }, secret) => new Svix(secret).verify(body, headers),
};

/**
 * What each library says of each message, by the library's name: `null` where it is verified, else why it is not. A case is
 * `{message, secret}`, and `late`: how many seconds after now it is received.
 */
export async function verdicts(cases) {
  const said = {};
  for (const [name, verify] of Object.entries(here))
    said[name] = cases.map(({ message, secret, late = 0 }) => {
      if (late !== 0) mock.timers.enable({ apis: ["Date"], now: Date.now() + late * 1000 });
      try {
        verify(message, secret);
        return null;
      } catch (error) {
        return error.message;
      } finally {
        if (late !== 0) mock.timers.reset();
      }
    });
  if (pythonLacks === null) said.python = await python(cases);
  return said;
}

function python(cases) {
  const lines = cases.map(({ message: { headers, body }, secret, late = 0 }) =>
    JSON.stringify({ headers, body, secret, late }),
  );
  return new Promise((resolve, reject) => {
    const child = execFile(PYTHON, [VERIFIER], (error, stdout) => {
      if (error) reject(error);
      else
        resolve(
          stdout
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line)),
        );
    });
    child.stdin.end(`${lines.join("\n")}\n`);
  });
}
