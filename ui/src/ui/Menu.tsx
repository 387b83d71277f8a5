/** A menu behind a button. What it takes to show one is loaded when somebody is about to. */
import { cloneElement, type KeyboardEvent, lazy, type ReactElement, type ReactNode, Suspense, useState } from "react";

export interface MenuEntry {
  readonly label: string;
  readonly act: () => void;
  readonly keys?: string;
  readonly icon?: ReactNode;
  /** Why it cannot be chosen now. */
  readonly blocked?: string | undefined;
  /** A name that stands before it. */
  readonly group?: string;
}

interface ButtonParts {
  readonly onClick?: () => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly onPointerEnter?: () => void;
  readonly onFocus?: () => void;
  readonly "aria-haspopup"?: "menu";
  readonly "aria-expanded"?: boolean;
}

export interface MenuProps {
  readonly button: ReactElement<ButtonParts>;
  readonly entries: readonly MenuEntry[];
  readonly placement?: "bottom-start" | "bottom-end" | "top-start";
}

const load = () => import("./MenuList").then((module) => ({ default: module.MenuList }));
const MenuList = lazy(load);

export function Menu(props: MenuProps) {
  const [wanted, setWanted] = useState(false);
  const closed = cloneElement(props.button, {
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onClick: () => setWanted(true),
    onKeyDown: (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      setWanted(true);
    },
    onPointerEnter: () => void load(),
    onFocus: () => void load(),
  });
  if (!wanted) return closed;
  return (
    <Suspense fallback={closed}>
      <MenuList {...props} />
    </Suspense>
  );
}
