// A token or key in a field that is not for one: kept out of it, out of the address, and out of everything that is sent.
import assert from "node:assert/strict";

import {
  api,
  asSomebodyWith,
  gone,
  open,
  ownerKey,
  rotate,
  seed,
  settles,
  shown,
  show,
  test,
  unique,
  until,
} from "./support.mjs";

const permissions = ["clipboard-read", "clipboard-write"];
const button = (page, name) => page.getByRole("button", { name, exact: true });
const search = (page) => page.getByRole("searchbox", { name: /^Search name/ });
const dialog = (page, name = "This is a token") => page.getByRole("dialog", { name });

async function paste(page, field, text) {
  await field.click();
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await page.keyboard.press("ControlOrMeta+v");
}

/** Fails if anything of `secret` was sent from now on, or is left in the page. */
function watch(page, context, token) {
  const secret = token.slice(-58);
  const sent = [];
  context.on("request", async (request) =>
    sent.push(
      [
        request.url(),
        request.postData() ?? "",
        JSON.stringify(await request.allHeaders().catch(() => request.headers())),
      ].join("\n"),
    ),
  );
  return async () => {
    const kept = await page.evaluate(() => {
      const fields = [...document.querySelectorAll("input, textarea")].map((field) => field.value);
      return (
        document.documentElement.outerHTML +
        JSON.stringify([fields, localStorage, sessionStorage, history.state, location.href])
      );
    });
    for (const text of [...sent, kept])
      assert.ok(!text.includes(secret.slice(0, 12)) && !text.includes(secret.slice(-12)), text.slice(0, 80));
    return sent;
  };
}

test(
  "a token pasted into the search is not sent, taken out, and answered",
  { permissions, timeout: 180_000 },
  async ({ page, context }) => {
    const { integration, token } = await seed({ name: unique("Pasted by mistake") });
    await open(page);
    await shown(page.getByRole("table"));
    const check = watch(page, context, token);
    const forms = [
      token,
      `Bearer ${token}`,
      `"${token}"`,
      ` '${token}',`,
      `curl https://api.example.com/contacts/ -H "Authorization: Bearer ${token}"`,
      `${token.slice(0, 50)}\n${token.slice(50)}`,
      token.toUpperCase(),
    ];
    for (const text of forms) {
      await paste(page, search(page), text);
      await shown(dialog(page).getByText(integration.name, { exact: true }));
      for (const said of ["nothing of it was sent", "Acme Dental", `Token 1 · …${token.slice(-4)}, if it still works`])
        await shown(dialog(page).getByText(said));
      await settles(() => search(page).inputValue(), "");
      await button(dialog(page), "Close").last().click();
      await gone(dialog(page));
    }
    const sent = await check();
    assert.ok(sent.some((text) => text.includes(`/integrations/${integration.id}`)));
    assert.ok(!page.url().includes("q="));
  },
);

test("typed letter by letter, only what gives nothing away is ever in the field", async ({ page, context }) => {
  const { token } = await seed({ name: unique("Typed") });
  await open(page);
  await shown(page.getByRole("table"));
  const check = watch(page, context, token);
  await search(page).click();
  await page.keyboard.type(token.slice(0, 40), { delay: 30 });
  await shown(dialog(page).getByText("A part of it is missing or mistyped."));
  await settles(() => search(page).inputValue(), "");
  await check();
});

test(
  "what stood in the field before stays; what only looks like a token is let in",
  { permissions },
  async ({ page }) => {
    const { integration, token } = await seed({ name: unique("Beside") });
    await open(page);
    await search(page).fill("zapier ");
    await paste(page, search(page), token);
    await shown(dialog(page).getByText(integration.name, { exact: true })); // with it come more buttons
    await button(dialog(page), "Close").last().click();
    await gone(dialog(page)); // until it is, a key that is pressed is its own
    await settles(() => search(page).inputValue(), "zapier ");
    await search(page).fill("");
    const innocent = "_uuuuuuuuuuuuuuuu_uuuuuuuu";
    await paste(page, search(page), innocent);
    await settles(() => search(page).inputValue(), innocent);
    await shown(page.getByRole("heading", { name: "No integration matches" }));
  },
);

test("which token, and rotating it now, from where it was pasted", { permissions }, async ({ page }) => {
  const { integration, token } = await seed({ name: unique("To rotate") });
  const { token: young } = await rotate(integration);
  const [one, two] = [token, young].map((text, at) => `Token ${at + 1} · …${text.slice(-4)}`);
  const names = `${two} (new) or ${one} (old), if it still works.`;
  await open(page, `#/integrations/${integration.id}/edit`);
  await paste(page, page.getByLabel("Name", { exact: true }), token);
  await shown(dialog(page).getByText(names));
  await settles(() => page.getByLabel("Name", { exact: true }).inputValue(), integration.name);
  await button(dialog(page), "Rotate now").click();
  const rotating = page.getByRole("dialog", { name: /^Rotate the token of/ });
  await button(rotating, "Continue").click();
  await shown(page.getByText("This is the only time"));
  assert.deepEqual(
    (await show(integration.id)).tokens.map(({ n }) => n),
    [3],
  );
});

for (const where of ["above every view", "in a view"]) {
  test(
    `a token that was made in a dialog ${where} is not to be seen once the session is over`,
    { permissions },
    async ({ page, context }) => {
      const { integration, token } = await seed({ name: unique("Left alone") });
      await open(page, where === "in a view" ? `#/integrations/${integration.id}` : "#/integrations");
      if (where === "in a view") await button(page, "Rotate and expire this token now").click();
      else {
        await paste(page, search(page), token);
        await button(dialog(page), "Rotate now").click();
      }
      await button(page.getByRole("dialog", { name: /^Rotate the token of/ }), "Continue").click();
      const secret = page.getByText(/^\s*pit_/);
      await shown(secret);
      await context.clearCookies();
      await button(page, "Test now").click();
      const over = dialog(page, "Your session is over");
      await shown(over);
      await gone(secret);
      await over.getByLabel("Owner key", { exact: true }).fill(ownerKey);
      await button(over, "Sign in").click();
      await gone(over);
      await shown(secret);
    },
  );
}

test("who may only see the integration is not offered to rotate it", { permissions }, async ({ page }) => {
  const { integration, token } = await seed({ name: unique("Seen only") });
  await asSomebodyWith(page, [{ verb: "integrations.view", place: "sub_accounts" }]);
  await open(page);
  await paste(page, search(page), token);
  await shown(dialog(page).getByText(integration.name, { exact: true }));
  await shown(button(dialog(page), "Open"));
  assert.equal(await button(dialog(page), "Rotate now").count(), 0);
});

test(
  "a token whose integration is not found is dead only where nobody hides one",
  { permissions },
  async ({ page }) => {
    const { integration, token } = await seed({ name: unique("Not found") });
    await api("DELETE", `/integrations/${integration.id}`, { rev: integration.rev });
    const dead = "Where one had, it is deleted, and its tokens are dead.";
    await open(page);
    await paste(page, search(page), token);
    await shown(dialog(page).getByText(dead));
    await asSomebodyWith(page, [{ verb: "integrations.manage", place: "sub_accounts" }]);
    await page.reload();
    await paste(page, search(page), token);
    await shown(dialog(page).getByText("then the token may still work"));
    assert.equal(await dialog(page).getByText(dead).count(), 0);
    // Its own view asks for its events: their answer says that it was there, and is deleted.
    await open(page, `#/integrations/${integration.id}`);
    await shown(page.getByText("Its tokens are dead.", { exact: false }));
    await page.route(`**/_tidegate/api/integrations/${integration.id}/events?*`, (route) =>
      route.fulfill({ status: 404, json: { type: "urn:tidegate:problem:not-found", title: "Not found" } }),
    );
    await page.reload();
    await shown(page.getByText("then its tokens may still work", { exact: false }));
  },
);

test("Open leads to the integration", { permissions }, async ({ page }) => {
  const { integration, token } = await seed({ name: unique("To open") });
  await open(page, "#/sub-accounts");
  await paste(page, page.getByLabel("Id", { exact: true }), token);
  await button(dialog(page), "Open").click();
  await shown(page.getByRole("heading", { name: integration.name, level: 1 }));
});

test(
  "in the address: the entry of the history is cleaned, and nothing is asked with it",
  { timeout: 120_000 },
  async ({ page, context }) => {
    const { integration, token } = await seed({ name: unique("In the address") });
    await open(page);
    const check = watch(page, context, token);
    for (const hash of [`#/integrations?q=${token}`, `#/integrations/${token}`, `#/integrations?q=Bearer+${token}`]) {
      await page.evaluate((hash) => (location.hash = hash), hash);
      await shown(dialog(page).getByText(integration.name, { exact: true }));
      assert.ok(!page.url().includes(token));
      await button(dialog(page), "Close").last().click();
    }
    await check();
    await page.goBack();
    await page.goForward();
    assert.ok(!page.url().includes(token));
    // As the first address of a page.
    await page.goto(`/_tidegate/?x=1#/integrations?q=${token}`);
    await shown(dialog(page).getByText(integration.name, { exact: true }));
    await until(() => !page.url().includes(token), "an address without the token");
    await check();
  },
);

test("other keys are named, and taken out too", { permissions }, async ({ page, context }) => {
  const { token } = await seed({ name: unique("Like an automation key") });
  await open(page);
  await shown(page.getByRole("table"));
  const key = `owner_${"a1B2-".repeat(9).slice(0, 43)}`;
  const check = watch(page, context, key);
  await paste(page, search(page), key);
  await shown(dialog(page, "This is an owner key").getByText("OWNER_KEY"));
  await button(page, "Close").last().click();
  await paste(page, search(page), token.replace(/^pit_/, "tga_"));
  await shown(dialog(page, "This is an automation key"));
  await button(page, "Close").last().click();
  await settles(() => search(page).inputValue(), "");
  await check();
});

test("a token does not sign in, and is not tried", { permissions, signedIn: false }, async ({ page, context }) => {
  const { token } = await seed({ name: unique("Not a key") });
  await open(page);
  const check = watch(page, context, token);
  const field = page.getByLabel("Owner key", { exact: true });
  await paste(page, field, token);
  await shown(dialog(page).getByText("A token does not sign you in."));
  await button(page, "Close").last().click();
  await settles(() => field.inputValue(), "");
  assert.ok(!(await check()).some((text) => text.includes("/session\n")), "a session was asked for");
  await paste(page, field, ownerKey);
  await settles(() => field.inputValue(), ownerKey);
});
