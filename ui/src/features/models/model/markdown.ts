/** Markdown as people write it on a model's card, to parts that can be drawn. Pure. HTML in it is text like any other,
 * and a link leads to the web or to a mailbox, or is none. */

export type Inline =
  | { readonly kind: "text" | "code"; readonly text: string }
  | { readonly kind: "strong" | "emphasis"; readonly inside: readonly Inline[] }
  | { readonly kind: "link"; readonly to: string; readonly inside: readonly Inline[] };

export type Block =
  | { readonly kind: "heading"; readonly level: number; readonly inside: readonly Inline[] }
  | { readonly kind: "paragraph" | "quote"; readonly inside: readonly Inline[] }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: "code"; readonly text: string }
  | {
      readonly kind: "table";
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    }
  | { readonly kind: "rule" };

const HEADING = /^(#{1,6})\s+(.*?)\s*#*\s*$/;
const BULLET = /^\s*(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;
const FENCE = /^\s*(```|~~~)/;
const RULE = /^\s*([-*_])(?:\s*\1){2,}\s*$/;
const DIVIDER = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

export function blocksOf(text: string): readonly Block[] {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const [block, next] = blockAt(lines, at);
    if (block) blocks.push(block);
    at = next;
  }
  return blocks;
}

/** The block that begins at a line, and the line behind it. */
function blockAt(lines: readonly string[], at: number): readonly [Block | undefined, number] {
  const line = lines[at] ?? "";
  if (!line.trim()) return [undefined, at + 1];
  const heading = HEADING.exec(line);
  if (heading)
    return [{ kind: "heading", level: heading[1]?.length ?? 1, inside: inlinesOf(heading[2] ?? "") }, at + 1];
  const fence = FENCE.exec(line)?.[1];
  if (fence) {
    const end = lines.findIndex((each, place) => place > at && each.trim().startsWith(fence));
    const to = end < 0 ? lines.length : end;
    return [{ kind: "code", text: lines.slice(at + 1, to).join("\n") }, to + 1];
  }
  if (RULE.test(line)) return [{ kind: "rule" }, at + 1];
  if (line.includes("|") && DIVIDER.test(lines[at + 1] ?? "")) {
    const to = endOf(lines, at + 2, (each) => each.includes("|"));
    return [{ kind: "table", head: cellsOf(line), rows: lines.slice(at + 2, to).map(cellsOf) }, to];
  }
  const bullet = BULLET.exec(line);
  if (bullet) return listAt(lines, at, bullet[1] !== undefined);
  const quote = line.trimStart().startsWith(">");
  const to = endOf(lines, at + 1, (each) => !begins(each) && each.trimStart().startsWith(">") === quote);
  const words = lines.slice(at, to).map((each) => (quote ? each.replace(/^\s*>\s?/, "") : each).trim());
  return [{ kind: quote ? "quote" : "paragraph", inside: inlinesOf(words.join(" ")) }, to];
}

function listAt(lines: readonly string[], at: number, ordered: boolean): readonly [Block, number] {
  const items: string[] = [];
  let place = at;
  for (; place < lines.length; place += 1) {
    const line = lines[place] ?? "";
    const bullet = BULLET.exec(line);
    if (bullet && (bullet[1] !== undefined) === ordered) items.push(bullet[2] ?? "");
    // What is indented goes on with the item above it.
    else if (!bullet && /^\s+\S/.test(line) && items.length) items.push(`${items.pop()} ${line.trim()}`);
    else break;
  }
  return [{ kind: "list", ordered, items: items.map(inlinesOf) }, place];
}

const begins = (line: string) =>
  !line.trim() || HEADING.test(line) || FENCE.test(line) || BULLET.test(line) || RULE.test(line);

function endOf(lines: readonly string[], from: number, goesOn: (line: string) => boolean): number {
  const end = lines.findIndex((line, place) => place >= from && !(line.trim() && goesOn(line)));
  return end < 0 ? lines.length : end;
}

const cellsOf = (line: string): readonly (readonly Inline[])[] =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => inlinesOf(cell.trim()));

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^()\s]+)\)/;

export function inlinesOf(text: string): readonly Inline[] {
  const found: Inline[] = [];
  let rest = text;
  while (rest) {
    const match = INLINE.exec(rest);
    if (!match) break;
    if (match.index) found.push({ kind: "text", text: rest.slice(0, match.index) });
    found.push(inlineOf(match));
    rest = rest.slice(match.index + match[0].length);
  }
  if (rest) found.push({ kind: "text", text: rest });
  return found;
}

function inlineOf([whole, code, strong, strong2, emphasis, label, to]: RegExpExecArray): Inline {
  if (code !== undefined) return { kind: "code", text: code };
  const bold = strong ?? strong2;
  if (bold !== undefined) return { kind: "strong", inside: inlinesOf(bold) };
  if (emphasis !== undefined) return { kind: "emphasis", inside: inlinesOf(emphasis) };
  if (label !== undefined && to !== undefined && /^(https?:\/\/|mailto:)/i.test(to))
    return { kind: "link", to, inside: inlinesOf(label) };
  return { kind: "text", text: whole };
}
