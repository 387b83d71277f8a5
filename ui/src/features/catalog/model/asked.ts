/** What the filter of the catalogue asks, in the words of the API. Pure. */
import { type Field, mistakes, parse, valuesOf, wordsOf } from "@/ui/filter/grammar";

export interface Asked {
  readonly search?: string;
  readonly column?: string;
  readonly tag?: string;
}

export function fieldsOf(tags: readonly string[]): readonly Field[] {
  return [
    { key: "column", about: "has a column with this in its name" },
    { key: "tag", about: "of pipelines with this tag", ...(tags.length ? { values: tags } : {}) },
  ];
}

export function askedOf(
  text: string,
  fields: readonly Field[],
): { readonly asked: Asked; readonly wrong: readonly string[] } {
  const tokens = parse(text);
  const words = wordsOf(tokens);
  const column = valuesOf(tokens, "column");
  const tag = valuesOf(tokens, "tag");
  const wrong = [
    ...mistakes(tokens, fields, new Date(0)),
    ...tokens.filter((token) => token.not).map(({ key, value }) => `“-${key || value}” cannot be left out here.`),
    ...(words.length > 1 ? [`One part of a name at a time: “${words.join(" ")}” is ${words.length}.`] : []),
    ...(column.length > 1 ? ["Only one column at a time."] : []),
    ...(tag.length > 1 ? ["Only one tag at a time."] : []),
  ];
  const [search] = words;
  return {
    wrong,
    asked: {
      ...(search ? { search } : {}),
      ...(column[0] ? { column: column[0] } : {}),
      ...(tag[0] ? { tag: tag[0] } : {}),
    },
  };
}
