/** Somebody else writes in the block: a courtesy, which ends by taking over. */
import { PencilLine } from "lucide-react";
import { Button } from "@/ui/Button";
import styles from "./presence.module.css";

export function HeldBar({ holder, onTakeOver }: { readonly holder: string; readonly onTakeOver: () => void }) {
  return (
    <div className={styles.held} role="status">
      <PencilLine size={14} aria-hidden />
      <span>{holder} is editing this block.</span>
      <span className={styles.grow} />
      <Button look="bare" onClick={onTakeOver}>
        Take over
      </Button>
    </div>
  );
}
