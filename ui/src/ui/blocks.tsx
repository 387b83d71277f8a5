/** The frame of a screen: its head, its body, tabs, what is shown when there is nothing or not yet anything. */
import { Link, type LinkProps, useRouterState } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import styles from "./parts.module.css";
import { useCurrentInView } from "./useCurrentInView";

interface PageHeadProps {
  readonly title: string;
  /** What stands in the browser's tab, when more than the title. */
  readonly tabTitle?: string;
  readonly children?: ReactNode;
  /** At the far end: what one does here. */
  readonly actions?: ReactNode;
}

export function PageHead({ title, tabTitle, children, actions }: PageHeadProps) {
  useEffect(() => {
    document.title = `${tabTitle ?? title} · Blockwright`;
  }, [tabTitle, title]);
  return (
    <div className={styles.head}>
      <h1>{title}</h1>
      {children}
      {actions ? <div className={styles.actions}>{actions}</div> : null}
    </div>
  );
}

export function PageBody({ children }: { readonly children: ReactNode }) {
  return <div className={styles.body}>{children}</div>;
}

interface TabLink {
  readonly label: string;
  readonly link: LinkProps;
}

/** Tabs that are addresses. */
export function LinkTabs({ label, tabs }: { readonly label: string; readonly tabs: readonly TabLink[] }) {
  const strip = useRef<HTMLElement>(null);
  useCurrentInView(strip, useRouterState({ select: (state) => state.location.pathname }));
  return (
    <nav ref={strip} aria-label={label} className={styles.tabs}>
      {tabs.map((tab) => (
        <Link
          key={tab.label}
          {...tab.link}
          className={styles.tab}
          activeOptions={{ exact: true, includeSearch: false }}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}

/** One sentence on what will be here, and one thing to do. */
export function Empty({ children, action }: { readonly children: ReactNode; readonly action?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p>{children}</p>
      {action}
    </div>
  );
}

/** What will stand here, in its size; not shown for the first moment. */
export function Bone({ width, height = 14 }: { readonly width: number | string; readonly height?: number }) {
  return <span className={styles.bone} style={{ width, height }} aria-hidden />;
}

export function Bones({ rows = 8 }: { readonly rows?: number }) {
  return (
    <div aria-busy="true" role="status" style={{ display: "grid", gap: 14, padding: 12 }}>
      <span className="unseen">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike and never move
        <Bone key={row} width={`${88 - ((row * 37) % 40)}%`} />
      ))}
    </div>
  );
}
