import { PageHead } from "@/ui/blocks";
import { GitPanel } from "./GitPanel";
import styles from "./git.module.css";

/** The drawer as a page. */
export function GitScreen() {
  return (
    <div className={styles.screen}>
      <PageHead title="Git" />
      <GitPanel />
    </div>
  );
}
