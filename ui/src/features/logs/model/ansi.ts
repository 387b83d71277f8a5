/** Terminal colours as pieces of text with a look. Never HTML: whatever a block prints stays text. */

export interface Piece {
  readonly text: string;
  /** One of sixteen colours, or none. */
  readonly colour?: number | undefined;
  readonly bold?: boolean;
  readonly faint?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
}

const ESC = "\u001b";
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what terminals are told by
const SEQUENCE = /\u001b(?:\[([0-9;:]*)([ -/]*[@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what is left of them shows nothing
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Without anything that only a terminal understands. */
export function plain(text: string): string {
  return text.includes(ESC) ? text.replace(SEQUENCE, "").replace(CONTROLS, "") : text.replace(CONTROLS, "");
}

export function pieces(text: string): readonly Piece[] {
  if (!text.includes(ESC)) return [{ text: text.replace(CONTROLS, "") }];
  const told: Piece[] = [];
  let look: Omit<Piece, "text"> = {};
  let place = 0;
  const add = (end: number) => {
    const part = text.slice(place, end).replace(CONTROLS, "");
    if (part) told.push({ ...look, text: part });
  };
  for (const found of text.matchAll(SEQUENCE)) {
    add(found.index);
    place = found.index + found[0].length;
    if (found[2] === "m") look = after(look, found[1] ?? "");
  }
  add(text.length);
  return told;
}

function after(before: Omit<Piece, "text">, codes: string): Omit<Piece, "text"> {
  let look = { ...before };
  const numbers = codes.split(/[;:]/).map(Number);
  for (let index = 0; index < numbers.length; index += 1) {
    const code = numbers[index] ?? 0;
    if (code === 0) look = {};
    else if (code === 1) look.bold = true;
    else if (code === 2) look.faint = true;
    else if (code === 3) look.italic = true;
    else if (code === 4) look.underline = true;
    else if (code === 22) look = { ...look, bold: false, faint: false };
    else if (code === 23) look.italic = false;
    else if (code === 24) look.underline = false;
    else if (code >= 30 && code <= 37) look.colour = code - 30;
    else if (code >= 90 && code <= 97) look.colour = code - 90 + 8;
    else if (code === 39) look.colour = undefined;
    else if (code === 38) {
      const [colour, used] = indexed(numbers.slice(index + 1));
      look.colour = colour;
      index += used;
    } else if (code === 48) index += indexed(numbers.slice(index + 1))[1];
  }
  return look;
}

/** A colour of the large palette or of the whole space, as the nearest of the sixteen. */
function indexed(numbers: readonly number[]): readonly [number | undefined, number] {
  if (numbers[0] === 5) {
    const index = numbers[1] ?? 0;
    if (index < 16) return [index, 2];
    if (index >= 232) return [index < 244 ? 8 : 7, 2];
    const cube = index - 16;
    return [nearest(Math.floor(cube / 36) / 5, (Math.floor(cube / 6) % 6) / 5, (cube % 6) / 5), 2];
  }
  if (numbers[0] === 2) {
    return [nearest((numbers[1] ?? 0) / 255, (numbers[2] ?? 0) / 255, (numbers[3] ?? 0) / 255), 4];
  }
  return [undefined, 0];
}

function nearest(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue);
  const bit = (value: number) => (value > most * 0.6 && most > 0.2 ? 1 : 0);
  return bit(red) + 2 * bit(green) + 4 * bit(blue);
}
