/** Search in the project's files, and replace with a preview of every line. */
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useDeferredValue, useState } from "react";
import { api, type components, taken } from "@/api/client";
import { Button } from "@/ui/Button";
import { counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { tell } from "@/ui/toasts";
import { undoChange } from "../api";
import styles from "../workspace.module.css";

type Answer = components["schemas"]["SearchAnswer"];
type Replaced = components["schemas"]["ReplacementAnswer"];

interface Wish {
  readonly q: string;
  readonly regex: boolean;
  readonly case: boolean;
}

const search = (project: string, wish: Wish) =>
  queryOptions({
    queryKey: ["search", project, wish],
    queryFn: ({ signal }): Promise<Answer> =>
      taken(
        api.GET("/api/v1/projects/{project}/search", {
          params: { path: { project }, query: { ...wish, word: false, glob: "", limit: 500 } },
          signal,
        }),
      ),
    enabled: wish.q !== "",
    placeholderData: keepPreviousData,
    staleTime: 2_000,
    retry: false,
  });

interface FindSideProps {
  readonly project: string;
  readonly refusal: string | undefined;
  /** Goes to a line of a block; false: the file is none of a block. */
  readonly blockOf: (file: string) => string | undefined;
  readonly onGo: (file: string, line: number) => void;
}

export function FindSide({ project, refusal, blockOf, onGo }: FindSideProps) {
  const [q, setQ] = useState("");
  const [options, setOptions] = useState({ regex: false, case: false });
  const [replacement, setReplacement] = useState("");
  const [preview, setPreview] = useState<Replaced>();
  const [wrong, setWrong] = useState<unknown>();
  const wish = { q: useDeferredValue(q), ...options };
  const { data, error, refetch } = useQuery(search(project, wish));

  const replace = async (event: FormEvent, look: boolean) => {
    event.preventDefault();
    if (!data) return;
    setWrong(undefined);
    try {
      const done = await taken(
        api.POST("/api/v1/projects/{project}/replace", {
          params: { path: { project } },
          body: {
            ...wish,
            word: false,
            replacement,
            files: data.files.map(({ path, etag }) => ({ path, etag })),
            preview: look,
          },
        }),
      );
      setPreview(look ? done : undefined);
      if (look) return;
      const { change } = done;
      tell(
        `${counted(done.replaced, "place")} replaced`,
        change === null ? undefined : () => void undoChange(project, change).then(() => refetch(), setWrong),
      );
      await refetch();
    } catch (problem) {
      setWrong(problem);
    }
  };

  return (
    <div className={styles.sideBody}>
      <input
        className={ui.input}
        type="search"
        placeholder="Find in all files"
        aria-label="Find in all files"
        autoFocus
        value={q}
        onChange={(event) => {
          setQ(event.target.value);
          setPreview(undefined);
        }}
      />
      <div className={styles.options}>
        <label>
          <input
            type="checkbox"
            checked={options.case}
            onChange={(event) => setOptions({ ...options, case: event.target.checked })}
          />{" "}
          Match case
        </label>
        <label>
          <input
            type="checkbox"
            checked={options.regex}
            onChange={(event) => setOptions({ ...options, regex: event.target.checked })}
          />{" "}
          Pattern
        </label>
      </div>
      {refusal ? null : (
        <form className={styles.replace} onSubmit={(event) => void replace(event, preview === undefined)}>
          <input
            className={ui.input}
            placeholder="Replace by"
            aria-label="Replace by"
            value={replacement}
            onChange={(event) => {
              setReplacement(event.target.value);
              setPreview(undefined);
            }}
          />
          <Button type="submit" blocked={data?.hits && q ? undefined : "Nothing is found yet."}>
            {preview
              ? `Replace ${counted(
                  preview.files.reduce((sum, file) => sum + file.count, 0),
                  "place",
                )}`
              : "Preview"}
          </Button>
        </form>
      )}
      {error || wrong ? <Problem error={wrong ?? error} /> : null}
      {q && data ? (
        <p className="quiet" role="status">
          {counted(data.hits, "place")} in {counted(data.files.length, "file")}
          {data.complete ? "" : ` and more: ${data.reason}`}
        </p>
      ) : null}
      {preview ? <Changes preview={preview} /> : q && data ? <Hits found={data} blockOf={blockOf} onGo={onGo} /> : null}
    </div>
  );
}

function Hits({ found, blockOf, onGo }: { readonly found: Answer } & Pick<FindSideProps, "blockOf" | "onGo">) {
  return (
    <>
      {found.files.map((file) => (
        <section key={file.path} aria-label={file.path} className={styles.found}>
          <h3 className="ellipsis">{file.path}</h3>
          {file.hits.map((hit) => {
            const words = (
              <>
                <span className={styles.hitLine}>{hit.line}</span>
                <code className="ellipsis">{hit.text.trim()}</code>
              </>
            );
            return blockOf(file.path) ? (
              <button
                key={`${hit.line}:${hit.column}`}
                type="button"
                className={styles.hit}
                onClick={() => onGo(file.path, hit.line)}
              >
                {words}
              </button>
            ) : (
              <Link
                key={`${hit.line}:${hit.column}`}
                to="/files/$"
                params={{ _splat: file.path }}
                search={{ line: hit.line }}
                className={styles.hit}
              >
                {words}
              </Link>
            );
          })}
        </section>
      ))}
    </>
  );
}

function Changes({ preview }: { readonly preview: Replaced }) {
  return (
    <>
      {preview.files.map((file) => (
        <section key={file.path} aria-label={file.path} className={styles.found}>
          <h3 className="ellipsis">{file.path}</h3>
          {file.problem ? <p className={ui.warn}>{file.problem}</p> : null}
          {file.lines.map((line) => (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
            <div key={line.line} className={styles.changed} tabIndex={0}>
              <del>{line.before}</del>
              <ins>{line.after}</ins>
            </div>
          ))}
        </section>
      ))}
    </>
  );
}
