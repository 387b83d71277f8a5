/** Whether Ctrl+S formats before it saves; kept in this browser. Off until somebody wants it: files of others would
 * change all over. */
const KEPT = "blockwright.format";

export const formatsOnSave = (): boolean => localStorage.getItem(KEPT) === "on";

export function setFormatsOnSave(on: boolean): void {
  if (on) localStorage.setItem(KEPT, "on");
  else localStorage.removeItem(KEPT);
}
