// Before the first paint: the theme that was chosen, or the system's.
(() => {
  const kept = localStorage.getItem("blockwright.theme") ?? "system";
  const dark = kept === "dark" || (kept === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = kept === "contrast" ? "contrast" : dark ? "dark" : "light";
  document.documentElement.dataset.density = localStorage.getItem("blockwright.density") ?? "compact";
})();

// Keys that are pressed before the app has come: it takes them over when it begins to listen itself.
(() => {
  const pressed = [];
  const keep = (event) => {
    pressed.push(event);
    if ((event.ctrlKey || event.metaKey) && ["k", "p"].includes(event.key)) event.preventDefault();
  };
  addEventListener("keydown", keep);
  window.takeEarlyKeys = () => {
    removeEventListener("keydown", keep);
    return pressed;
  };
})();
