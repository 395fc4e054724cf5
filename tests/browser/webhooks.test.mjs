// Webhooks by clicks: an endpoint is made, a real receiver on this machine gets real messages and verifies them, fails, gets what it
// missed, and is told by another secret.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

import { api, asSomebodyWith, open, rotate, seed, settles, shown, test, unique, until } from "./support.mjs";

const permissions = ["clipboard-read", "clipboard-write"];
const button = (page, name) => page.getByRole("button", { name, exact: true });
const dialog = (page) => page.getByRole("dialog");
const copied = (page) => page.evaluate(() => navigator.clipboard.readText());

/** A receiver; `answers` says by path what it answers with. */
async function startReceiver(t) {
  const [got, answers] = [[], new Map()];
  const server = createServer((incoming, outgoing) => {
    const chunks = [];
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("end", () => {
      got.push({ path: incoming.url, headers: incoming.headers, body: Buffer.concat(chunks) });
      outgoing.writeHead(answers.get(incoming.url) ?? 204).end(answers.has(incoming.url) ? "out of order" : "");
    });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const at = (path) => got.filter((message) => message.path === path);
  return { url: `http://127.0.0.1:${server.address().port}`, at, answers };
}

/** The code that the page gives to receivers, as a module. */
const asModule = (code) => import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);

/** Opens the menu of the endpoint, and takes an item. */
async function choose(page, item) {
  await button(page, "More actions").click();
  await page.getByRole("menuitem", { name: item }).click();
  await shown(dialog(page));
}

test("an endpoint's whole life by clicks", { permissions, timeout: 180_000 }, async ({ t, page }) => {
  const receiver = await startReceiver(t);
  const { integration } = await seed({ name: unique("Told"), scopes: ["contacts.readonly"] });
  const hook = `${receiver.url}/in`;

  // From the integration's own list, which is empty and says what webhooks are for.
  await open(page, `#/integrations/${integration.id}`);
  await page.getByRole("link", { name: "Its webhooks" }).click();
  await shown(page.getByRole("heading", { name: "No webhooks yet" }));
  await shown(page.getByRole("link", { name: `Only ${integration.name} remove` }));
  await page.getByRole("main").getByRole("link", { name: "Add endpoint" }).last().click();
  await shown(page.getByText(integration.name, { exact: true }));

  // What is missing is named at its field, and so is what the gate refuses.
  await button(page, "Create and show the secret").click();
  await shown(page.getByText("Give an address."));
  await shown(page.getByText("Choose at least one kind of event."));
  await page.getByLabel("Address").fill("https://10.0.0.1/in");
  await page.getByRole("searchbox", { name: "Search kinds, descriptions" }).fill("rotation old");
  await shown(page.getByRole("checkbox", { name: /rotation\.old_still_used/ }));
  await page.getByRole("searchbox", { name: "Search kinds, descriptions" }).fill("");

  // By the keyboard: the table is one Tab stop, arrow keys move inside it.
  await page.getByRole("button", { name: /^Rotations \d/ }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await settles(() => page.getByRole("checkbox", { name: /rotation\.started/ }).isChecked(), true);
  await button(page, "Example of rotation.started").click();
  await shown(page.getByText('"type": "rotation.started"'));
  await button(page, "Integrations: All").click();
  await button(page, "Create and show the secret").click();
  await shown(page.getByText("the host must be a name, not an IP address"));
  await settles(() => page.getByLabel("Address").getAttribute("aria-invalid"), "true");
  await page.getByLabel("Address").fill(hook);
  await button(page, "Create and show the secret").click();

  // The secret is shown once.
  await shown(page.getByText("This is the only time the secret is shown."));
  await page.evaluate(() => (location.hash = "#/integrations"));
  const asked = page.getByRole("dialog", { name: "Leave without the secret?" });
  await shown(asked.getByText("It was not copied, and it cannot be shown again."));
  await button(asked, "Stay").click();
  await asked.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Copy secret: Secret" }).click();
  const secret = await copied(page);
  assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  await button(page, "Done, show the endpoint").click();
  await shown(page.getByRole("heading", { name: hook, level: 1 }));
  assert.ok(!(await page.content()).includes(secret));

  // A real message arrives, and the code that the page shows verifies it.
  await page.getByRole("button", { name: "Copy: Code that verifies" }).click();
  const { verify } = await asModule(await copied(page));
  await rotate(integration);
  const [told] = await until(() => receiver.at("/in").length > 0 && receiver.at("/in"), "a message");
  const event = verify(secret, told.headers, told.body);
  assert.deepEqual([event.type, event.data.integration], ["rotation.started", integration.id]);
  assert.deepEqual(new Webhook(secret).verify(told.body, told.headers), event);
  assert.throws(() => verify(secret, told.headers, Buffer.concat([told.body, Buffer.from(" ")])));
  await button(page, "Send a test event").click();
  await until(
    () => receiver.at("/in").some(({ headers, body }) => verify(secret, headers, body).type === "endpoint.test"),
    "the test event",
  );
  const row = (type) => page.getByRole("listitem").filter({ has: page.getByText(type, { exact: true }) });
  await shown(row("endpoint.test").getByText("Delivered", { exact: true }));
  await shown(page.getByText("Healthy", { exact: true }));
  await shown(row("endpoint.test").getByText("Answered 204"));
  await page
    .getByRole("button", { name: /^Details of rotation\.started/ })
    .first()
    .click();
  await shown(page.getByText("The log keeps no payload. A message of this kind looks like this:"));

  // A failing receiver shows as failing, with the answer; what was missed is sent again by a click.
  receiver.answers.set("/in", 503);
  await button(page, "Send a test event").click();
  await shown(page.getByText(/^Failing since/));
  await button(page, "Not delivered").click();
  await shown(page.getByText("Failed so far"));
  await shown(page.getByText("Answered 503"));
  await page
    .getByRole("button", { name: /^Details of endpoint\.test/ })
    .first()
    .click();
  await shown(page.getByText("out of order").first());
  await open(page, "#/webhooks");
  const listed = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: `Open ${hook}` }) });
  await shown(listed.getByText(/^Failing since/));
  await shown(listed.getByText("1 of the last 3 messages did not arrive."));
  await shown(listed.getByRole("link", { name: integration.name }));
  receiver.answers.delete("/in");
  await listed.getByRole("link", { name: `Open ${hook}` }).click();
  const before = receiver.at("/in").length;
  await page
    .getByRole("button", { name: /^Send again: endpoint\.test/ })
    .first()
    .click();
  await until(() => receiver.at("/in").length > before, "the repetition");
  await shown(page.getByText("Healthy", { exact: true }));
  await button(page, "Send since…").click();
  const resent = receiver.at("/in").length;
  await button(page, "Send").click();
  await shown(page.getByText("2 messages are on their way."));
  await until(() => receiver.at("/in").length >= resent + 2, "both messages");
  await until(
    () => receiver.at("/in").filter(({ headers }) => headers["webhook-id"] === told.headers["webhook-id"]).length > 1,
    "the rotation once more",
  );

  // A second secret signs beside the first.
  await choose(page, "Rotate the secret");
  await shown(page.getByText("Keep the old secret for 24 hours"));
  await button(page, "Continue").click();
  await page.getByRole("button", { name: "Copy secret: Secret" }).click();
  const second = await copied(page);
  assert.notEqual(second, secret);
  await button(page, "Done, show the endpoint").click();
  await shown(page.getByText("Two secrets sign each message for 24 hours more."));
  const sofar = receiver.at("/in").length;
  await button(page, "Send a test event").click();
  await until(() => receiver.at("/in").length > sofar, "a message with two signatures");
  const { headers, body } = receiver.at("/in").at(-1);
  for (const each of [secret, second])
    assert.deepEqual(new Webhook(each).verify(body, headers), verify(each, headers, body));

  // Edited, disabled, enabled, deleted.
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await shown(page.getByRole("grid", { name: "Kinds of events" }));
  await page.getByRole("textbox", { name: "Description" }).fill("Mara's script");
  await button(page, "Update").click();
  await shown(page.getByText("Mara's script"));
  await choose(page, "Disable");
  await button(page, "Disable").click();
  await shown(page.getByText("Somebody disabled it. It is told nothing."));
  await page.getByRole("main").getByRole("button", { name: "Enable", exact: true }).click();
  await shown(page.getByText("The endpoint is enabled."));
  await choose(page, "Delete");
  await button(page, "Delete").click();
  await shown(page.getByText("The endpoint is deleted."));
  assert.equal((await api("GET", `/endpoints?integration=${integration.id}`)).total, 0);
});

/** An endpoint that is told of an integration of its own. */
async function endpoint(fields) {
  const { integration } = await seed();
  const body = {
    integration: integration.id,
    url: "https://hooks.example.com/in",
    kinds: ["rotation.started"],
    ...fields,
  };
  return (await api("POST", "/endpoints", { body })).endpoint;
}

test("an endpoint whose form is loaded at the second try has its fields", async ({ page }) => {
  const { id, url } = await endpoint({ description: "Mara's script" });
  const asked = `**/_tidegate/api/endpoints/${id}`;
  await page.route(asked, (route) => route.abort());
  await open(page, `#/webhooks/${id}/edit`);
  await shown(page.getByText("The gate did not answer"));
  await page.unroute(asked);
  await button(page, "Try again").click();
  const description = page.getByRole("textbox", { name: "Description" });
  await settles(() => description.inputValue(), "Mara's script");
  assert.equal(await page.getByLabel("Address").inputValue(), url);
  await description.fill("Ana's script");
  await button(page, "Update").click();
  await shown(page.getByText("Ana's script"));
  const saved = await api("GET", `/endpoints/${id}`);
  assert.deepEqual([saved.url, saved.kinds], [url, ["rotation.started"]]);
});

test("an endpoint that a colleague changes meanwhile is enabled at the second try", async ({ page }) => {
  const { id, rev } = await endpoint();
  const disabled = await api("PATCH", `/endpoints/${id}`, { rev, body: { enabled: false } });
  await open(page, `#/webhooks/${id}`);
  const enable = page.getByRole("main").getByRole("button", { name: "Enable", exact: true });
  await shown(enable);
  await api("PATCH", `/endpoints/${id}`, { rev: disabled.rev, body: { description: "Theirs" } });
  await enable.click();
  await shown(page.getByText("What is shown is up to date again."));
  await shown(page.getByText("Theirs", { exact: true }));
  await enable.click();
  await shown(page.getByText("The endpoint is enabled."));
});

test("a secret that a colleague has just made is not the one that was to be refused now", async ({ page }) => {
  const { id, rev } = await endpoint();
  await page.clock.install();
  await open(page, `#/webhooks/${id}`);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: /^Rotate/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio").last().check();
  const { endpoint: theirs } = await api("POST", `/endpoints/${id}/rotate`, { rev, body: { expire: "now" } });
  await page.clock.runFor(6_000);
  const seen = page.waitForResponse((answer) => answer.url().endsWith(`/endpoints/${id}`));
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await (await seen).finished();
  await button(dialog, "Continue").click();
  await shown(dialog.getByText("What is shown is up to date again."));
  assert.equal((await api("GET", `/endpoints/${id}`)).rev, theirs.rev);
});

test("who may not manage webhooks sees why, and who may manage some chooses among these", async ({ page }) => {
  const acme = "sub_account:acme";
  await asSomebodyWith(page, [{ verb: "integrations.view", place: "agency" }]);
  await open(page, "#/webhooks");
  await shown(page.getByRole("heading", { name: "You may not see this" }));
  await shown(page.getByText("It is for people who manage webhooks. Ask an owner to let you in."));
  assert.equal(await page.getByRole("link", { name: "Webhooks", exact: true }).count(), 0);

  await page.unrouteAll();
  await asSomebodyWith(page, [{ verb: "webhooks.manage", place: acme }]);
  await page.goto("about:blank");
  await open(page, "#/webhooks/new");
  await shown(page.getByText("To choose an integration you must be allowed to see integrations."));
  // The one place that there is, is chosen.
  await settles(() => page.getByRole("combobox", { name: "Choose a place" }).getAttribute("data-value"), acme);

  await page.unrouteAll();
  const { integration } = await seed({ owner: { level: "sub_account", id: "globex" } });
  await asSomebodyWith(page, [
    { verb: "webhooks.manage", place: acme },
    { verb: "integrations.view", place: "sub_accounts" },
  ]);
  await page.goto("about:blank");
  await open(page, `#/webhooks/new?integration=${integration.id}`);
  await shown(page.getByText("You may not manage webhooks where this integration is."));

  await page.unrouteAll();
  const manages = ["webhooks.manage", "integrations.view"].map((verb) => ({ verb, place: "sub_accounts" }));
  const features = { private_integrations: { agency: true, sub_accounts: false } };
  await asSomebodyWith(page, manages, { features });
  await page.goto("about:blank");
  await open(page, `#/webhooks/new?integration=${integration.id}`);
  await shown(page.getByText("Private integrations of sub-accounts are switched off under Labs."));
});
