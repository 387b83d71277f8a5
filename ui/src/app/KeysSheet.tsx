import { Dialog } from "@/ui/Dialog";
import { useValidKeys } from "./keys";
import styles from "./shell.module.css";

/** `?`: the keys that hold here. */
export function KeysSheet({ onClose }: { readonly onClose: () => void }) {
  const keys = useValidKeys();
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div className={styles.keys}>
        {[...keys].reverse().map((key) => (
          <div key={`${key.keys} ${key.does}`} style={{ display: "contents" }}>
            <span>
              <kbd>{key.keys}</kbd>
            </span>
            <span>{key.does}</span>
          </div>
        ))}
      </div>
    </Dialog>
  );
}
