/** Every pair of colours that carries meaning can be read: WCAG's contrast, computed from the token file itself. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const CSS = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");
const GROUNDS = ["canvas", "surface", "sunken"];
const TEXTS = ["ink", "ink-2", "ink-3", "ok", "run", "fail", "warn", "idle"];
const STATES = ["ok", "run", "fail", "warn", "idle"];

type Colour = readonly [number, number, number];

function theme(selector: string): Record<string, Colour> {
  const start = CSS.indexOf(selector);
  const body = CSS.slice(CSS.indexOf("{", start) + 1, CSS.indexOf("}", start));
  const found = [...body.matchAll(/--([\w-]+): #([0-9a-f]{6});/g)];
  return Object.fromEntries(found.map(([, name, hex]) => [name, channels(hex ?? "")]));
}

function channels(hex: string): Colour {
  const at = (place: number) => Number.parseInt(hex.slice(place, place + 2), 16) / 255;
  return [at(0), at(2), at(4)];
}

function luminance([red, green, blue]: Colour): number {
  const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function contrast(one: Colour, other: Colour): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** A tenth of the hue on the surface. */
function tint(hue: Colour, ground: Colour): Colour {
  const mixed = hue.map((value, index) => 0.1 * value + 0.9 * (ground[index] ?? 0));
  return [mixed[0] ?? 0, mixed[1] ?? 0, mixed[2] ?? 0];
}

const LIGHT = theme(":root");
const THEMES = {
  light: LIGHT,
  dark: { ...LIGHT, ...theme('[data-theme="dark"]') },
  contrast: { ...LIGHT, ...theme('[data-theme="contrast"]') },
};

function colour(tokens: Record<string, Colour>, name: string): Colour {
  const found = tokens[name];
  if (!found) throw new Error(`there is no --${name}`);
  return found;
}

describe.each(Object.entries(THEMES))("%s", (name, tokens) => {
  const least = name === "contrast" ? 7 : 4.5;

  it.each(GROUNDS.flatMap((ground) => TEXTS.map((text) => [text, ground])))("%s is readable on %s", (text, ground) => {
    expect(contrast(colour(tokens, text), colour(tokens, ground))).toBeGreaterThanOrEqual(least);
  });

  it.each(STATES)("%s is readable on its own tint", (state) => {
    const hue = colour(tokens, state);
    expect(contrast(hue, tint(hue, colour(tokens, "surface")))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(GROUNDS)("borders that carry meaning are seen on %s", (ground) => {
    expect(contrast(colour(tokens, "line-2"), colour(tokens, ground))).toBeGreaterThanOrEqual(3);
  });
});
