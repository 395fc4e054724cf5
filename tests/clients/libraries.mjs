// Verifying webhooks by libraries that are not of this project, and by the code that docs/webhooks.md gives to third parties.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mock } from "node:test";
import { fileURLToPath } from "node:url";

import { Webhook } from "standardwebhooks";
import { Webhook as Svix } from "svix";

import { verify } from "../../www/src/webhooks/verify/verify.mjs";

/** The interpreter that `cargo xtask` installs tests/clients/requirements.txt for. */
const PYTHON = fileURLToPath(new URL("../../target/clients-python/bin/python", import.meta.url));
const VERIFIER = fileURLToPath(new URL("verify.py", import.meta.url));

/** Why Python's library is not asked; `null` where it is there. */
export const pythonLacks = existsSync(PYTHON) ? null : "target/clients-python is not there: no Python 3 with venv";

/** The code of docs/webhooks.md. Its errors are put in the words of the libraries. */
function byHand({ headers, body }, secret) {
  try {
    verify(secret, headers, body);
  } catch (error) {
    const isOld = Number(headers["webhook-timestamp"]) < Date.now() / 1000;
    const said = {
      "no signature fits": "No matching signature found",
      "the timestamp is too far away": `Message timestamp too ${isOld ? "old" : "new"}`,
    };
    throw new Error(said[error.message] ?? error.message, { cause: error });
  }
}

const here = {
  "by hand": byHand,
  standardwebhooks: ({ headers, body }, secret) => new Webhook(secret).verify(body, headers),
  svix: ({ headers, body }, secret) => new Svix(secret).verify(body, headers),
};

/**
 * What each library says of each message, by the library's name: `null` where it is verified, else why it is not. A case is
 * `{message, secret}`, and `late`: how many seconds after now it is received.
 */
export async function verdicts(cases) {
  const said = {};
  for (const [name, check] of Object.entries(here))
    said[name] = cases.map(({ message, secret, late = 0 }) => {
      if (late !== 0) mock.timers.enable({ apis: ["Date"], now: Date.now() + late * 1000 });
      try {
        check(message, secret);
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
