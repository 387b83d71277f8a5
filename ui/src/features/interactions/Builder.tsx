/** A form and the text that says what it asks, side by side; both follow what is typed. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { CodeEditor } from "@/features/editor";
import { FileBars, filesOf, useFile } from "@/features/workspace";
import { Bones } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import { type FormDocument, forms } from "./api";
import styles from "./interactions.module.css";

const APART_MS = 250;

interface BuilderProps {
  readonly project: string;
  readonly form: FormDocument;
  readonly children: (form: FormDocument) => ReactNode;
}

export function Builder({ project, form, children }: BuilderProps) {
  const files = filesOf(project);
  const file = useFile(files, form.file);
  const text = useSettled(file.text);
  const drafted = useQuery({
    ...forms.draft(project, form.id, text),
    enabled: file.base !== undefined,
    placeholderData: keepPreviousData,
  });
  const shown = drafted.data ?? form;
  const first = shown.problems.find(({ file: where, line }) => where === form.file && line);
  return (
    <div className={styles.builder}>
      <section className={styles.pane} aria-label="YAML" data-region>
        <div className={styles.tools}>
          <Link to="/files/$" params={{ _splat: form.file }} className="mono">
            {form.file}
          </Link>
          <span className={styles.grow} />
          <span className="quiet" role="status">
            {file.phase === "clean" ? "Saved" : file.phase === "conflict" ? "Changed elsewhere" : "Saving"}
          </span>
        </div>
        <FileBars files={files} path={form.file} file={file} />
        {file.base ? (
          <div className={styles.code}>
            <CodeEditor
              name={`${project} ${form.file}`}
              language="yaml"
              text={file.text}
              label={form.file}
              wrongLine={first?.line ?? undefined}
              keys={[{ key: "Mod-s", act: () => void files.save(form.file) }]}
              history={files.history(form.file)}
              onChange={(typed) => files.type(form.file, typed)}
              onHistory={(kept) => files.remember(form.file, kept)}
            />
          </div>
        ) : (
          <Bones rows={12} />
        )}
        {shown.problems.length ? (
          <ul className={styles.problems} aria-label="Problems">
            {shown.problems.map((problem) => (
              <li key={`${problem.file}:${problem.line}:${problem.key}:${problem.message}`}>
                {problem.line ? <code>{`${problem.file}:${problem.line}`} </code> : null}
                {problem.message} <span className="quiet">{problem.advice}</span>
              </li>
            ))}
          </ul>
        ) : null}
      </section>
      <section className={styles.pane} aria-label="Form" data-region>
        {drafted.error ? <Problem error={drafted.error} /> : null}
        {children(shown)}
      </section>
    </div>
  );
}

/** What is typed, once typing rests for a moment: each look is a request. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), APART_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
