/** The rows that are looked at, page by page; what was read stays for a while. */
import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { type OutputPlace, outputs, PAGE, type Question, type TablePage } from "./api";

export interface Rows {
  readonly at: (row: number) => readonly unknown[] | undefined;
  readonly matching: number | undefined;
  readonly error: unknown;
}

/** ``begin``: the first rows, when they are known already. */
export function usePages(
  place: OutputPlace,
  question: Question,
  first: number,
  last: number,
  begin: TablePage | undefined,
): Rows {
  const from = Math.floor(first / PAGE);
  const to = Math.floor(last / PAGE);
  const plain = !question.sort && !question.where;
  const pages = useQueries({
    queries: Array.from({ length: to - from + 1 }, (_, index) => ({
      ...outputs.page(place, question, from + index),
      ...(plain && begin && from + index === 0 ? { initialData: begin } : {}),
    })),
  });
  const data = pages.map((page) => page.data);
  const error = pages.find((page) => page.error)?.error;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is new each time, its pages are not
  return useMemo(
    () => ({
      at: (row) => data[Math.floor(row / PAGE) - from]?.rows[row % PAGE],
      matching: data.find((page) => page !== undefined)?.matching,
      error,
    }),
    [from, error, ...data],
  );
}
