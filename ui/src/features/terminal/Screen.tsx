/** One terminal as it is seen: xterm, loaded with the first. */
import { FitAddon } from "@xterm/addon-fit";
import { type ITheme, Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef, useState } from "react";
import { Line, type LineState, type Socket } from "./line";
import { openStrictly } from "./strict";
import styles from "./terminal.module.css";

const SCROLLBACK = 5_000;

export function Screen({ id, label, shown }: { readonly id: string; readonly label: string; readonly shown: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  const terminal = useRef<Terminal>(undefined);
  const [state, setState] = useState<LineState>({ kind: "connecting" });

  useEffect(() => {
    const parent = place.current;
    if (!parent) return;
    const made = new Terminal({
      allowProposedApi: false,
      cursorBlink: false,
      fontFamily: token("--mono"),
      fontSize: 13,
      minimumContrastRatio: 4.5,
      screenReaderMode: true,
      scrollback: SCROLLBACK,
      theme: themeNow(),
    });
    terminal.current = made;
    const fit = new FitAddon();
    made.loadAddon(fit);
    openStrictly(made, parent);
    made.textarea?.setAttribute("aria-label", label);
    const line = new Line(
      () => connected(id),
      {
        write: (data, done) => {
          made.write(data, done);
          // A page in the background draws nothing: what it was given counts as seen.
          if (document.hidden) setTimeout(done, 0);
        },
        reset: () => made.reset(),
      },
      setState,
    );
    made.onData((text) => line.type(text));
    made.onBinary((text) => line.type(text));
    made.onResize(({ cols, rows }) => line.resize(cols, rows));
    made.attachCustomKeyEventHandler((event) => !belongsToPage(event));
    const sized = new ResizeObserver(() => parent.offsetHeight && fit.fit());
    sized.observe(parent);
    const themed = new MutationObserver(() => {
      made.options.theme = themeNow();
    });
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      sized.disconnect();
      themed.disconnect();
      line.close();
      made.dispose();
      terminal.current = undefined;
    };
  }, [id, label]);

  useEffect(() => {
    if (shown) terminal.current?.focus();
  }, [shown]);

  return (
    <div className={styles.screen} hidden={!shown}>
      <div ref={place} className={styles.xterm} />
      <p className={styles.said} role="status">
        {state.kind === "lost" ? "No connection to the server. Coming back…" : null}
        {state.kind === "over" ? `The terminal is over. ${state.why}` : null}
      </p>
    </div>
  );
}

function connected(id: string): Socket {
  const url = new URL(`/api/v1/terminals/${encodeURIComponent(id)}/socket`, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(url) as Socket;
}

/** Keys of the page that a shell has no use for: to the drawer, to the next region. */
function belongsToPage({ key, ctrlKey, shiftKey }: KeyboardEvent): boolean {
  return key === "F6" || (ctrlKey && key === "`") || (ctrlKey && shiftKey && (key === "C" || key === "V"));
}

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function themeNow(): ITheme {
  const dark = token("color-scheme") === "dark" || luminous(token("--ink"));
  return {
    background: token("--surface"),
    foreground: token("--ink"),
    cursor: token("--ink"),
    cursorAccent: token("--surface"),
    selectionBackground: `${token("--run")}55`,
    black: dark ? token("--line") : token("--ink"),
    brightBlack: token("--ink-3"),
    red: token("--fail"),
    brightRed: token("--fail"),
    green: token("--ok"),
    brightGreen: token("--ok"),
    yellow: token("--warn"),
    brightYellow: token("--warn"),
    blue: token("--run"),
    brightBlue: token("--run"),
    magenta: token("--series-4"),
    brightMagenta: token("--series-4"),
    cyan: token("--series-1"),
    brightCyan: token("--series-1"),
    white: token("--ink-2"),
    brightWhite: token("--ink"),
  };
}

const luminous = (hex: string): boolean => Number.parseInt(hex.slice(1, 3), 16) > 127;
