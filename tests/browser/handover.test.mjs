// What comes with a new token: trying it, what a developer needs, and a note that does not hold it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

import { api, open, seed, settles, shown, test, unique } from "./support.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const permissions = ["clipboard-read", "clipboard-write"];

/** Rotates by the page, which shows a token then. */
async function newToken(page, fields) {
  const { integration } = await seed({ name: unique("Handed over"), ...fields });
  await open(page, `#/integrations/${integration.id}`);
  await button(page, "Rotate and expire this token now").click();
  await button(page, "Continue").click();
  await shown(page.getByText("This is the only time that the token is shown."));
  return { integration, token: await page.getByRole("textbox", { name: "Token" }).innerText() };
}

test("a token is tested at the gate, and nothing but the status comes back", async ({ page }) => {
  const { integration, token } = await newToken(page);
  const answers = [];
  page.on("response", async (answer) => {
    if (answer.url().endsWith("/test")) answers.push(await answer.text());
  });
  await button(page, "Test now").click();
  await shown(page.getByText(/^It works: the gate knows it \(\d+ ms\)\.$/));
  const operation = page.getByLabel("Test now", { exact: true }).first();
  await operation.selectOption("GET /locations/{locationId}");
  await button(page, "Test now").click();
  await shown(page.getByText(/^Granted: the API answered 200 after \d+ ms\.$/));
  for (const answer of answers) {
    assert.deepEqual(Object.keys(JSON.parse(answer)).sort(), ["allowed", "milliseconds", "problem", "status"]);
    assert.ok(!answer.includes(token));
  }
  const { events } = await api("GET", `/integrations/${integration.id}/events`);
  const tests = events.filter(({ kind }) => kind === "integration.tested");
  assert.deepEqual(
    tests.map(({ detail }) => detail),
    [{ operation: "GET /locations/{locationId}" }, { operation: "whoami" }],
  );
  assert.ok(!JSON.stringify(events).includes(token));
  const listed = await operation.locator("option").allInnerTexts();
  assert.ok(
    listed.every((text) => !text.includes("{contactId}")),
    `${listed}`,
  );
});

test("a token that is dead, and one that another integration has, are refused", async ({ page }) => {
  const { integration, token: old } = await seed({ name: unique("Tested dead") });
  const { token: foreign } = await seed({ name: unique("Another") });
  await api("POST", `/integrations/${integration.id}/rotate`, { rev: integration.rev, body: { expire: "now" } });
  const tested = (token, operation, status = 200) =>
    api("POST", `/integrations/${integration.id}/test`, { body: { token, operation }, status });
  const { allowed, status, problem } = await tested(old, "whoami");
  assert.deepEqual([allowed, status, problem.type], [false, 401, "urn:tidegate:problem:invalid-token"]);
  const refused = await tested(foreign, "whoami", 422);
  assert.equal(refused.field, "token");
  assert.ok(!JSON.stringify(refused).includes("Another"));
  for (const operation of ["POST /contacts/", "GET /contacts/{contactId}", "GET /nowhere", ""])
    assert.equal((await tested(old, operation, 422)).field, "operation", operation);
  await open(page);
});

test(
  "every sample asks the API with the token from the environment, as far as its language is here",
  { permissions, timeout: 120_000 },
  async ({ page }) => {
    const { integration, token } = await newToken(page, { scopes: ["locations.readonly"] });
    await page.getByText("For the developer").click();
    const language = page.getByLabel("One request in");
    const env = { ...process.env, TOKEN: token };
    const runs = { curl: ["bash", "-c"], JavaScript: ["node", "--input-type=module", "-e"], Python: ["python3", "-c"] };
    for (const name of ["curl", "JavaScript", "Python", "PHP", "Go"]) {
      await language.selectOption(name);
      await page.getByRole("button", { name: "Copy: Sample" }).click();
      const code = await page.evaluate(() => navigator.clipboard.readText());
      assert.ok(code.includes("/locations/acme") && !code.includes(token), name);
      if (!runs[name]) continue;
      const [program, ...flags] = runs[name];
      assert.match(execFileSync(program, [...flags, code], { encoding: "utf8", env, timeout: 20_000 }), /acme/i, name);
    }
    await page.getByRole("button", { name: "Copy note: Note" }).click();
    const note = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(note.includes(integration.name) && note.includes("locations.readonly") && !note.includes(token.slice(4)));
  },
);

test("a preset, a duplicate, and what some requests need choose the scopes", async ({ page }) => {
  const { integration } = await seed({ name: unique("Original"), scopes: ["contacts.write", "locations.readonly"] });
  await open(page, `#/integrations/${integration.id}`);
  await button(page, "More actions").click();
  await page.getByRole("menuitem", { name: "Duplicate" }).click();
  await settles(() => page.getByLabel("Name", { exact: true }).inputValue(), `${integration.name} (copy)`);
  await button(page, "Next").click();
  const checked = async () => {
    const all = await page.getByRole("checkbox", { checked: true }).all();
    return (
      await Promise.all(all.map((one) => one.evaluate((box) => box.labels[0].querySelector("code").innerText)))
    ).sort();
  };
  await settles(checked, ["contacts.write", "locations.readonly"]);
  await button(page, "Read everything").click();
  await settles(checked, ["contacts.readonly", "locations.readonly"]);
  await button(page, "Just what these requests need…").click();
  const dialog = page.getByRole("dialog", { name: "Just what these requests need" });
  await dialog
    .getByLabel("Requests")
    .fill(
      "curl https://api.example.com/contacts/ -X POST -d '{}'\nGET /contacts/?locationId=acme\nGET /nothing\nGET /status",
    );
  await shown(dialog.getByText("Needs contacts.write."));
  await shown(dialog.getByText("The policy has no such operation."));
  await shown(dialog.getByText("Needs no scope.").first());
  await button(dialog, "Take 2 scopes").click();
  await settles(checked, ["contacts.readonly", "contacts.write"]);
});

test("a link fills in the form, names what it cannot take, and sends nothing", async ({ page }) => {
  const name = unique("By a link");
  const query = new URLSearchParams({ name, scopes: "contacts.readonly,nothing.known", owner: "globex" });
  const sent = [];
  page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
  await open(page, `#/integrations/new?${query}`);
  await settles(() => page.getByLabel("Name", { exact: true }).inputValue(), name);
  await button(page, "Next").click();
  await shown(page.getByText("The link names nothing.known, which the policy does not offer here."));
  await settles(() => page.getByRole("checkbox", { name: "contacts.readonly" }).isChecked(), true);
  await page.goBack();
  await settles(() => page.getByLabel("Name", { exact: true }).inputValue(), name);
  assert.deepEqual(sent, []);
  assert.equal((await api("GET", `/integrations?q=${encodeURIComponent(name)}`)).total, 0);
});
