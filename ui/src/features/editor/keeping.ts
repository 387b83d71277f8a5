/** Editors come and go as one scrolls; what one did in each is kept, so that undo goes on where it was. */
import type { EditorState } from "@codemirror/state";

const MOST = 80;
const states = new Map<string, EditorState>();

export function keep(key: string, state: EditorState): void {
  states.delete(key);
  states.set(key, state);
  const oldest = states.keys().next().value;
  if (states.size > MOST && oldest !== undefined) states.delete(oldest);
}

export function kept(key: string, text: string): EditorState | undefined {
  const state = states.get(key);
  return state?.doc.toString() === text ? state : undefined;
}
