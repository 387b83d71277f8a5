/** What new blocks and pipelines begin with: looked at, used, edited, deleted. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { StaticCode } from "@/features/editor";
import { useProject, useRefusal } from "@/features/projects";
import { undoChange } from "@/features/workspace";
import { Button } from "@/ui/Button";
import { Bones, Empty, PageHead } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import { tell } from "@/ui/toasts";
import {
  type BlockTemplate,
  type PipelineTemplate,
  removeBlockTemplate,
  removePipelineTemplate,
  templates,
} from "./api";
import { MakeSheet, type Wish } from "./MakeSheet";
import styles from "./templates.module.css";

const KINDS: Readonly<Record<string, string>> = {
  python: "Python",
  sql: "SQL",
  r: "R",
  yaml: "YAML",
  markdown: "Markdown",
};

type Chosen =
  | { readonly of: "pipeline"; readonly template: PipelineTemplate }
  | { readonly of: "block"; readonly template: BlockTemplate };

const blockKey = ({ name, type, language }: BlockTemplate) => `block ${name} ${type} ${language}`;

export function TemplatesScreen() {
  const project = useProject();
  const navigate = useNavigate();
  const refusal = useRefusal("edit");
  const { t = "" } = useSearch({ strict: false }) as { t?: string };
  const pipelines = useQuery(templates.pipelines(project));
  const blocks = useQuery(templates.blocks(project));
  const [wish, setWish] = useState<Wish>();
  const named = (blocks.data ?? []).filter(({ name }) => name);
  const all: readonly (readonly [string, Chosen])[] = [
    ...(pipelines.data ?? []).map(
      (template) => [`pipeline ${template.name}`, { of: "pipeline", template }] as readonly [string, Chosen],
    ),
    ...named.map((template) => [blockKey(template), { of: "block", template }] as readonly [string, Chosen]),
  ];
  const [key, chosen] = all.find(([each]) => each === t) ?? all[0] ?? ["", undefined];
  const error = pipelines.error ?? blocks.error;
  const section = (title: string, entries: typeof all) => (
    <section aria-label={title}>
      <h2 className={styles.group}>{title}</h2>
      <ul className={styles.entries}>
        {entries.map(([each, { of, template }]) => (
          <li key={each}>
            <Link
              to="/templates"
              search={{ t: each }}
              className={styles.entry}
              aria-current={each === key ? "true" : undefined}
            >
              <span className="ellipsis">{of === "pipeline" ? template.title : template.name}</span>
              <span className="hint">
                {of === "pipeline" ? `${template.blocks.length} blocks` : aboutOf(template)}
                {template.own ? " · own" : ""}
              </span>
            </Link>
          </li>
        ))}
        {entries.length === 0 ? <li className="hint">There is none.</li> : null}
      </ul>
    </section>
  );
  return (
    <>
      <PageHead
        title="Templates"
        actions={
          <>
            <Button blocked={refusal} onClick={() => setWish({ of: "block" })}>
              Make one of a block
            </Button>
            <Button blocked={refusal} onClick={() => setWish({ of: "pipeline" })}>
              Make one of a pipeline
            </Button>
          </>
        }
      />
      {error ? (
        <Problem error={error} onRetry={() => void Promise.all([pipelines.refetch(), blocks.refetch()])} />
      ) : null}
      <div className={styles.page}>
        <nav aria-label="Templates" className={styles.list} data-region>
          {pipelines.data && blocks.data ? (
            <>
              {section(
                "Of pipelines",
                all.filter(([, { of }]) => of === "pipeline"),
              )}
              {section(
                "Of blocks",
                all.filter(([, { of }]) => of === "block"),
              )}
            </>
          ) : (
            <Bones rows={10} />
          )}
        </nav>
        <section aria-label="Preview" className={styles.preview} data-region>
          {chosen ? (
            <Preview key={key} project={project} chosen={chosen} refusal={refusal} />
          ) : (
            <Empty>Choose one.</Empty>
          )}
        </section>
      </div>
      {wish ? (
        <MakeSheet
          project={project}
          wish={wish}
          onClose={() => setWish(undefined)}
          onMade={(made) => {
            setWish(undefined);
            void navigate({ to: "/templates", search: { t: made } });
          }}
        />
      ) : null}
    </>
  );
}

const aboutOf = ({ type, language }: BlockTemplate): string =>
  [type.replaceAll("_", " "), KINDS[language] ?? language].filter(Boolean).join(" · ");

interface PreviewProps {
  readonly project: string;
  readonly chosen: Chosen;
  readonly refusal: string | undefined;
}

function Preview({ project, chosen, refusal }: PreviewProps) {
  const known = useQueryClient();
  const [wrong, setWrong] = useState<unknown>();
  const { of, template } = chosen;
  const block = useQuery({
    ...templates.blockText(
      project,
      template.name,
      of === "block" ? template.type : "",
      of === "block" ? template.language : "",
    ),
    enabled: of === "block",
  });
  const pipeline = useQuery({ ...templates.pipelineText(project, template.name), enabled: of === "pipeline" });
  const { data, error, refetch } = of === "block" ? block : pipeline;
  const again = () =>
    Promise.all([
      known.invalidateQueries({ queryKey: ["templates", project] }),
      known.invalidateQueries({ queryKey: ["pipeline-templates", project] }),
    ]);
  const remove = async () => {
    setWrong(undefined);
    try {
      const done = await (of === "block" ? removeBlockTemplate : removePipelineTemplate)(project, template.name);
      const { change } = done;
      tell(
        `The template ${template.name} was deleted`,
        change === null ? undefined : () => void undoChange(project, change).then(again),
      );
      await again();
    } catch (problem) {
      setWrong(problem);
    }
  };
  return (
    <>
      <div className={styles.head}>
        <div>
          <h2>{of === "pipeline" ? template.title : template.name}</h2>
          <p className="quiet">{template.description}</p>
        </div>
        <span className={styles.grow} />
        {of === "pipeline" ? (
          <Link to="/pipelines" search={{ new: true, template: template.name }} className={styles.use}>
            New pipeline of it
          </Link>
        ) : null}
        {template.own ? (
          <>
            <Link to="/files/$" params={{ _splat: template.path }}>
              Edit
            </Link>
            <Button look="danger" blocked={refusal} onClick={() => void remove()}>
              Delete
            </Button>
          </>
        ) : (
          <span className="hint">comes with Blockwright</span>
        )}
      </div>
      {wrong ? <Problem error={wrong} /> : null}
      {of === "pipeline" && template.blocks.length ? (
        <p className={styles.blocks}>{template.blocks.join(" → ")}</p>
      ) : null}
      {data ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
        <section className={styles.code} tabIndex={0} aria-label="What it writes">
          <StaticCode
            text={data.text}
            language={of === "pipeline" ? "yaml" : (LANGUAGES[template.language] ?? "text")}
          />
        </section>
      ) : error ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <Bones rows={12} />
      )}
    </>
  );
}

const LANGUAGES: Readonly<Record<string, "python" | "sql" | "r" | "yaml" | "markdown">> = {
  python: "python",
  sql: "sql",
  r: "r",
  yaml: "yaml",
  markdown: "markdown",
};
