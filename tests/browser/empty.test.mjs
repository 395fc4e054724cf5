// A gate without integrations: what its list teaches.
import { api, open, settles, shown, test } from "./support.mjs";

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
