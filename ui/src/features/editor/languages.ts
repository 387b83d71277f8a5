/** Which language a file is in, by its name. */
export type Language = "python" | "sql" | "yaml" | "markdown" | "r" | "text";

const ENDINGS: Record<string, Language> = {
  py: "python",
  sql: "sql",
  yaml: "yaml",
  yml: "yaml",
  md: "markdown",
  r: "r",
};

export function languageOf(path: string): Language {
  const ending = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  return ENDINGS[ending] ?? "text";
}
