// What the page takes somebody's permissions to allow (www/src/lib/access.ts).
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const { seesAllIntegrations } = await bundled();

async function bundled() {
  const entryPoints = [fileURLToPath(new URL("../../www/src/lib/access.ts", import.meta.url))];
  const { outputFiles } = await build({ entryPoints, bundle: true, format: "esm", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const at = (verb, place) => ({ verb, place });

test("an integration that is not found is not there only for whoever sees those of all owners", () => {
  const [VIEW, MANAGE] = ["integrations.view", "integrations.manage"];
  assert.ok(seesAllIntegrations([at(VIEW, "agency"), at(VIEW, "sub_accounts")]));
  assert.ok(seesAllIntegrations([at(MANAGE, "agency"), at(VIEW, "sub_accounts")]), "whoever manages them sees them");
  for (const less of [
    [],
    [at(VIEW, "agency")],
    [at(MANAGE, "sub_accounts")],
    [at(VIEW, "agency"), at(VIEW, "sub_account:acme")],
    [at("usage.view", "agency"), at("usage.view", "sub_accounts")],
  ])
    assert.ok(!seesAllIntegrations(less), JSON.stringify(less));
});
