// Before the first paint: the theme that was chosen, or the system's.
(() => {
  const kept = localStorage.getItem("blockwright.theme") ?? "system";
  const dark = kept === "dark" || (kept === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = kept === "contrast" ? "contrast" : dark ? "dark" : "light";
  document.documentElement.dataset.density = localStorage.getItem("blockwright.density") ?? "compact";
})();
