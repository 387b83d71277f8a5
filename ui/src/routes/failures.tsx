/** When a whole page cannot be shown. */
import { type ErrorComponentProps, Link, useLocation, useRouter } from "@tanstack/react-router";
import { matchOf } from "@/app/match";
import { SECTIONS } from "@/app/sections";
import { PageBody, PageHead } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";

export function Broken({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <>
      <PageHead title="This page cannot be shown" />
      <PageBody>
        <Problem
          error={error}
          onRetry={() => {
            reset();
            void router.invalidate();
          }}
        />
      </PageBody>
    </>
  );
}

export function Missing() {
  const { pathname } = useLocation();
  const word = pathname.split("/").find(Boolean) ?? "";
  const near = SECTIONS.filter((section) => matchOf(word.slice(0, 4), section.name) > 0);
  return (
    <>
      <PageHead title="There is no such page" />
      <PageBody>
        <p>
          Nothing is at <code>{pathname}</code>. Perhaps you look for{" "}
          {(near.length ? near : SECTIONS.slice(0, 2)).map((section, index) => (
            <span key={section.name}>
              {index ? ", " : ""}
              <Link to={section.to}>{section.name}</Link>
            </span>
          ))}
          .
        </p>
      </PageBody>
    </>
  );
}
