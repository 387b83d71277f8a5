/** `c`: which block reads the chosen one, or is read by it. What would be a circle says so. */
import { type KeyboardEvent, useMemo, useState } from "react";
import { matchOf } from "@/app/match";
import { around, refusal } from "@/features/graph";
import { Dialog } from "@/ui/Dialog";
import ui from "@/ui/parts.module.css";
import type { WorkspaceDocument } from "../api";
import styles from "../workspace.module.css";

interface ConnectDialogProps {
  readonly document: WorkspaceDocument;
  readonly block: string;
  readonly onConnect: (source: string, target: string) => void;
  readonly onDisconnect: (source: string, target: string) => void;
  readonly onClose: () => void;
}

export function ConnectDialog({ document, block, onConnect, onDisconnect, onClose }: ConnectDialogProps) {
  const [asked, setAsked] = useState("");
  const [backwards, setBackwards] = useState(false);
  const [at, setAt] = useState(0);
  const links = useMemo(() => around(document.edges), [document.edges]);
  const choices = document.blocks
    .map(({ uuid }) => uuid)
    .filter((uuid) => uuid !== block && (!asked || matchOf(asked, uuid) > 0))
    .map((uuid) => {
      const [source, target] = backwards ? [uuid, block] : [block, uuid];
      const joined = links.up.get(target)?.includes(source) ?? false;
      return { uuid, source, target, joined, refused: joined ? undefined : refusal(source, target, links) };
    })
    .slice(0, 200);
  const chosen = Math.min(at, choices.length - 1);
  const act = (choice: (typeof choices)[number] | undefined) => {
    if (!choice || choice.refused) return;
    onClose();
    if (choice.joined) onDisconnect(choice.source, choice.target);
    else onConnect(choice.source, choice.target);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, choices.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
    else if (event.key === "Enter") act(choices[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={`Connect ${block}`} onClose={onClose}>
      <div className={styles.options}>
        <label>
          <input type="radio" name="direction" checked={!backwards} onChange={() => setBackwards(false)} /> is read by
        </label>
        <label>
          <input type="radio" name="direction" checked={backwards} onChange={() => setBackwards(true)} /> reads
        </label>
      </div>
      <input
        className={ui.input}
        placeholder="Block"
        aria-label="Connect to"
        role="combobox"
        aria-expanded
        aria-controls="connect-choices"
        aria-activedescendant={choices.length ? `connect-${chosen}` : undefined}
        autoFocus
        value={asked}
        onChange={(event) => {
          setAsked(event.target.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <div id="connect-choices" role="listbox" aria-label="Blocks" className={styles.choices}>
        {choices.map((choice, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys
          <div
            key={choice.uuid}
            id={`connect-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            aria-disabled={choice.refused !== undefined}
            className={styles.choice}
            onMouseMove={() => setAt(index)}
            onClick={() => act(choice)}
          >
            <span className={styles.choiceName}>{choice.uuid}</span>
            <span className="hint ellipsis">{choice.refused ?? (choice.joined ? "connected: disconnect" : "")}</span>
          </div>
        ))}
        {choices.length === 0 ? <p className="quiet">There is no other block.</p> : null}
      </div>
    </Dialog>
  );
}
