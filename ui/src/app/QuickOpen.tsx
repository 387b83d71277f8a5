/** Ctrl+P: any file, pipeline or block by a part of its name. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useMemo, useState } from "react";
import { api, taken } from "@/api/client";
import { useProject } from "@/features/projects";
import { touches } from "@/live/refresh";
import { Problem } from "@/ui/Problem";
import { Chooser, NothingFound } from "./Chooser";
import { askedOf, best, type Named, named } from "./names";
import styles from "./shell.module.css";

const SHOWN = 60;

const names = (project: string) =>
  queryOptions({
    queryKey: ["names", project],
    queryFn: async () => {
      const { pipelines, blocks, files, more } = await taken(
        api.GET("/api/v1/projects/{project}/names", { params: { path: { project } } }),
      );
      const all: readonly Named[] = [
        ...pipelines.map((name) => named(name, "pipeline")),
        ...blocks.map(({ block, pipeline }) => named(block, "block", pipeline)),
        ...files.map((path) => named(path, "file")),
      ];
      return { all, more };
    },
    staleTime: 60_000,
  });

touches(({ topic, data }) => (topic === "files" ? [["names", String(data.project)]] : []));

export function QuickOpen({ onClose }: { readonly onClose: () => void }) {
  const project = useProject();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const { data, error, refetch } = useQuery(names(project));
  const followed = useDeferredValue(typed);
  const asked = askedOf(followed);
  const words = asked.words.join(" ");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `words` stands for what `asked` holds
  const found = useMemo(() => best(data?.all ?? [], asked, SHOWN), [data, words]);

  const open = (item: Named) => {
    switch (item.kind) {
      case "pipeline":
        void navigate({ to: "/pipelines/$pipeline", params: { pipeline: item.text } });
        return;
      case "block":
        void navigate({
          to: "/pipelines/$pipeline",
          params: { pipeline: item.pipeline ?? "" },
          search: { block: item.text },
        });
        return;
      case "file":
        void navigate({
          to: "/files/$",
          params: { _splat: item.text },
          search: asked.line === undefined ? {} : { line: asked.line },
        });
    }
  };

  return (
    <Chooser
      name="Open"
      label="Open a file, pipeline or block"
      placeholder="Open a file, pipeline or block; name:12 goes to line 12"
      typed={typed}
      onType={setTyped}
      found={found}
      ready={data !== undefined && followed === typed}
      keyOf={(item) => `${item.kind} ${item.pipeline ?? ""} ${item.text}`}
      onChoose={open}
      onClose={onClose}
      row={(item) => (
        <>
          <span>{item.text.slice(item.base)}</span>
          <span className="hint ellipsis">
            {item.kind === "file" ? item.text.slice(0, item.base) : item.kind}
            {item.kind === "block" ? ` of ${item.pipeline}` : ""}
          </span>
        </>
      )}
      above={error ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      below={
        <>
          {data && found.length === 0 ? <NothingFound /> : null}
          {data?.more ? <div className={styles.paletteItem}>The project has more files than are listed.</div> : null}
        </>
      }
    />
  );
}
