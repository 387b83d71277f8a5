import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useCommands } from "@/app/commands";
import { useKeys } from "@/app/keys";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { PageHead } from "@/ui/blocks";
import ui from "@/ui/parts.module.css";
import { triggers } from "./api";
import { Calendar } from "./Calendar";
import type { Kind } from "./form";
import { PauseDialog, PausedBar } from "./Paused";
import { TriggerSheet } from "./TriggerSheet";
import { TriggersOf } from "./TriggersOf";
import styles from "./triggers.module.css";

export interface TriggersSearch {
  readonly view?: "list" | "calendar";
  readonly q?: string;
  readonly new?: Kind;
  readonly pipeline?: string;
  readonly span?: "month" | "week";
  readonly day?: string;
}

export function TriggersScreen() {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as TriggersSearch;
  const { view = "list", q = "" } = search;
  const filter = useRef<HTMLInputElement>(null);
  const refusal = useRefusal("edit");
  const { data: pause } = useQuery(triggers.pause(useProject()));
  const [pausing, setPausing] = useState(false);
  const go = (changed: TriggersSearch, replace = false) =>
    void navigate({ to: "/triggers", search: clean({ ...search, ...changed }), replace });
  const make = () => !refusal && go({ new: "time" });

  useKeys([
    { keys: "n", does: "New trigger", act: make },
    { keys: "/", does: "Filter triggers", act: () => filter.current?.focus() },
    { keys: "v", does: "List or calendar", act: () => go({ view: view === "list" ? "calendar" : "list" }) },
  ]);
  useCommands([
    { name: "New trigger", act: make, keys: "n" },
    ...(pause && !pause.paused && !refusal ? [{ name: "Pause all triggers", act: () => setPausing(true) }] : []),
    { name: "Calendar of triggers", act: () => go({ view: "calendar" }) },
  ]);

  return (
    <>
      <PageHead
        title="Triggers"
        actions={
          <>
            {pause && !pause.paused ? (
              <Button blocked={refusal} onClick={() => setPausing(true)}>
                Pause all…
              </Button>
            ) : null}
            <Button look="primary" blocked={refusal} onClick={make}>
              New trigger
            </Button>
          </>
        }
      >
        <nav aria-label="Views" className={ui.tabs}>
          {(["list", "calendar"] as const).map((each) => (
            <button
              key={each}
              type="button"
              className={ui.tab}
              aria-current={view === each ? "page" : undefined}
              onClick={() => go({ view: each })}
            >
              {each === "list" ? "List" : "Calendar"}
            </button>
          ))}
          <Link to="/backfills" className={ui.tab}>
            Backfills
          </Link>
        </nav>
        {view === "list" ? (
          <input
            ref={filter}
            type="search"
            className={`${ui.input} ${styles.filter}`}
            placeholder="Filter by name, pipeline, words"
            aria-label="Filter triggers"
            value={q}
            onChange={(event) => go({ q: event.target.value }, true)}
          />
        ) : null}
      </PageHead>
      {pause ? <PausedBar pause={pause} /> : null}
      {pausing ? <PauseDialog onClose={() => setPausing(false)} /> : null}
      <div className={styles.list}>
        {view === "calendar" ? (
          <Calendar span={search.span ?? "month"} day={search.day} onGo={(changed) => go(changed)} />
        ) : (
          <TriggersOf filter={q} onNew={make} />
        )}
      </div>
      {search.new ? (
        <TriggerSheet
          kind={search.new}
          pipeline={search.pipeline ?? ""}
          onClose={() => go({ new: undefined, pipeline: undefined } as TriggersSearch)}
          onSaved={({ id }) => void navigate({ to: "/triggers/$trigger", params: { trigger: String(id) } })}
        />
      ) : null}
    </>
  );
}

/** Without what is as usual, so that addresses stay short. */
function clean(search: TriggersSearch): TriggersSearch {
  const kept = Object.entries(search).filter(([key, value]) => value && !(key === "view" && value === "list"));
  return Object.fromEntries(kept) as TriggersSearch;
}
