import { useMay } from "@/features/projects";
import { Empty, PageHead } from "@/ui/blocks";
import { TerminalPanel } from "./TerminalPanel";
import styles from "./terminal.module.css";

/** The drawer as a page. */
export function TerminalScreen() {
  const may = useMay("own");
  return (
    <div className={styles.page}>
      <PageHead title="Terminal" />
      {may ? <TerminalPanel /> : <Empty>A terminal is for owners: it has the rights of the whole server.</Empty>}
    </div>
  );
}
