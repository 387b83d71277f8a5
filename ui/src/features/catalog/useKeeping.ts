/** What people keep of versions: pins, aliases, the version that stands in. All of it can be taken back. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useProject, useRefusal } from "@/features/projects";
import { tell } from "@/ui/toasts";
import { pin, removeAlias, restore, setAlias, unpin, unrestore, type Version } from "./api";

export interface Keeping {
  readonly wrong: unknown;
  /** Why nothing can be changed now. */
  readonly refusal: string | undefined;
  readonly pin: (version: Version) => void;
  readonly restore: (version: Version) => void;
  /** The newest result is the latest again. */
  readonly unrestore: (version: number) => void;
  readonly setAlias: (version: Version, alias: string) => Promise<boolean>;
  readonly removeAlias: (version: Version, alias: string) => void;
}

export function useKeeping(pipeline: string): Keeping {
  const project = useProject();
  const known = useQueryClient();
  const refusal = useRefusal("edit", pipeline);
  const [wrong, setWrong] = useState<unknown>();

  const act = async (does: () => Promise<unknown>, told: string, undo?: () => Promise<unknown>): Promise<boolean> => {
    setWrong(undefined);
    try {
      await does();
      await known.invalidateQueries({ queryKey: ["catalog", project] });
      tell(told, undo && (() => void act(undo, "Taken back.")));
      return true;
    } catch (error) {
      setWrong(error);
      return false;
    }
  };
  return {
    wrong,
    refusal,
    pin: ({ version, pinned }) =>
      void (pinned
        ? act(
            () => unpin(project, version),
            `Version ${version} is kept as long as the policy says.`,
            () => pin(project, version),
          )
        : act(
            () => pin(project, version),
            `Version ${version} is kept for ever.`,
            () => unpin(project, version),
          )),
    restore: ({ version }) =>
      void act(
        () => restore(project, version),
        `Version ${version} stands in for the latest result.`,
        () => unrestore(project, version),
      ),
    unrestore: (version) =>
      void act(
        () => unrestore(project, version),
        "The newest result is the latest again.",
        () => restore(project, version),
      ),
    setAlias: async ({ version }, alias) => {
      let before: number | null = null;
      return act(
        async () => {
          before = (await setAlias(project, version, alias)).before;
        },
        `Version ${version} is called ${alias}.`,
        () => (before === null ? removeAlias(project, version, alias) : setAlias(project, before, alias)),
      );
    },
    removeAlias: ({ version }, alias) =>
      void act(
        () => removeAlias(project, version, alias),
        `Version ${version} is no longer called ${alias}.`,
        () => setAlias(project, version, alias),
      ),
  };
}
