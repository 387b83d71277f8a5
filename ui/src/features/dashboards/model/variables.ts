/** What is chosen of a page's variables, as it stands in the address: `name=value`, once for each value. Pure. */
import type { PageVariable } from "../api";

export const valuesOf = (chosen: readonly string[], { name, default: usual }: PageVariable): readonly string[] => {
  const own = chosen.filter((one) => one.startsWith(`${name}=`)).map((one) => one.slice(name.length + 1));
  if (own.length === 0) return usual ?? [];
  return own.length === 1 && own[0] === "" ? [] : own;
};

/** The choice with other values of one variable; what is as usual stands nowhere. */
export function chosenWith(
  chosen: readonly string[],
  variable: PageVariable,
  values: readonly string[],
): readonly string[] {
  const others = chosen.filter((one) => !one.startsWith(`${variable.name}=`));
  const usual = variable.default ?? [];
  const open = values.every((value) => value === "");
  if (open ? usual.length === 0 : JSON.stringify(values) === JSON.stringify(usual)) return others;
  return [...others, ...(open ? [`${variable.name}=`] : values.map((value) => `${variable.name}=${value}`))];
}
