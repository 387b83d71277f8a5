/** What changes which version answers. Each tells what came of it, with the way back. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useProject, useRefusal } from "@/features/projects";
import { announce, tell } from "@/ui/toasts";
import { type Outcome, promote, rollBack, setTraffic, type TrafficWish } from "./api";

export interface ModelActs {
  /** What went wrong the last time. */
  readonly wrong: unknown;
  /** Why nothing can be changed now. */
  readonly blocked: string | undefined;
  /** Each says whether it was done. */
  readonly promote: (version: number, force: boolean, reason: string) => Promise<boolean>;
  readonly rollBack: (reason: string) => Promise<boolean>;
  readonly split: (wish: TrafficWish) => Promise<boolean>;
}

export function useModelActs(model: string): ModelActs {
  const project = useProject();
  const known = useQueryClient();
  const refusal = useRefusal("edit");
  const [wrong, setWrong] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  const act = async (
    does: () => Promise<Outcome>,
    undo?: (outcome: Outcome) => (() => Promise<Outcome>) | undefined,
  ) => {
    setBusy(true);
    setWrong(undefined);
    try {
      const outcome = await does();
      await known.invalidateQueries({ queryKey: ["models", project] });
      const back = undo?.(outcome);
      tell(wordsOf(model, outcome), back && (() => void act(back)));
      if (outcome.problem) announce(outcome.problem, { urgent: true });
      return true;
    } catch (error) {
      setWrong(error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const back = () => rollBack(project, model, "Taken back.");

  return {
    wrong,
    blocked: refusal ?? (busy ? "It is being done." : undefined),
    promote: (version, force, reason) =>
      act(
        () => promote(project, model, { version: String(version), force, reason }),
        ({ promotion, endpoint }) => (promotion.state === "done" && endpoint?.previous != null ? back : undefined),
      ),
    rollBack: (reason) =>
      act(
        () => rollBack(project, model, reason),
        () => back,
      ),
    split: (wish) => act(() => setTraffic(project, model, wish)),
  };
}

function wordsOf(model: string, { promotion, endpoint }: Outcome): string {
  if (promotion.state === "waiting") return `${model}: version ${promotion.after} waits for the word of an admin.`;
  if (promotion.kind === "traffic") return `${model}: the traffic was changed.`;
  return `${model}: version ${endpoint?.version} answers.`;
}
