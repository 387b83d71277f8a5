/** What stands around every screen. */
import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useMe } from "@/features/access";
import { rememberProject, useMay, useProject } from "@/features/projects";
import { followProject } from "@/live/stream";
import { Toasts, undoLast } from "@/ui/toasts";
import { useCommands } from "./commands";
import { Drawer } from "./Drawer";
import { lastDrawer, openDrawer, useDrawer } from "./drawer";
import { useKeys } from "./keys";
import { Palette } from "./Palette";
import { QuickOpen } from "./QuickOpen";
import { Rail } from "./Rail";
import { useRoomAsked } from "./room";
import { SECTIONS } from "./sections";
import styles from "./shell.module.css";
import { OfflineBar, TopBar } from "./TopBar";
import { switchTheme } from "./theme";

const KeysSheet = lazy(() => import("./KeysSheet").then((module) => ({ default: module.KeysSheet })));

const FOLDED = "blockwright.rail";
const NARROW = "(max-width: 1279px)";
/** Where a screen asks for room. */
const ROOMY = "(max-width: 1599px)";

export function Shell() {
  const project = useProject();
  const { place } = useMe();
  const navigate = useNavigate();
  const main = useRef<HTMLElement>(null);
  const [shown, setShown] = useState<"" | "palette" | "open" | "keys">("");
  const [railOpen, setRailOpen] = useState(false);
  const [chosen, setChosen] = useState(() => localStorage.getItem(FOLDED));
  const room = useRoomAsked() ? ROOMY : NARROW;
  const folded = chosen ? chosen === "folded" : window.matchMedia(room).matches;
  const fold = () => {
    const next = folded ? "open" : "folded";
    localStorage.setItem(FOLDED, next);
    setChosen(next);
  };

  useEffect(() => {
    if (!project) return;
    rememberProject(project);
    followProject(project, place);
  }, [project, place]);
  useFocusOnNewPage(main);
  const drawer = useDrawer();
  const toggleDrawer = () => openDrawer(drawer ? "" : lastDrawer());
  useCommands([
    { name: "Git", act: () => openDrawer("git"), keys: "Ctrl `" },
    ...(useMay("own") ? [{ name: "Terminal", act: () => openDrawer("terminal") }] : []),
  ]);

  useKeys([
    ...SECTIONS.map((section) => ({
      keys: `g ${section.letter}`,
      does: `Go to ${section.name}`,
      act: () => void navigate({ to: section.to }),
    })),
    { keys: "ctrl+k", does: "Search or do", act: () => setShown("palette"), anywhere: true },
    { keys: "ctrl+p", does: "Open a file, pipeline or block", act: () => setShown("open"), anywhere: true },
    { keys: "?", does: "Show the keys", act: () => setShown("keys") },
    { keys: "[", does: "Fold the places", act: fold },
    { keys: "t", does: "Light or dark", act: switchTheme },
    { keys: "ctrl+z", does: "Undo", act: () => void undoLast() },
    { keys: "ctrl+`", does: "Open or close the drawer", act: toggleDrawer, anywhere: true },
    { keys: "F6", does: "Next region", act: nextRegion, anywhere: true },
  ]);

  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        Skip to the content
      </a>
      <TopBar
        onCommand={() => setShown("palette")}
        onRail={() => setRailOpen(!railOpen)}
        onKeys={() => setShown("keys")}
        onGit={() => openDrawer(drawer === "git" ? "" : "git")}
        gitOpen={drawer === "git"}
      />
      <OfflineBar />
      <Rail folded={folded} open={railOpen} onFold={fold} onGo={() => setRailOpen(false)} />
      <button
        type="button"
        className={styles.scrim}
        aria-label="Close the places"
        tabIndex={-1}
        onClick={() => setRailOpen(false)}
      />
      <main id="main" ref={main} className={styles.main} tabIndex={-1}>
        <Outlet />
      </main>
      <Drawer />
      {/* Not loaded when asked for: who types on at once types into them, and not into the page behind. */}
      {shown === "palette" ? <Palette onClose={() => setShown("")} /> : null}
      {shown === "open" ? <QuickOpen onClose={() => setShown("")} /> : null}
      <Suspense>{shown === "keys" ? <KeysSheet onClose={() => setShown("")} /> : null}</Suspense>
      <Toasts />
    </div>
  );
}

/** A new page begins at its top, also for who reads by ear. */
function useFocusOnNewPage(main: React.RefObject<HTMLElement | null>): void {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    const element = main.current;
    if (element && !element.contains(document.activeElement)) element.focus({ preventScroll: true });
  }, [path, main]);
}

/** F6 goes round the regions of the page. */
function nextRegion(): void {
  const regions = [...document.querySelectorAll<HTMLElement>("header, nav, main, aside, [data-region]")].filter(
    (each) => each.offsetParent !== null && (each.matches("header, main") || !each.parentElement?.closest("nav")),
  );
  const here = regions.findLastIndex((region) => region.contains(document.activeElement));
  const next = regions[(here + 1) % regions.length];
  const first = next?.querySelector<HTMLElement>("a[href], button, input, [tabindex='0']");
  (first ?? next)?.focus();
}
