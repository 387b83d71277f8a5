import { Link, useNavigate } from "@tanstack/react-router";
import { Menu as Bars, Check, ChevronDown, RotateCw } from "lucide-react";
import { me, signOut, useMe } from "@/features/access";
import { GitChip } from "@/features/git";
import { rememberProject, useProject } from "@/features/projects";
import { stopFollowing, useLiveState } from "@/live/stream";
import { IconButton } from "@/ui/Button";
import { Menu } from "@/ui/Menu";
import ui from "@/ui/parts.module.css";
import { Elapsed, useOfNow } from "@/ui/time";
import { queries } from "./queries";
import styles from "./shell.module.css";
import { setTheme, THEMES, themeNow } from "./theme";

interface TopBarProps {
  readonly onCommand: () => void;
  readonly onRail: () => void;
  readonly onKeys: () => void;
  readonly onGit: () => void;
  readonly gitOpen: boolean;
}

export function TopBar({ onCommand, onRail, onKeys, onGit, gitOpen }: TopBarProps) {
  return (
    <header className={styles.top}>
      <IconButton label="Places" className={styles.hamburger} onClick={onRail}>
        <Bars size={18} aria-hidden />
      </IconButton>
      <Link to="/" className={styles.brand} aria-label="Blockwright, home">
        <svg width="22" height="22" viewBox="0 0 22 22" fill="none" strokeWidth="1.6" aria-hidden>
          <title>Blockwright</title>
          <rect x="1.5" y="3" width="7" height="7" />
          <rect x="13.5" y="12" width="7" height="7" />
          <path d="M8.5 10l5 2" strokeWidth="2.2" />
        </svg>
        <span className={styles.brandWord}>Blockwright</span>
      </Link>
      <span className={styles.divider} />
      <ProjectChooser />
      <GitChip open={gitOpen} onOpen={onGit} />
      <button type="button" className={styles.command} onClick={onCommand} aria-keyshortcuts="Control+K">
        <span className="ellipsis">Search or do…</span>
        <kbd className={styles.commandKeys}>Ctrl K</kbd>
      </button>
      <LiveMark />
      <Person onKeys={onKeys} />
    </header>
  );
}

function ProjectChooser() {
  const project = useProject();
  const { projects } = useMe();
  const navigate = useNavigate();
  if (projects.length < 2) return <span className="ellipsis">{project}</span>;
  return (
    <Menu
      button={
        <button type="button" className={styles.chooser} aria-label={`Project ${project}`}>
          <span className="ellipsis">{project}</span> <ChevronDown size={14} aria-hidden />
        </button>
      }
      entries={projects.map((name) => ({
        label: name,
        act: () => {
          rememberProject(name);
          void navigate({ to: "/", search: { project: name } });
        },
      }))}
    />
  );
}

function LiveMark() {
  const state = useLiveState();
  const [tone, icon, word] =
    state.kind === "live"
      ? [ui.ok, <Check key="live" size={15} aria-hidden />, "Live"]
      : [ui.warn, <RotateCw key="lost" size={14} aria-hidden />, state.kind === "lost" ? "Reconnecting" : "Connecting"];
  return (
    <span className={`${styles.live} ${tone}`} role="status" title={word}>
      {icon}
      <span className={styles.liveWord}>{word}</span>
    </span>
  );
}

const MOMENT_MS = 500;

/** While nobody answers: since when what is shown is old. */
export function OfflineBar() {
  const state = useLiveState();
  // A moment's absence is not worth a bar; the clock looks again when the moment has passed.
  const gone = useOfNow((now) => (state.kind === "lost" && now.getTime() - state.since >= MOMENT_MS ? 1 : 0));
  if (state.kind !== "lost" || !gone) return null;
  return (
    <div className={styles.bar} role="alert">
      No connection to the server for <Elapsed since={new Date(state.since)} />; showing what was last known.
    </div>
  );
}

function Person({ onKeys }: { readonly onKeys: () => void }) {
  const { name, email } = useMe();
  const leave = async () => {
    await signOut();
    stopFollowing();
    queries.clear();
    await queries.invalidateQueries({ queryKey: me.queryKey });
    window.location.assign("/login");
  };
  return (
    <Menu
      placement="bottom-end"
      button={
        <button type="button" className={styles.chooser} aria-label={`You: ${name}`}>
          <span className="ellipsis" style={{ maxWidth: 120 }}>
            {name.split("@")[0]}
          </span>
          <ChevronDown size={14} aria-hidden />
        </button>
      }
      entries={[
        ...THEMES.map((theme, index) => ({
          label: `${theme[0]?.toUpperCase()}${theme.slice(1)}${themeNow() === theme ? " · now" : ""}`,
          act: () => setTheme(theme),
          ...(index === 0 ? { group: "Theme" } : {}),
        })),
        { label: "Keys", keys: "?", act: onKeys, group: email },
        { label: "Sign out", act: () => void leave() },
      ]}
    />
  );
}
