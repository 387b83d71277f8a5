/** Text for other programs. A browser gives pages its clipboard only over HTTPS and on this very machine. */
import { tell } from "./toasts";

/** `what`: what is said when it is there, such as `Copied 3 rows`. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell(what);
  } catch {
    tell("Nothing was copied: the browser lets a page do so only over HTTPS or on the server's own machine.");
  }
}
