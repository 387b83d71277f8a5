import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCommands } from "@/app/commands";
import { useKeys } from "@/app/keys";
import { useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { LinkTabs, PageHead } from "@/ui/blocks";
import { BackfillSheet } from "./BackfillSheet";
import { BackfillsOf } from "./BackfillsOf";
import styles from "./backfills.module.css";

const TABS = [
  { label: "Triggers", link: { to: "/triggers" } },
  { label: "Backfills", link: { to: "/backfills" } },
] as const;

export function BackfillsScreen() {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { new?: boolean; pipeline?: string };
  const refusal = useRefusal("run");
  const make = () => !refusal && void navigate({ to: "/backfills", search: { new: true } });
  useKeys([{ keys: "n", does: "New backfill", act: make }]);
  useCommands([{ name: "New backfill", act: make, keys: "n" }]);
  return (
    <>
      <PageHead
        title="Backfills"
        actions={
          <Button look="primary" blocked={refusal} onClick={make}>
            New backfill
          </Button>
        }
      >
        <LinkTabs label="Beside them" tabs={TABS} />
      </PageHead>
      <div className={styles.list}>
        <BackfillsOf onNew={make} />
      </div>
      {search.new ? (
        <BackfillSheet
          pipeline={search.pipeline ?? ""}
          onClose={() => void navigate({ to: "/backfills", search: {} })}
          onStarted={({ id }) => void navigate({ to: "/backfills/$backfill", params: { backfill: String(id) } })}
        />
      ) : null}
    </>
  );
}
