/** Text that is not edited now, in the same colours. */
import { classHighlighter, highlightCode } from "@lezer/highlight";
import type { Language } from "./languages";
import { loadSupport } from "./setup";

export interface Piece {
  readonly text: string;
  readonly look: string;
}

export async function highlighted(text: string, language: Language): Promise<readonly (readonly Piece[])[]> {
  const support = await loadSupport(language);
  if (!support) return text.split("\n").map((line) => [{ text: line, look: "" }]);
  const lines: Piece[][] = [[]];
  highlightCode(
    text,
    support.language.parser.parse(text),
    classHighlighter,
    (piece, look) => void lines.at(-1)?.push({ text: piece, look }),
    () => void lines.push([]),
  );
  return lines;
}
