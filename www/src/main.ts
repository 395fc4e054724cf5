import { mount } from "svelte";
import App from "./App.svelte";
import { direction, language, locale } from "./lib/language";
import "./styles.css";

/** English is built in. The texts of another language replace it before anything is shown. */
const dictionaries = { en: () => Promise.resolve(), nl: () => import("./languages/nl") };

async function start() {
  document.documentElement.lang = locale;
  document.documentElement.dir = direction(language);
  await dictionaries[language]().catch(() => {
    document.documentElement.lang = "en"; // what cannot be loaded is said in English
  });
  const target = document.getElementById("app");
  if (target) mount(App, { target });
}

void start();
