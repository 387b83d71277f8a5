import { useState } from "react";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { counted } from "@/ui/format";
import { type Language, languageOf } from "./languages";
import { MergeEditor } from "./lazy";
import { merged } from "./merged";

export interface MergeDialogProps {
  readonly path: string;
  readonly base: string;
  readonly mine: string;
  readonly theirs: string;
  /** That of the path, unless it is said. */
  readonly language?: Language;
  readonly onClose: () => void;
  readonly onMerged: (text: string) => void;
}

/** Both changes put together as far as that goes; the rest is decided in the right half. */
export function MergeDialog({ path, base, mine, theirs, language, onClose, onMerged }: MergeDialogProps) {
  const [first] = useState(() => merged(base, mine, theirs));
  const [text, setText] = useState(first.text);
  const left = (text.match(/^<{7} mine$/gm) ?? []).length;
  return (
    <Dialog
      title={`Merge ${path}`}
      wide
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            blocked={left ? `${counted(left, "place")} must be decided: leave one of the two.` : undefined}
            onClick={() => onMerged(text)}
          >
            Save the merged file
          </Button>
        </>
      }
    >
      <p className="quiet">
        At the left what is on the server, at the right both changes together.
        {first.conflicts ? ` ${counted(first.conflicts, "place was", "places were")} changed by both.` : ""}
      </p>
      <MergeEditor theirs={theirs} text={first.text} language={language ?? languageOf(path)} onChange={setText} />
    </Dialog>
  );
}
