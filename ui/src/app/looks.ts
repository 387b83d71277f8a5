/** Density of rows and whether single letters are keys: kept in this browser. `public/theme.js` sets the density before
 * the first paint. */
export type Density = "compact" | "comfortable";

const DENSITY = "blockwright.density";
const LETTERS = "blockwright.letters";

export const densityNow = (): Density => (localStorage.getItem(DENSITY) === "comfortable" ? "comfortable" : "compact");

export function setDensity(density: Density): void {
  localStorage.setItem(DENSITY, density);
  document.documentElement.dataset.density = density;
}

export function setLetters(on: boolean): void {
  if (on) localStorage.removeItem(LETTERS);
  else localStorage.setItem(LETTERS, "off");
}
