import { expect, test } from "vitest";
import { waitingKeys } from "./waiting_keys";

test("keys wait for the screen and come in the order in which they were pressed", () => {
  const waiting = waitingKeys();
  waiting.screenComes();
  waiting.keep("g", 0);
  waiting.keep("p", 100);
  expect(waiting.next(200)).toBe("");
  waiting.screenIsHere(300);
  expect([waiting.next(300), waiting.next(300), waiting.next(300)]).toEqual(["g", "p", ""]);
});

test("what was pressed long ago is forgotten", () => {
  const waiting = waitingKeys();
  waiting.screenComes();
  waiting.keep("r", 0);
  waiting.keep("n", 4_000);
  waiting.screenIsHere(5_000);
  expect([waiting.next(5_000), waiting.next(5_000)]).toEqual(["n", ""]);
});

test("a key that means nothing yet waits on a fresh screen only, and never for the next one", () => {
  const waiting = waitingKeys();
  waiting.screenIsHere(0);
  waiting.keepIfFresh("r", 1_000);
  expect(waiting.next(1_100)).toBe("r");
  waiting.putBack("r");
  waiting.screenComes();
  waiting.screenIsHere(1_200);
  expect(waiting.next(1_200)).toBe("");
  waiting.keepIfFresh("r", 9_000);
  expect(waiting.next(9_000)).toBe("");
});

test("of what was pressed for two screens in a row, the second one gets its part", () => {
  const waiting = waitingKeys();
  waiting.screenComes();
  for (const name of ["g", "p", "n"]) waiting.keep(name, 0);
  waiting.screenIsHere(100);
  expect([waiting.next(100), waiting.next(100)]).toEqual(["g", "p"]);
  waiting.screenComes();
  expect(waiting.next(150)).toBe("");
  waiting.screenIsHere(200);
  expect(waiting.next(200)).toBe("n");
});

test("who leans on a key is not played back", () => {
  const waiting = waitingKeys();
  waiting.screenComes();
  expect(Array.from({ length: 20 }, (_, at) => waiting.keep("x", at)).filter(Boolean)).toHaveLength(12);
});
