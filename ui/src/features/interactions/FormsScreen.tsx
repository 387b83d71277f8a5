/** Every form that one may see: pages for people who do not write code. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useCommands } from "@/app/commands";
import { useKeys } from "@/app/keys";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Empty, PageHead } from "@/ui/blocks";
import { counted } from "@/ui/format";
import { StateChip } from "@/ui/StateChip";
import { type Column, Table } from "@/ui/Table";
import { type FormSummary, forms } from "./api";
import styles from "./interactions.module.css";
import { NewFormSheet } from "./NewFormSheet";

const COLUMNS: readonly Column<FormSummary>[] = [
  {
    id: "title",
    title: "Form",
    width: "2fr",
    cell: ({ id, title }) => (
      <Link to="/forms/$form" params={{ form: id }} className={`plain-link ellipsis ${styles.name}`}>
        {title}
      </Link>
    ),
  },
  {
    id: "pipeline",
    title: "Pipeline",
    width: "1fr",
    cell: ({ pipeline }) => <span className="ellipsis">{pipeline}</span>,
  },
  {
    id: "about",
    title: "About",
    width: "3fr",
    wide: true,
    cell: ({ description }) => <span className="quiet ellipsis">{description}</span>,
  },
  {
    id: "may",
    title: "You",
    width: 130,
    narrow: 90,
    cell: ({ may_run, sound }) =>
      sound ? (
        <span className="quiet">{may_run ? "may run it" : "may look"}</span>
      ) : (
        <StateChip state="failed" detail="has errors" small />
      ),
  },
];

export function FormsScreen() {
  const project = useProject();
  const navigate = useNavigate();
  const refusal = useRefusal("edit");
  const { new: making = false, pipeline } = useSearch({ strict: false }) as { new?: boolean; pipeline?: string };
  const { data, error, refetch } = useQuery(forms.list(project));
  const make = () => void navigate({ to: "/forms", search: { new: true }, replace: true });
  useKeys([{ keys: "n", does: "New form", act: make }]);
  useCommands([{ name: "New form", act: make, keys: "n" }]);
  const button = (
    <Button look="primary" blocked={refusal} onClick={make}>
      New form
    </Button>
  );
  return (
    <>
      <PageHead title="Forms" actions={button}>
        {data ? <span className="quiet">{counted(data.length, "form")}</span> : null}
      </PageHead>
      <div className={styles.list}>
        <Table
          label="Forms"
          columns={COLUMNS}
          rows={data}
          rowKey={(form) => form.id}
          onOpen={({ id }) => void navigate({ to: "/forms/$form", params: { form: id } })}
          error={error}
          onRetry={() => void refetch()}
          rowHeight={34}
          empty={
            <Empty action={refusal ? undefined : button}>
              A form lets people run a pipeline without code: they fill in inputs and see the results. There is none
              yet.
            </Empty>
          }
        />
      </div>
      {making && !refusal ? (
        <NewFormSheet pipeline={pipeline} onClose={() => void navigate({ to: "/forms", replace: true })} />
      ) : null}
    </>
  );
}
