import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { firstAsked } from "./refresh";

test("an event waits for the first answer, and for no later one", async () => {
  const queries = new QueryClient();
  let answer = (_: string) => {};
  const ask = () =>
    queries.fetchQuery({ queryKey: ["run", 1], queryFn: () => new Promise<string>((give) => (answer = give)) });
  const first = ask();
  expect([firstAsked(queries, ["run"]), firstAsked(queries, ["run", 2])]).toEqual([true, false]);
  answer("running");
  await first;
  expect(firstAsked(queries, ["run", 1])).toBe(false);
  const again = ask();
  expect(firstAsked(queries, ["run", 1])).toBe(false);
  answer("completed");
  expect(await again).toBe("completed");
});
