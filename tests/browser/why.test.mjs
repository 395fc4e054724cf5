// Why a call is refused: worked out in the browser, with nothing of the call sent.
import assert from "node:assert/strict";

import {
  address,
  answerTo,
  api,
  becomes,
  call as answered,
  gone,
  open,
  seed,
  settles,
  show,
  shown,
  test,
  unique,
} from "./support.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const call = (page) => page.getByLabel("A method and a path, or a curl command");
const verdict = (page, said) => shown(page.getByRole("heading", { name: said, exact: true }));

async function explain(page, text) {
  await call(page).fill(text);
  await button(page, "Explain").click();
}

/** Everything that a page sends from now on. */
function sent(context) {
  const all = [];
  context.on("request", async (request) =>
    all.push(
      [
        request.url(),
        request.postData() ?? "",
        JSON.stringify(await request.allHeaders().catch(() => request.headers())),
      ].join("\n"),
    ),
  );
  return all;
}

test("a pasted curl finds its integration; the token's secret is not sent, not kept, not shown", async ({
  page,
  context,
}) => {
  const { integration, token } = await seed({ name: unique("Pasted") });
  const [, id, secret] = /^pit_(.{16})(.+)$/.exec(token);
  assert.equal(id, integration.id);
  await open(page, "#/why");
  const all = sent(context);
  await explain(
    page,
    `curl -X POST '${address}/contacts/' \\\n  -H "Authorization: Bearer ${token}" \\\n  -H 'Content-Type: application/json' -d '{"name": "Dee"}'`,
  );
  await verdict(page, "Refused");
  await shown(page.getByText(`was made for ${integration.name},`));
  await shown(page.getByText("A scope is missing"));
  await settles(() => call(page).inputValue(), "POST /contacts/");
  assert.ok(
    all.some((text) => text.includes(`/integrations/${id}`)),
    "nothing was asked about the integration",
  );
  for (const text of all)
    assert.ok(!text.includes(secret.slice(0, 12)) && !text.includes(secret.slice(-12)), text.split("\n")[0]);
  const kept = await page.evaluate(
    () =>
      document.documentElement.outerHTML + JSON.stringify([localStorage, sessionStorage, history.state, location.href]),
  );
  assert.ok(!kept.includes(secret.slice(0, 12)));
});

test("a missing scope leads to the edit that adds it", async ({ page }) => {
  const { integration } = await seed({ name: unique("Lacking"), scopes: ["contacts.readonly"] });
  await open(page, `#/why?integration=${integration.id}`);
  await shown(page.getByText(integration.name));
  await explain(page, "DELETE /contacts/abc?locationId=acme");
  await verdict(page, "Refused");
  await shown(page.getByText(`Needs contacts.write. ${integration.name} has 1 scope, not this one.`));
  await page.getByRole("link", { name: "Add it" }).click();
  await shown(page.getByRole("region", { name: "What this changes" }).getByText("+ contacts.write"));
  await settles(() => page.getByRole("checkbox", { name: "contacts.write" }).isChecked(), true);
  await button(page, "Update").click();
  await shown(page.getByText("Updated."));
  assert.deepEqual((await show(integration.id)).scopes, ["contacts.readonly", "contacts.write"]);
});

test("of a wrong owner it says whose id that is, and what to send", async ({ page }) => {
  const { integration } = await seed({ name: unique("Strayed") });
  await open(page, `#/why?integration=${integration.id}`);
  await shown(page.getByText(integration.name));
  await explain(page, "GET /locations/globex");
  await shown(
    page.getByText(
      "globex is the id of Globex Fitness, and this integration is Acme Dental's. Send acme in its place, or use an integration of Globex Fitness.",
    ),
  );
  await explain(page, "GET /locations/nowhere");
  await shown(page.getByText("The id in it belongs to nobody here, and this integration is Acme Dental's. Send acme"));
});

test("of an integration that is paused or has ended, every call is refused, as at the gate", async ({ page }) => {
  const { integration, token } = await seed({ name: unique("Asleep") });
  await api("POST", `/integrations/${integration.id}/pause`, { rev: integration.rev });
  await becomes(token, 401);
  await open(page, `#/integrations/${integration.id}`);
  await button(page, "More actions").click();
  await page.getByRole("menuitem", { name: "Why is it refused?" }).click();
  await shown(page.getByText(integration.name));
  await explain(page, "GET /locations/acme");
  await verdict(page, "Refused");
  await shown(page.getByText("The integration is paused", { exact: true }));
  await page.route(`**/_tidegate/api/integrations/${integration.id}`, async (route) =>
    route.fulfill({ json: { ...(await (await answerTo(route)).json()), paused: false, status: "ended" } }),
  );
  await button(page, "Explain").click();
  await shown(page.getByText("The integration has ended", { exact: true }));
});

test("a token in the address is refused here, and the next question is answered", async ({ page }) => {
  const { token } = await seed();
  await open(page, "#/why");
  await page.getByRole("radio", { name: "Nobody" }).check();
  await explain(page, `GET /contacts/?token=${token}`);
  await shown(page.getByText("The address itself holds a token or a key."));
  await settles(() => call(page).inputValue(), "");
  await explain(page, "GET /status");
  await verdict(page, "Allowed");
});

test("the verdict is the gate's own", async ({ page }) => {
  const { integration, token } = await seed({
    name: unique("Compared"),
    scopes: ["contacts.readonly", "locations.readonly"],
  });
  await open(page, `#/why?integration=${integration.id}`);
  await shown(page.getByText(integration.name));
  const calls = [
    "GET /locations/acme",
    "GET /locations/globex",
    "GET /contacts/?locationId=acme",
    "GET /contacts/",
    "POST /contacts/",
    "GET /nothing",
    "PATCH /status",
    "GET /locations/",
    "GET /contacts//abc",
  ];
  for (const line of calls) {
    const [method, path] = line.split(" ");
    const status = await answered(token, path, { method });
    await explain(page, line);
    await shown(page.getByRole("heading", { name: status < 400 ? "Allowed" : "Refused", exact: true }));
    const said = await page.getByRole("region", { name: /Allowed|Refused/ }).innerText();
    const words = {
      200: "forwards",
      400: /not say whose|ambiguous/,
      403: /scope is missing|another owner|another level/,
      404: "no such operation",
      405: "not with this method",
    }[status];
    assert.match(said, new RegExp(words), `${line}: the gate says ${status}, the page ${said}`);
  }
});

test("an integration is found by its name, or scopes are chosen, or there is no token", async ({ page }) => {
  const { integration } = await seed({ name: unique("Found by name") });
  await open(page, "#/why");
  await explain(page, "GET /locations/acme");
  await shown(page.getByText("Choose an integration"));
  await page.getByLabel("Find an integration by name or id").fill(integration.name);
  const focused = () => page.evaluate(() => document.activeElement.textContent || document.activeElement.type);
  await page.getByRole("button", { name: integration.name }).click();
  await settles(focused, "Change");
  await button(page, "Change").click();
  await settles(focused, "search");
  await page.getByRole("button", { name: integration.name }).click();
  await button(page, "Explain").click();
  await verdict(page, "Allowed");

  await page.getByRole("radio", { name: "Scopes of my choice" }).check();
  await gone(page.getByRole("heading", { name: "Allowed" })); // that was the answer to another question
  await page.getByLabel("Owner", { exact: true }).selectOption("sub_account:acme");
  await button(page, "Explain").click();
  await verdict(page, "Refused");
  await page.getByRole("checkbox", { name: "locations.readonly" }).check();
  await button(page, "Explain").click();
  await verdict(page, "Allowed");

  await page.getByRole("radio", { name: "Nobody" }).check();
  await button(page, "Explain").click();
  await verdict(page, "Refused");
  await shown(page.getByText("There is no token"));
});

test("what is no call says so; a token that is none of ours, or not complete, is told apart", async ({ page }) => {
  const { token } = await seed();
  await open(page, "#/why");
  await explain(page, "hello there");
  await shown(page.getByRole("alert").getByText("This is neither a method with a path nor a curl command."));
  await settles(() => call(page).inputValue(), "hello there");
  const curl = (credential) => `curl ${address}/locations/acme -H 'authorization: Bearer ${credential}'`;
  await explain(page, curl(token.slice(0, -4)));
  await shown(page.getByText("The token in the command is not complete."));
  await explain(page, curl("sk_live_1234567890"));
  await shown(page.getByText("not one of this gate's tokens"));
});

test("the token of a deleted integration", async ({ page }) => {
  const { integration, token } = await seed();
  await api("DELETE", `/integrations/${integration.id}`, { rev: integration.rev });
  await open(page, "#/why");
  await explain(page, `curl ${address}/locations/acme -H 'Authorization: Bearer ${token}'`);
  await shown(page.getByText("You can see no integration with the id that the token in the command carries."));
});
