/** What people say about a version: read, and written in place. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { AreaField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import { tell } from "@/ui/toasts";
import { describe, type Version } from "../api";
import styles from "../models.module.css";
import { Markdown } from "./Markdown";

export function Card({ version }: { readonly version: Version }) {
  const { model, version: number, card } = version;
  const project = useProject();
  const known = useQueryClient();
  const refusal = useRefusal("edit");
  const [typed, setTyped] = useState<string>();
  const [wrong, setWrong] = useState<unknown>();
  const write = async (text: string) => {
    await describe(project, model, number, text);
    await known.invalidateQueries({ queryKey: ["models", project, "version", model] });
  };
  const save = async (text: string) => {
    setWrong(undefined);
    try {
      await write(text);
      setTyped(undefined);
      tell("The card was written.", () => void write(card).catch(setWrong));
    } catch (error) {
      setWrong(error);
    }
  };
  return (
    <section aria-labelledby="card" className={styles.section}>
      <div className={styles.sectionHead}>
        <h2 id="card">Card</h2>
        {typed === undefined ? (
          <Button blocked={refusal} onClick={() => setTyped(card)}>
            {card ? "Edit the card" : "Write a card"}
          </Button>
        ) : null}
      </div>
      {wrong ? <Problem error={wrong} what="The card is as it was." /> : null}
      {typed !== undefined ? (
        <form
          className={styles.section}
          onSubmit={(event) => {
            event.preventDefault();
            void save(typed);
          }}
        >
          <AreaField
            label="Card"
            hint="Markdown: what it is for, what it was trained on, where it is wrong."
            rows={12}
            maxLength={100_000}
            autoFocus
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") setTyped(undefined);
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save(typed);
            }}
          />
          <span className={styles.acts}>
            <Button type="submit" look="primary">
              Save the card
            </Button>
            <Button onClick={() => setTyped(undefined)}>Cancel</Button>
          </span>
        </form>
      ) : card ? (
        <Markdown text={card} />
      ) : (
        <p className="quiet">Nobody has said yet what this version is for and where it is wrong.</p>
      )}
    </section>
  );
}
