/** How well what was typed names a text: 0 not at all; the start of a word counts more than its middle. */
export function matchOf(asked: string, text: string): number {
  const wanted = asked.toLowerCase();
  const given = text.toLowerCase();
  const place = given.indexOf(wanted);
  if (place === 0) return 4 - text.length / 1_000;
  if (place > 0) return (/[a-z0-9]/.test(given[place - 1] ?? "") ? 2 : 3) - text.length / 1_000;
  let from = 0;
  for (const letter of wanted) {
    const next = given.indexOf(letter, from);
    if (next < 0) return 0;
    from = next + 1;
  }
  return 1 - text.length / 1_000;
}
