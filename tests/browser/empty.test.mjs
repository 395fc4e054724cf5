// A gate without integrations: what its list teaches.
import assert from "node:assert/strict";

import { api, becomes, open, seed, settles, shown, test } from "./support.mjs";

test("an empty list says what an integration is and how to make one", async ({ t, page }) => {
  const { integrations } = await api("GET", "/integrations?limit=1");
  if (integrations.length > 0) return t.skip("this gate has integrations already");
  await open(page);
  await shown(page.getByRole("heading", { name: "No integrations yet" }));
  await shown(page.getByText("one token that a script, an automation or a partner sends with every call"));
  // Three that say what one is, and the five first steps.
  await settles(() => page.getByRole("main").getByRole("listitem").count(), 8);
  await settles(() => page.getByRole("search").count(), 0);
  await page.getByRole("link", { name: "Create new Integration" }).click();
  await shown(page.getByRole("heading", { name: "Create new Integration", level: 1 }));
});

test("the last of the first steps ticks on a request with a token, and not on a test of it", async ({ t, page }) => {
  const { integrations } = await api("GET", "/integrations?sort=-used&limit=1");
  if (integrations[0]?.used_at) return t.skip("tokens of this gate were used already");
  const { integration, token } = await seed();
  const operation = "GET /locations/{locationId}";
  const { allowed } = await api("POST", `/integrations/${integration.id}/test`, { body: { token, operation } });
  assert.ok(allowed);
  let asked = 0;
  page.on("request", (request) => (asked += request.url().includes("sort=-used") ? 1 : 0));
  await open(page);
  const steps = page.getByRole("region", { name: "First steps" });
  const step = (name) => steps.getByRole("listitem").filter({ hasText: name });
  await shown(step("Create the first integration").getByText("(done)"));
  await shown(step("Send a first request").getByRole("link"));
  await becomes(token, 200);
  await step("Send a first request").getByText("(done)").waitFor({ timeout: 60_000 });
  await shown(steps, "it stays to say that all is done, and pushes nothing up");
  assert.ok(asked < 30, `${asked} questions in at most a minute`);
});
