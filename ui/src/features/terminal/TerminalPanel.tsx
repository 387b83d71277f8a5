/** Terminals as a drawer and as a page: tabs, on which machine they are, and why there are none. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useProject } from "@/features/projects";
import { Button, IconButton } from "@/ui/Button";
import { Bones, Empty } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import { closeTerminal, openTerminal, type TerminalEntry, terminals } from "./api";
import styles from "./terminal.module.css";

const Screen = lazy(() => import("./Screen").then((module) => ({ default: module.Screen })));

export function TerminalPanel() {
  const project = useProject();
  const known = useQueryClient();
  const { data, error, refetch } = useQuery(terminals);
  const [chosen, setChosen] = useState<string>();
  const [trouble, setTrouble] = useState<unknown>();
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Bones rows={4} />;
  if (data.refusal) return <Empty>{data.refusal}</Empty>;

  const list = data.terminals;
  const current = list.find(({ id }) => id === chosen) ?? list.at(-1);
  const change = async (work: () => Promise<unknown>) => {
    setTrouble(undefined);
    await work().catch(setTrouble);
    await known.invalidateQueries({ queryKey: terminals.queryKey });
  };
  const open = () => change(async () => setChosen((await openTerminal(project)).id));
  const close = (id: string) => change(() => closeTerminal(id));

  return (
    <div className={styles.panel}>
      <div className={styles.bar}>
        <Tabs list={list} current={current?.id} onChoose={setChosen} onClose={(id) => void close(id)} />
        <IconButton label="Another terminal" onClick={() => void open()}>
          <Plus size={15} aria-hidden />
        </IconButton>
        <span className={styles.grow} />
        <span className={styles.machine}>
          On <strong>{data.host}</strong> as <strong>{data.user}</strong>, with all rights of that account
        </span>
      </div>
      {trouble ? <Problem error={trouble} /> : null}
      {current ? null : (
        <Empty
          action={
            <Button look="primary" onClick={() => void open()}>
              Open a terminal
            </Button>
          }
        >
          A shell in the folder of {project}, on the machine of the server.
        </Empty>
      )}
      <Suspense fallback={<Bones rows={4} />}>
        {list.map(({ id, project: where }, index) => (
          <Screen key={id} id={id} label={`Terminal ${index + 1} in ${where}`} shown={id === current?.id} />
        ))}
      </Suspense>
    </div>
  );
}

interface TabsProps {
  readonly list: readonly TerminalEntry[];
  readonly current: string | undefined;
  readonly onChoose: (id: string) => void;
  readonly onClose: (id: string) => void;
}

function Tabs({ list, current, onChoose, onClose }: TabsProps) {
  return list.map(({ id, project }, index) => (
    <span key={id} className={styles.tab} data-current={id === current || undefined}>
      <button type="button" className={styles.choose} aria-pressed={id === current} onClick={() => onChoose(id)}>
        {index + 1} {project}
      </button>
      <IconButton label={`End terminal ${index + 1}`} onClick={() => onClose(id)}>
        <X size={12} aria-hidden />
      </IconButton>
    </span>
  ));
}
