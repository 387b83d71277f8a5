/** The settings' own places, and what a page of them is made of. */
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Fragment, useRef } from "react";
import { type Permission, useMay } from "@/features/projects";
import { PageHead } from "@/ui/blocks";
import { useCurrentInView } from "@/ui/useCurrentInView";
import styles from "./settings.module.css";

const PAGES = [
  { group: "Project", name: "Project", to: "/settings/project" },
  { group: "Project", name: "Variables", to: "/settings/variables" },
  { group: "Project", name: "Secrets", to: "/settings/secrets" },
  { group: "Project", name: "Notifications", to: "/settings/notifications" },
  { group: "Project", name: "Storage and retention", to: "/settings/retention" },
  { group: "People", name: "Users and roles", to: "/settings/people" },
  { group: "People", name: "Tokens", to: "/settings/tokens" },
  { group: "People", name: "Audit", to: "/settings/audit" },
  { group: "You", name: "Account", to: "/settings/account" },
  { group: "You", name: "Appearance and keys", to: "/settings/appearance" },
] as const;

export function SettingsFrame() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const here = PAGES.find((page) => page.to === path);
  const places = useRef<HTMLElement>(null);
  useCurrentInView(places, path);
  return (
    <>
      <PageHead title="Settings" tabTitle={`${here?.name ?? "Settings"} · Settings`} />
      <div className={styles.frame}>
        <nav ref={places} aria-label="Settings" className={styles.places}>
          {PAGES.map((page, index) => (
            <Fragment key={page.to}>
              {PAGES[index - 1]?.group === page.group ? null : <div className={styles.group}>{page.group}</div>}
              <Link to={page.to} className={styles.place}>
                {page.name}
              </Link>
            </Fragment>
          ))}
        </nav>
        <div className={styles.page}>
          <Outlet />
        </div>
      </div>
    </>
  );
}

interface SectionProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

export function Section({ title, lead, actions, children }: SectionProps) {
  return (
    <section className={styles.section} aria-label={title}>
      <div className={styles.sectionHead}>
        <h2>{title}</h2>
        {actions}
      </div>
      {lead ? <p className={styles.lead}>{lead}</p> : null}
      {children}
    </section>
  );
}

interface Fact {
  readonly name: string;
  readonly value: ReactNode;
  /** Where the value comes from. */
  readonly from?: ReactNode;
}

export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map((fact) => (
        <div key={fact.name} className={styles.fact}>
          <dt>{fact.name}</dt>
          <dd>{fact.value}</dd>
          <dd className={styles.from}>{fact.from}</dd>
        </div>
      ))}
    </dl>
  );
}

interface NeedsProps {
  readonly permission: Permission;
  readonly what: string;
  readonly children: ReactNode;
}

/** A page for those who may; the others are told why it is empty, and nothing is asked of the server. */
export function Needs({ permission, what, children }: NeedsProps) {
  const may = useMay(permission);
  if (may) return children;
  const role = permission === "admin" ? "an admin" : "an editor";
  return (
    <Section title={what} lead={`Your role does not let you see this: it takes ${role} of the project. Ask one.`} />
  );
}
