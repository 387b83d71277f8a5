/** Which theme is shown; `public/theme.js` sets it before the first paint by the same rule. */
export const THEMES = ["light", "dark", "system", "contrast"] as const;
export type Theme = (typeof THEMES)[number];

const KEPT = "blockwright.theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

export function themeNow(): Theme {
  const kept = localStorage.getItem(KEPT);
  return THEMES.find((theme) => theme === kept) ?? "system";
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(KEPT, theme);
  apply();
}

/** From what is seen to its opposite. */
export function switchTheme(): void {
  setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
}

function apply(): void {
  const theme = themeNow();
  document.documentElement.dataset.theme = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
  window.dispatchEvent(new Event("blockwright:theme"));
}

dark.addEventListener("change", apply);
