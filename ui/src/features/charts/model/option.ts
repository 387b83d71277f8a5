/** What of a description may reach the page. Pure. */

/** Parts that make HTML, addresses, or files. */
const LEFT_OUT = new Set(["toolbox", "link", "sublink", "target", "subtarget", "graphic", "backgroundImage", "media"]);
const DEEPEST = 40;

/** The description without parts that could become markup, a link or a request; tooltips are drawn, not written. */
export function harmless(option: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const made = cleaned(option, 0) as Record<string, unknown>;
  const tooltip = Array.isArray(made.tooltip) ? made.tooltip[0] : made.tooltip;
  return {
    ...made,
    animation: false,
    tooltip: { trigger: "item", ...(typeof tooltip === "object" ? tooltip : {}), renderMode: "richText" },
  };
}

function cleaned(value: unknown, depth: number): unknown {
  if (depth > DEEPEST) return null;
  if (typeof value === "string") return value.startsWith("image://") ? "circle" : value;
  if (Array.isArray(value)) return value.map((one) => cleaned(one, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, one]) => !LEFT_OUT.has(key) && !(key === "renderMode" && one === "html"))
      .map(([key, one]) => [key, cleaned(one, depth + 1)]),
  );
}
