/** Ctrl+K: go anywhere, do anything. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { models } from "@/features/models";
import { pipelines } from "@/features/pipelines";
import { useProject } from "@/features/projects";
import { Chooser, NothingFound } from "./Chooser";
import { useAllCommands } from "./commands";
import { matchOf } from "./match";
import { SECTIONS } from "./sections";

interface Found {
  readonly id: string;
  readonly text: string;
  readonly kind: string;
  readonly keys?: string | undefined;
  readonly act: () => void;
}

const SHOWN = 60;

export function Palette({ onClose }: { readonly onClose: () => void }) {
  const [asked, setAsked] = useState("");
  const found = useFound(asked.trim());
  return (
    <Chooser
      name="Search or do"
      label="Search or do"
      placeholder="Go to, or do…"
      typed={asked}
      onType={setAsked}
      found={found}
      ready={found.length > 0}
      keyOf={(item) => item.id}
      onChoose={(item) => item.act()}
      onClose={onClose}
      row={(item) => (
        <>
          <span className="ellipsis">{item.text}</span>
          <span className="hint">{item.kind}</span>
          <span style={{ flex: 1 }} />
          {item.keys ? <kbd>{item.keys}</kbd> : null}
        </>
      )}
      below={found.length === 0 ? <NothingFound /> : null}
    />
  );
}

function useFound(asked: string): readonly Found[] {
  const navigate = useNavigate();
  const commands = useAllCommands();
  const project = useProject();
  const { data } = useQuery(pipelines.list(project));
  const registered = useInfiniteQuery(models.list(project)).data;
  return useMemo(() => {
    const known = registered?.pages.flatMap((page) => page.items) ?? [];
    const all: Found[] = [
      ...commands.map((command) => ({ id: `do ${command.name}`, text: command.name, kind: "", ...command })),
      ...SECTIONS.map((section) => ({
        id: `go ${section.name}`,
        text: section.name,
        kind: "place",
        keys: `g ${section.letter}`,
        act: () => void navigate({ to: section.to }),
      })),
      ...(data ?? []).map((pipeline) => ({
        id: `pipeline ${pipeline.uuid}`,
        text: pipeline.uuid,
        kind: "pipeline",
        act: () => void navigate({ to: "/pipelines/$pipeline", params: { pipeline: pipeline.uuid } }),
      })),
      ...known.map(({ model }) => ({
        id: `model ${model}`,
        text: model,
        kind: "model",
        act: () => void navigate({ to: "/models/$model", params: { model } }),
      })),
    ];
    const ofModels: Found[] = known.flatMap(({ model, endpoint }) =>
      endpoint?.previous == null
        ? []
        : [
            {
              id: `back ${model}`,
              text: `Roll ${model} back to version ${endpoint.previous}`,
              kind: "",
              act: () => void navigate({ to: "/models/$model", params: { model }, search: { panel: "back" } }),
            },
          ],
    );
    const ofPipelines: Found[] = (data ?? []).flatMap(({ uuid: pipeline }) => [
      {
        id: `trigger ${pipeline}`,
        text: `New trigger for ${pipeline}`,
        kind: "",
        act: () =>
          void navigate({ to: "/pipelines/$pipeline/triggers", params: { pipeline }, search: { new: "time" } }),
      },
      {
        id: `runs ${pipeline}`,
        text: `Runs of ${pipeline}`,
        kind: "",
        act: () => void navigate({ to: "/pipelines/$pipeline/runs", params: { pipeline } }),
      },
    ]);
    if (!asked) return all.slice(0, SHOWN);
    return [...all, ...ofPipelines, ...ofModels]
      .map((item) => ({ item, rank: matchOf(asked, item.text) }))
      .filter(({ rank }) => rank > 0)
      .sort((one, other) => other.rank - one.rank)
      .slice(0, SHOWN)
      .map(({ item }) => item);
  }, [asked, commands, data, registered, navigate]);
}
