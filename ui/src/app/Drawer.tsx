/** Below every screen: Git, and a terminal where the server gives one. */
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { Maximize2, X } from "lucide-react";
import { lazy, type PointerEvent, Suspense, useState } from "react";
import { useMay } from "@/features/projects";
import { IconButton } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { openDrawer, useDrawer } from "./drawer";
import styles from "./drawer.module.css";

const GitPanel = lazy(() => import("@/features/git/GitPanel").then((module) => ({ default: module.GitPanel })));

const TerminalPanel = lazy(() =>
  import("@/features/terminal/TerminalPanel").then((module) => ({ default: module.TerminalPanel })),
);

const HEIGHT = "blockwright.drawer.height";
const DRAWERS = ["git", "terminal"] as const;
const WORDS = { git: "Git", terminal: "Terminal" } as const;
const LEAST = 160;
const STEP = 40;

export function Drawer() {
  const shown = useDrawer();
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [height, setHeight] = useState(() => bounded(Number(localStorage.getItem(HEIGHT) || 340)));
  const set = (next: number) => {
    localStorage.setItem(HEIGHT, String(bounded(next)));
    setHeight(bounded(next));
  };
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (event.buttons & 1) set(window.innerHeight - event.clientY);
  };
  const owns = useMay("own");
  if (!shown || path === `/${shown}` || (shown === "terminal" && !owns)) return null;
  const word = WORDS[shown];
  return (
    <section aria-label={word} data-region className={styles.drawer} style={{ height }}>
      <div
        className={styles.edge}
        role="separator"
        aria-orientation="horizontal"
        aria-label="Height of the drawer"
        aria-valuenow={height}
        aria-valuemin={LEAST}
        aria-valuemax={most()}
        tabIndex={0}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onKeyDown={(event) => {
          if (event.key === "ArrowUp") set(height + STEP);
          else if (event.key === "ArrowDown") set(height - STEP);
          else return;
          event.preventDefault();
        }}
      />
      <div className={styles.head}>
        <h2 className="unseen">{word}</h2>
        {DRAWERS.filter((name) => name !== "terminal" || owns).map((name) => (
          <button
            key={name}
            type="button"
            className={styles.choice}
            aria-pressed={name === shown}
            onClick={() => openDrawer(name)}
          >
            {WORDS[name]}
          </button>
        ))}
        <span className={styles.grow} />
        <IconButton label="As a page" onClick={() => void navigate({ to: `/${shown}` })}>
          <Maximize2 size={14} aria-hidden />
        </IconButton>
        <IconButton label="Close the drawer" keys="Ctrl `" onClick={() => openDrawer("")}>
          <X size={16} aria-hidden />
        </IconButton>
      </div>
      <Suspense fallback={<Bones rows={4} />}>{shown === "git" ? <GitPanel /> : <TerminalPanel />}</Suspense>
    </section>
  );
}

const most = () => Math.max(LEAST, Math.round(window.innerHeight * 0.75));
const bounded = (height: number) => Math.min(Math.max(height || LEAST, LEAST), most());
