/** What one can do with a run: cancel it, run again what is missing. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useRefusal } from "@/features/projects";
import { announce } from "@/ui/toasts";
import { cancelRun, type RunDetail, replayRun, retryRun, runs, startRun } from "./api";
import { isFinal } from "./model/rows";

export interface RunActs {
  readonly retry: () => void;
  readonly retryWith: (start: string[], sameCode: boolean) => void;
  readonly again: () => void;
  /** As a new run with these variables: with today's code, or with the code and the inputs of this run. */
  readonly againWith: (variables: Record<string, unknown>, sameCode: boolean) => void;
  readonly cancel: () => void;
  /** Why nothing can be done now; empty: it can. */
  readonly blocked: string | undefined;
  readonly wrong: unknown;
}

export function useRunActs(project: string, run: RunDetail | undefined): RunActs {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const refused = useRefusal("run", run?.pipeline);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<unknown>();
  const blocked = refused ?? (busy ? "It was asked for." : undefined);

  const act = async (what: () => Promise<unknown>, said: string) => {
    if (blocked || !run) return;
    setBusy(true);
    setWrong(undefined);
    try {
      await what();
      announce(said);
      await queries.invalidateQueries({ queryKey: runs.detail(project, run.id).queryKey });
    } catch (error) {
      setWrong(error);
    } finally {
      setBusy(false);
    }
  };
  const retryWith = (start: string[], sameCode: boolean) => {
    if (run && isFinal(run.state)) void act(() => retryRun(project, run.id, start, sameCode), `Run ${run.id} goes on.`);
  };
  const goTo = (id: number) => navigate({ to: "/runs/$run", params: { run: String(id) } });
  return {
    againWith: (variables, sameCode) =>
      void act(async () => {
        if (!run) return;
        const { pipeline, blocks_asked_for: blocks } = run;
        const made = sameCode
          ? await replayRun(project, run.id, variables)
          : await startRun(project, { pipeline, variables, blocks });
        await goTo(made.id);
      }, "A new run was started."),
    retry: () => retryWith([], false),
    retryWith,
    again: () =>
      void act(async () => {
        if (!run) return;
        const made = await startRun(project, {
          pipeline: run.pipeline,
          variables: run.variables,
          blocks: run.blocks_asked_for,
        });
        await goTo(made.id);
      }, "A new run was started."),
    cancel: () => {
      if (run && !isFinal(run.state)) void act(() => cancelRun(project, run.id), `Run ${run.id} is asked to stop.`);
    },
    blocked,
    wrong,
  };
}
