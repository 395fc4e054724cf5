// The page in a deployment's own colour. If text in it would be hard to read, it is made darker, or lighter in the dark theme.

import { contrast, readable } from "../lib/colour";

/** The backgrounds of text in the accent colour (styles.css): ground, surface and the soft accent, in each theme. */
const LIGHT = ["#f5f7f8", "#ffffff", "#eef2f4"];
const DARK = ["#0d1417", "#141d21", "#1a252a"];

export interface Accent {
  light: string;
  dark: string;
  onLight: string;
  onDark: string;
}

export function accentOf(colour: string): Accent {
  const light = readable(colour, [...LIGHT, soft(colour, "#ffffff")], "#000000");
  const dark = readable(colour, [...DARK, soft(colour, "#141d21")], "#ffffff");
  const on = (ground: string) => (contrast("#ffffff", ground) >= contrast("#05262d", ground) ? "#ffffff" : "#05262d");
  return { light, dark, onLight: on(light), onDark: on(dark) };
}

/** As `color-mix` of styles does: 12 % of the colour on a surface. */
function soft(colour: string, surface: string): string {
  const part = (text: string, at: number) => parseInt(text.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map((at) => Math.round(part(colour, at) * 0.12 + part(surface, at) * 0.88));
  return `#${mixed.map((one) => one.toString(16).padStart(2, "0")).join("")}`;
}

/** Applies it to the page, by properties that the content security policy allows. */
export function dress(colour: string | null): void {
  const { style } = document.documentElement;
  if (colour === null) return;
  const { light, dark, onLight, onDark } = accentOf(colour);
  style.setProperty("--accent", `light-dark(${light}, ${dark})`);
  style.setProperty(
    "--accent-hover",
    `light-dark(color-mix(in srgb, ${light} 82%, #000), color-mix(in srgb, ${dark} 82%, #fff))`,
  );
  style.setProperty("--on-accent", `light-dark(${onLight}, ${onDark})`);
  style.setProperty(
    "--accent-soft",
    `light-dark(color-mix(in srgb, ${colour} 12%, #fff), color-mix(in srgb, ${colour} 12%, #141d21))`,
  );
}
