// Colours of a deployment's own, and whether text in them can be read (WCAG 2.2, 1.4.3).

type Rgb = [number, number, number];

/** The least contrast of text. */
export const LEAST = 4.5;

export function parsed(colour: string): Rgb | null {
  const digits = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(colour);
  return digits ? ([digits[1], digits[2], digits[3]].map((part) => parseInt(part ?? "0", 16)) as Rgb) : null;
}

const written = (rgb: Rgb) => `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: string, b: string): number {
  const [first, second] = [parsed(a), parsed(b)];
  if (!first || !second) return 1;
  const [light, dark] = [luminance(first), luminance(second)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** The colour, or the nearest one towards `to` that can be read on all of `grounds`. */
export function readable(colour: string, grounds: string[], to: "#000000" | "#ffffff"): string {
  const [from, end] = [parsed(colour), parsed(to)];
  if (!from || !end) return to;
  for (let share = 0; share <= 1; share += 0.02) {
    const mixed = written(from.map((part, at) => part + ((end[at] ?? 0) - part) * share) as Rgb);
    if (grounds.every((ground) => contrast(mixed, ground) >= LEAST)) return mixed;
  }
  return to;
}
