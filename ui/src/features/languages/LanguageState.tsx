/** How the language servers are, in words, where there is something to say. */
import { useSyncExternalStore } from "react";
import { Tip } from "@/ui/Tip";
import { linkOf } from "./link";
import { stateInWords } from "./model";

export function LanguageState({ project }: { readonly project: string }) {
  const link = linkOf(project);
  const { text, hint } = stateInWords(useSyncExternalStore(link.watch, link.now));
  return (
    <span className="quiet" role="status">
      {text ? (
        <Tip text={hint}>
          <span>
            {text}
            {hint ? <span className="unseen">. {hint}</span> : null}
          </span>
        </Tip>
      ) : null}
    </span>
  );
}
