/** xterm writes styles in two ways that the page's policy refuses: into style elements without the word of this page, and
 * into attributes. It has no setting for either, so that it is helped here; its version is pinned, and the browser tests
 * fail when a style is refused. */
import type { Terminal } from "@xterm/xterm";

function nonce(): string {
  return document.querySelector<HTMLMetaElement>("meta[property='csp-nonce']")?.nonce ?? "";
}

/** Open the terminal; the style elements that it makes meanwhile carry the word of this page. */
export function openStrictly(terminal: Terminal, parent: HTMLElement): void {
  const create = document.createElement;
  const named = (tag: string, options?: ElementCreationOptions): HTMLElement => {
    const made: HTMLElement = create.call(document, tag, options);
    if (made instanceof HTMLStyleElement) made.nonce = nonce();
    return made;
  };
  document.createElement = named as typeof document.createElement;
  try {
    terminal.open(parent);
  } finally {
    document.createElement = create;
  }
  styleByScript(terminal);
}

interface Inside {
  readonly _core?: {
    readonly _renderService?: { readonly _renderer?: { readonly value?: { readonly _rowFactory?: RowFactory } } };
  };
}
interface RowFactory {
  _addStyle: (element: HTMLElement, style: string) => void;
}

/** What is set by a script is not refused, what is written as an attribute is. */
function styleByScript(terminal: Terminal): void {
  const factory = (terminal as unknown as Inside)._core?._renderService?._renderer?.value?._rowFactory;
  if (factory)
    factory._addStyle = (element, style) => {
      element.style.cssText += `${style};`;
    };
}
