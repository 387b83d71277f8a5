/** The rows and columns that differ between two versions. */
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { TableChanges } from "@/features/runs";
import { Button, IconButton } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { catalog } from "../api";
import styles from "../catalog.module.css";

interface ComparisonProps {
  readonly project: string;
  readonly before: number;
  readonly after: number;
  readonly onClose: () => void;
}

export function Comparison({ project, before, after, onClose }: ComparisonProps) {
  const [key, setKey] = useState<readonly string[]>([]);
  const { data, error, refetch } = useQuery(catalog.diff(project, before, after, key));
  const compare = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("key"));
    const names = text.split(",").map((name) => name.trim());
    setKey(names.filter(Boolean));
  };
  return (
    <section className={styles.comparison} aria-label={`Version ${before} compared with version ${after}`}>
      <div className={styles.sectionHead}>
        <h2>
          Version {before} → {after}
        </h2>
        <form className={styles.bar} onSubmit={compare}>
          <label htmlFor="diff-key">Rows are named by</label>
          <input
            id="diff-key"
            name="key"
            className={`${ui.input} ${styles.key}`}
            placeholder="columns, such as order_id"
            autoComplete="off"
          />
          <Button type="submit">Compare</Button>
          <span className="hint">Without a key whole rows are compared.</span>
        </form>
        <span className={styles.grow} />
        <IconButton label="Close the comparison" onClick={onClose}>
          <X size={15} aria-hidden />
        </IconButton>
      </div>
      {error ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <TableChanges data={data} />
      ) : (
        <Bones rows={4} />
      )}
    </section>
  );
}
