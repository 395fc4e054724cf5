// Every view and dialog of the page, one after the other, for those who look at all of them.
import { createServer } from "node:http";

import {
  api,
  becomes,
  call,
  chooseSubAccount,
  demo,
  open,
  rotate,
  seed,
  show,
  shown,
  unique,
  until,
} from "./support.mjs";

const dialog = (page) => page.getByRole("dialog");
const button = (page, name) => page.getByRole("button", { name, exact: true });

/** Each calls `look(name)` at each of its views. The page is signed in, and allowed to use the clipboard. */
export const parts = {
  integrations,
  several,
  finding,
  create,
  rotation,
  handover,
  use,
  life,
  webhooks,
  edit,
  why,
  policy,
  subAccounts,
  team,
  activity,
  session,
};

/** The views that README.md and docs/page.md show, with integrations that a reader understands. */
export async function documented(page, look) {
  await withHistory();
  await seed({ name: "Booking form", description: "The form on acme.example", scopes: ["contacts.write"] });
  await seed({
    name: "Review reminders",
    owner: { level: "sub_account", id: "globex" },
    scopes: ["contacts.readonly"],
  });
  const { id } = (
    await seed({ name: "Zapier sync", description: "Copies new contacts into the newsletter. Ask Mara." })
  ).integration;
  await page.setViewportSize({ width: 1280, height: 520 });
  await open(page);
  await shown(page.getByText("Zapier sync"));
  await page.getByText("Not everywhere yet").first().waitFor({ state: "hidden" });
  await look("integrations");
  await open(page, `#/integrations/${id}/edit`);
  await page.getByRole("checkbox", { name: /contacts\.write/ }).check();
  await page.getByRole("checkbox", { name: /locations\.readonly/ }).uncheck();
  await shown(page.getByText("1 operation lost"));
  await page.setViewportSize({ width: 1280, height: 960 });
  await page.evaluate(() => scrollTo(0, 0));
  await look("edit");
}

async function activity(page, context, look) {
  await withHistory();
  await open(page, "#/activity");
  await shown(page.getByText("Rotated, the old token").first());
  await look("activity");
  await page.getByLabel("What happened").selectOption({ label: "Rotations" });
  await shown(page.getByRole("button", { name: "Show everything" }));
  await shown(page.getByText("Rotated, the old token").first());
  await look("activity-filtered");
}

async function integrations(page, context, look) {
  await seed({ name: "Zapier sync", description: "Copies new contacts into the newsletter. Ask Mara." });
  await withHistory();
  await seed({
    name: unique("An integration with a name that goes on for longer than anybody would like to read"),
    scopes: [],
  });
  await open(page);
  await shown(page.getByRole("table"));
  await look("integrations");
  await page
    .getByRole("button", { name: /^Actions for/ })
    .first()
    .click();
  await look("integrations-menu");
  await page.keyboard.press("Escape");
  const { token } = await seed({ name: "Pasted by mistake" });
  await page.getByRole("searchbox").pressSequentially(token.slice(0, 45));
  await shown(dialog(page).getByText("Pasted by mistake"));
  await look("integrations-pasted");
  await page.keyboard.press("Escape");
  await page.getByRole("searchbox").fill("nothing is called this");
  await shown(page.getByRole("heading", { name: "No integration matches" }));
  await look("integrations-no-match");
}

/** Those that are checked, and what is done with all of them. */
async function several(page, context, look) {
  const word = unique("several").replace(" ", "-");
  for (const number of [1, 2]) await seed({ name: `${word} ${number}` });
  await open(page, `#/integrations?q=${word}`);
  await page.getByRole("checkbox", { name: "Choose all that are shown" }).check();
  await shown(page.getByText("2 chosen"));
  await look("integrations-chosen");
  for (const name of ["Rotate…", "Pause…", "Delete"]) {
    await page.getByRole("group", { name: "Several integrations" }).getByRole("button", { name, exact: true }).click();
    await shown(dialog(page));
    await look(`several-${name.toLowerCase().replace("…", "")}`);
    await page.keyboard.press("Escape");
  }
}

async function finding(page, context, look) {
  await seed({ name: "Zapier sync" });
  await open(page);
  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: "Find" }).fill("contacts");
  await shown(dialog(page).getByRole("option").filter({ hasText: "contacts.readonly" }).first());
  await look("find");
}

/** A new token: what tries it, and what whoever builds the integration needs. */
async function handover(page, context, look) {
  const { integration } = await seed({ name: "Handed over" });
  await open(page, `#/integrations/${integration.id}`);
  await button(page, "Rotate and expire this token now").click();
  await button(page, "Continue").click();
  await shown(page.getByText("This is the only time that the token is shown."));
  await button(page, "Test now").click();
  await shown(page.getByText(/^It works/));
  await page.getByText("For the developer", { exact: true }).click();
  await shown(page.getByLabel("Sample", { exact: true }));
  await look("handover");
}

/** An integration whose requests were counted, granted ones and refused ones. */
async function use(page, context, look) {
  const { integration, token } = await seed({ name: "Used every day" });
  await becomes(token, 200);
  for (let sent = 0; sent < 3; sent++) await call(token, "/nowhere");
  await until(
    async () => (await api("GET", `/integrations/${integration.id}/usage?by=outcome`)).groups.length > 1,
    "the requests are counted",
    30_000,
  );
  await open(page, `#/integrations/${integration.id}`);
  await shown(page.getByRole("region", { name: "Use" }).getByRole("table").first());
  await look("integration-used");
}

async function team(page, context, look) {
  await open(page, "#/team");
  await look("team-people");
  await button(page, "Add a person").click();
  await look("team-person");
  await page.keyboard.press("Escape");
  await open(page, "#/team/keys");
  await button(page, "Create a key").click();
  await look("team-key");
  await page.keyboard.press("Escape");
  await open(page, "#/team/sessions");
  await look("team-sessions");
  await open(page, "#/team/labs");
  await look("team-labs");
}

async function life(page, context, look) {
  await open(page, "#/token-rules");
  await page.getByLabel("Every integration needs an end").check();
  await look("token-rules");
  await page.getByLabel("Integrations need no end").check();
  const { integration } = await seed({ name: "Ends soon", expires_at: new Date(Date.now() + 9 * 86_400_000) });
  const { integration: rotating } = await rotate(integration);
  await open(page, `#/integrations/${integration.id}`);
  await button(page, "Extend…").click();
  await look("extend");
  await page.keyboard.press("Escape");
  const path = `/integrations/${integration.id}`;
  const finished = await api("POST", `${path}/rotation/finish`, { rev: rotating.rev });
  await api("POST", `${path}/undo`, { rev: finished.rev });
  await api("POST", `${path}/rotation/finish`, { rev: finished.rev + 1 });
  await page.reload();
  await shown(page.getByRole("button", { name: /^Undo, / }));
  await look("undo");
  await api("POST", `${path}/pause`, { rev: finished.rev + 2 });
  await page.reload();
  await shown(button(page, "Resume"));
  await look("paused");
  await api("DELETE", path, { rev: finished.rev + 3 });
  await open(page);
  await shown(page.getByText("Ends soon was deleted"));
  await look("needs-a-look");
}

/** Endpoints: none, one that is told, one that fails; and what is asked before each change. */
async function webhooks(page, context, look) {
  const receiver = createServer((incoming, outgoing) => {
    incoming.resume();
    outgoing.writeHead(incoming.url === "/fails" ? 503 : 204).end();
  });
  await new Promise((ready) => receiver.listen(0, "127.0.0.1", ready));
  try {
    await endpoints(page, `http://127.0.0.1:${receiver.address().port}`, look);
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
}

async function endpoints(page, receiver, look) {
  const { integration } = await seed({ name: unique("Told") });
  await open(page, `#/webhooks?integration=${integration.id}`);
  await shown(page.getByRole("heading", { name: "No webhooks yet" }));
  await look("webhooks-none");
  await open(page, `#/webhooks/new?integration=${integration.id}`);
  await button(page, "Create and show the secret").click();
  await shown(page.getByText("Give an address."));
  await page.getByRole("button", { name: /^Rotations \d/ }).click();
  await page.getByRole("checkbox", { name: /rotation\.started/ }).check();
  await button(page, "Example of rotation.started").click();
  await shown(page.getByText('"type": "rotation.started"'));
  await look("webhook-new");
  await page.getByLabel("Address").fill(`${receiver}/in`);
  await button(page, "Create and show the secret").click();
  await shown(page.getByText("This is the only time the secret is shown."));
  await look("webhook-secret");
  await page.getByRole("button", { name: "Copy secret: Secret" }).click();
  await button(page, "Done, show the endpoint").click();
  await button(page, "Send a test event").click();
  await shown(page.getByText("Answered 204"));
  await page
    .getByRole("button", { name: /^Details of endpoint\.test/ })
    .first()
    .click();
  await look("webhook");
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByLabel("Address").fill(`${receiver}/fails`);
  await look("webhook-edit");
  await button(page, "Update").click();
  await button(page, "Send a test event").click();
  await shown(page.getByText(/^Failing since/));
  await look("webhook-failing");
  await asked(page, look);
  await open(page, `#/webhooks?integration=${integration.id}`);
  await shown(page.getByText(/^Failing since/));
  await look("webhooks");
  await page.getByRole("link", { name: /^Open http/ }).click();
  await button(page, "More actions").click();
  await page.getByRole("menuitem", { name: "Disable" }).click();
  await button(page, "Disable").click();
  await shown(page.getByText("Somebody disabled it. It is told nothing."));
  await look("webhook-disabled");
}

/** What is asked before an endpoint is changed in a way that its receiver notices. */
async function asked(page, look) {
  await button(page, "Send since…").click();
  await shown(dialog(page));
  await look("webhook-send-since");
  await page.keyboard.press("Escape");
  for (const action of ["Rotate the secret", "Disable", "Delete"]) {
    await button(page, "More actions").click();
    await page.getByRole("menuitem", { name: action }).click();
    await shown(dialog(page));
    await look(`webhook-${action.split(" ")[0].toLowerCase()}`);
    await page.keyboard.press("Escape");
  }
}

async function subAccounts(page, context, look) {
  await open(page, "#/sub-accounts");
  await shown(page.getByText("Acme Dental"));
  await look("sub-accounts");
  await page.getByRole("button", { name: /agency/ }).click();
  await look("agency");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Rename Acme Dental" }).click();
  await look("sub-accounts-rename");
  await page.keyboard.press("Escape");
  const id = unique("look").replaceAll(" ", "-");
  const { rev } = await api("POST", "/sub-accounts", { body: { id, name: id } });
  await page.reload();
  await page.getByRole("button", { name: `Rename ${id}` }).click();
  await dialog(page).getByLabel("Name").fill("Initech, Springfield");
  await api("PATCH", `/sub-accounts/${id}`, { rev, body: { name: "Initech Europe" } });
  await dialog(page).getByRole("button", { name: "Rename", exact: true }).click();
  await shown(page.getByRole("dialog", { name: "Somebody else changed it meanwhile" }));
  await look("sub-accounts-conflict");
  await button(page, "Take theirs").click();
  await open(page, "#/nothing/here");
  await look("not-found");
}

async function session(page, context, look) {
  await open(page, "#/sub-accounts");
  await context.clearCookies();
  await page.evaluate(() => (location.hash = "#/integrations"));
  await shown(page.getByRole("dialog", { name: "Your session is over" }));
  await look("session-over");
  await button(page, "Leave instead").click();
  await shown(page.getByRole("heading", { name: "Sign in" }));
  await look("sign-in");
  await page.getByLabel("Owner key", { exact: true }).fill("wrong");
  await button(page, "Sign in").click();
  await shown(page.getByRole("alert"));
  await look("sign-in-wrong");
}

/** One with an edit, a rotation that was finished, and one under way. */
async function withHistory() {
  let { integration } = await seed({ name: "Warehouse robot", description: "Nightly export" });
  const { id } = integration;
  ({ integration } = await rotate(integration));
  integration = await api("POST", `/integrations/${id}/rotation/finish`, { rev: integration.rev });
  integration = await api("PATCH", `/integrations/${id}`, {
    rev: integration.rev,
    body: { scopes: ["contacts.readonly", "contacts.write"] },
  });
  return (await rotate(integration, { expire: "later", window_seconds: 3 * 86_400 })).integration;
}

async function create(page, context, look) {
  await open(page, "#/integrations/new");
  await look("create-1-name");
  await button(page, "Next").click();
  await look("create-1-name-wrong");
  await page.getByLabel("Name", { exact: true }).fill("Newsletter");
  await chooseSubAccount(page, "acme");
  await button(page, "Next").click();
  await page.getByRole("checkbox", { name: /contacts\.write/ }).check();
  await page.getByRole("checkbox", { name: /locations\.readonly/ }).check();
  await look("create-2-scopes");
  await button(page, "Just what these requests need…").click();
  await dialog(page).getByLabel("Requests").fill("GET /contacts/?locationId=acme\nPOST /contacts/\nGET /nowhere");
  await shown(dialog(page).getByRole("listitem").nth(2));
  await look("create-2-requests");
  await page.keyboard.press("Escape");
  await button(page, "Next").click();
  await look("create-3-review");
  await button(page, "Create and show the token").click();
  await shown(page.getByText("This is the only time"));
  await look("create-4-token");
  await button(page, "Done, show the integration").click();
  await shown(dialog(page));
  await look("create-4-token-uncopied");
  await button(page, "Leave without it").click();
}

async function rotation(page, context, look) {
  const [{ integration: steady }, rotating] = [await seed({ name: "Calendar bridge" }), await withHistory()];
  await open(page, `#/integrations/${steady.id}`);
  await shown(page.getByRole("heading", { name: steady.name, level: 1 }));
  await shown(page.getByText("Token 1").first());
  await look("integration");
  await button(page, "Rotate and expire this token now").click();
  await look("rotate-now");
  await page.keyboard.press("Escape");
  await button(page, "Rotate and expire this token later").click();
  await look("rotate-later");
  await button(page, "Continue").click();
  await shown(page.getByText("This is the only time"));
  await look("rotate-token");
  await page.getByRole("button", { name: "Copy token: Token" }).click();
  await button(page, "Done").click();

  await open(page, `#/integrations/${rotating.id}`);
  await shown(page.getByRole("timer"));
  await shown(page.getByText("Rotation finished"));
  await look("integration-rotating");
  await button(page, "Rotate and expire this token now").click();
  await look("rotate-while-rotating");
  await page.keyboard.press("Escape");
  await button(page, "Cancel rotation").click();
  await look("rotation-cancel");
  await page.keyboard.press("Escape");
  await button(page, "Expire Now").click();
  await look("rotation-expire-now");
  await page.keyboard.press("Escape");
  await button(page, "More actions").click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await look("delete");
}

async function edit(page, context, look) {
  const { id } = (await seed({ name: "Zapier sync", description: "Copies new contacts." })).integration;
  await open(page, `#/integrations/${id}/edit`);
  await page.getByRole("checkbox", { name: /contacts\.write/ }).check();
  await page.getByRole("checkbox", { name: /locations\.readonly/ }).uncheck();
  await shown(page.getByText("1 operation lost"));
  await look("edit");
  await page.getByRole("link", { name: "Policy", exact: true }).click();
  await shown(dialog(page));
  await look("edit-unsaved");
  await button(page, "Stay").click();
  const { rev } = await show(id);
  await api("PATCH", `/integrations/${id}`, {
    rev,
    body: { name: "Zapier sync, two-way", description: "Copies contacts both ways." },
  });
  await button(page, "Update").click();
  await shown(dialog(page));
  await look("edit-conflict");
  await button(page, "Take theirs").click();
}

async function why(page, context, look) {
  const { integration, token } = await seed({ name: "Booking form" });
  const { id, name } = integration;
  await open(page, "#/why");
  await look("why");
  await page.getByLabel("A method and a path, or a curl command").fill("POST /contacts/");
  await page.getByRole("radio", { name: "Nobody" }).check();
  await button(page, "Explain").click();
  await shown(page.getByRole("heading", { name: "Refused" }));
  await look("why-nobody");
  await page
    .getByLabel("A method and a path, or a curl command")
    .fill(`curl -X POST https://api.example.com/contacts/ -H 'Authorization: Bearer ${token}' -d '{}'`);
  await button(page, "Explain").click();
  await shown(page.getByText(`was made for ${name}`));
  await look("why-scope-missing");
  await open(page, `#/why?integration=${id}`);
  await page.getByLabel("A method and a path, or a curl command").fill("GET /locations/acme");
  await button(page, "Explain").click();
  await shown(page.getByRole("heading", { name: "Allowed" }));
  await look("why-allowed");
  await page.getByRole("radio", { name: "Scopes of my choice" }).check();
  await look("why-scopes-of-choice");
}

/** The demo's document with an operation more, one less, and one open to another scheme. */
export function changedDocument() {
  const document = JSON.parse(demo.documents()[0]);
  delete document.paths["/teapot"];
  document.paths["/invoices/"] = {
    get: {
      operationId: "listInvoices",
      summary: "List invoices",
      security: [{ "Location-Access": ["invoices.readonly"] }],
      responses: { 200: { description: "" } },
    },
    post: {
      operationId: "payInvoice",
      summary: "Pay",
      security: [{ "Partner-Access": ["invoices.write"] }],
      responses: { 200: { description: "" } },
    },
  };
  document.components.securitySchemes["Partner-Access"] = { type: "http", scheme: "bearer" };
  return JSON.stringify(document, null, 2);
}

export const choose = (page, ...files) =>
  page
    .locator('input[type="file"]')
    .setInputFiles(files.map(([name, text]) => ({ name, mimeType: "application/json", buffer: Buffer.from(text) })));

async function policy(page, context, look) {
  await open(page, "#/policy");
  await shown(page.getByRole("heading", { name: /In force/ }));
  await look("policy");
  await choose(page, ["demo.json", changedDocument()]);
  await shown(page.getByRole("heading", { name: "Differences to the policy in force" }));
  await shown(page.getByText(/integrations? (affected|loses? something)|No integration gains/));
  await look("policy-draft");
  await button(page, "Publish…").click();
  await look("policy-publish");
  await page.keyboard.press("Escape");
  await button(page, "Start over").click();
  await choose(page, ["broken.json", '{"openapi": "3.1.0", "paths": {']);
  await shown(page.getByRole("alert"));
  await look("policy-broken");
  await button(page, "Start over").click();
}
