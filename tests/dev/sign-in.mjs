// Signs each person in with the identity provider of `cargo xtask dev --sso`, in Chromium, and prints what each gets to see.
//
// node tests/dev/sign-in.mjs ADDRESS PERSON…
import { chromium } from "playwright-core";

const [address, ...people] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [], // Chromium's sandbox does not run as root
});

/** The person, as the page's session knows them, after the provider's page was gone through. */
async function signIn(email) {
  const context = await browser.newContext({ baseURL: address, locale: "en-US" });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  await page.goto("/_tidegate/");
  await page.getByRole("link", { name: /^Sign in with / }).click();
  await page.locator("input[name=login]").fill(email);
  await page.locator("input[name=password]").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL(`${address}/_tidegate/**`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  const { person } = await page.evaluate(async () => (await fetch("/_tidegate/api/session")).json());
  const { sub_accounts } = await page.evaluate(async () => (await fetch("/_tidegate/api/sub-accounts")).json());
  await context.close();
  return { email: person.email, role: person.role, sub_accounts: sub_accounts.map(({ id }) => id) };
}

try {
  const seen = [];
  for (const person of people) seen.push(await signIn(person));
  console.log(`signed in: ${JSON.stringify(seen)}`);
} finally {
  await browser.close();
}
