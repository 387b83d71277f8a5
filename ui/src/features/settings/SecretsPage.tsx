/** Secrets: names and new values. No value ever comes back from the server, and none stays in this page. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useKeys } from "@/app/keys";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones, Empty } from "@/ui/blocks";
import { Dialog, Sheet } from "@/ui/Dialog";
import { TextField } from "@/ui/Field";
import { counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { Snippet } from "@/ui/Snippet";
import { type Column, Table } from "@/ui/Table";
import { tell } from "@/ui/toasts";
import { deleteSecret, setSecret, settings } from "./api";
import { Needs, Section } from "./frame";
import styles from "./settings.module.css";

export function SecretsPage() {
  return (
    <Needs permission="secrets" what="Secrets">
      <Secrets />
    </Needs>
  );
}

interface Secret {
  readonly name: string;
}

function Secrets() {
  const project = useProject();
  const navigate = useNavigate();
  const { secret } = useSearch({ strict: false }) as { secret?: string };
  const { data, error, refetch } = useQuery(settings.secrets(project));
  const refusal = useRefusal("secrets");
  const open = (name: string | undefined) =>
    void navigate({ to: "/settings/secrets", search: name === undefined ? {} : { secret: name } });
  const make = () => !refusal && open("new secret");
  useKeys([{ keys: "n", does: "New secret", act: make }]);
  const columns: readonly Column<Secret>[] = [
    { id: "name", title: "Name", width: "2fr", cell: ({ name }) => <code className="ellipsis">{name}</code> },
    {
      id: "value",
      title: "Value",
      width: "1fr",
      wide: true,
      cell: () => <span className="hint">set, never shown</span>,
    },
    {
      id: "act",
      title: "",
      width: 170,
      align: "end",
      cell: ({ name }) => <Button onClick={() => open(name)}>Replace or delete…</Button>,
    },
  ];
  return (
    <Section
      title="Secrets"
      lead="Values that blocks ask for by name while they run. They are encrypted here, replaced by *** in logs, and can be replaced but not read."
      actions={
        <Button look="primary" blocked={refusal} onClick={make}>
          New secret
        </Button>
      }
    >
      <Table
        inline
        label="Secrets"
        columns={columns}
        rows={data}
        rowKey={({ name }) => name}
        rowHeight={34}
        onOpen={({ name }) => open(name)}
        error={error}
        onRetry={() => void refetch()}
        empty={
          <Empty
            action={
              <Button look="primary" blocked={refusal} onClick={make}>
                New secret
              </Button>
            }
          >
            Passwords and keys stand here and not in files. There is none yet.
          </Empty>
        }
      />
      {secret === "new secret" ? <NewSecret onClose={() => open(undefined)} /> : null}
      {secret && secret !== "new secret" && data?.some(({ name }) => name === secret) ? (
        <OneSecret name={secret} onClose={() => open(undefined)} />
      ) : null}
    </Section>
  );
}

function useSet(project: string, done: () => void) {
  const known = useQueryClient();
  return useMutation({
    mutationFn: ({ name, value }: { readonly name: string; readonly value: string }) => setSecret(project, name, value),
    onSuccess: (_, { name }) => {
      void known.invalidateQueries({ queryKey: ["settings", project, "secrets"] });
      tell(`Secret ${name} was set.`);
      done();
    },
    // What was sent is not kept by the page either.
    gcTime: 0,
  });
}

function NewSecret({ onClose }: { readonly onClose: () => void }) {
  const project = useProject();
  const { mutate, error, isPending } = useSet(project, onClose);
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    mutate({ name: String(fields.get("name")).trim(), value: String(fields.get("value")) });
  };
  return (
    <Sheet
      title="New secret"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="secret" look="primary" blocked={isPending ? "Saving" : undefined}>
            Save
          </Button>
        </>
      }
    >
      <form id="secret" className={styles.form} onSubmit={save} autoComplete="off">
        {error ? <Problem error={error} /> : null}
        <TextField
          label="Name"
          name="name"
          required
          autoFocus
          autoComplete="off"
          pattern="[A-Za-z0-9_.\-]+"
          hint="Letters, digits, _ . and -. A secret of this name is replaced."
        />
        <TextField
          label="Value"
          name="value"
          type="password"
          required
          autoComplete="new-password"
          hint="It cannot be read again, by anybody."
        />
      </form>
    </Sheet>
  );
}

function OneSecret({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const project = useProject();
  const known = useQueryClient();
  const refusal = useRefusal("secrets");
  const [deleting, setDeleting] = useState(false);
  const replaced = useSet(project, onClose);
  const deleted = useMutation({
    mutationFn: () => deleteSecret(project, name),
    onSuccess: () => {
      void known.invalidateQueries({ queryKey: ["settings", project, "secrets"] });
      tell(`Secret ${name} was deleted.`);
      onClose();
    },
  });
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    replaced.mutate({ name, value: String(new FormData(event.currentTarget).get("value")) });
  };
  return (
    <Sheet
      title={`Secret ${name}`}
      onClose={onClose}
      foot={
        <>
          <Button look="danger" blocked={refusal} onClick={() => setDeleting(true)}>
            Delete…
          </Button>
          <span style={{ flex: 1 }} />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="secret" look="primary" blocked={refusal}>
            Replace the value
          </Button>
        </>
      }
    >
      <form id="secret" className={styles.form} onSubmit={save} autoComplete="off">
        {replaced.error ? <Problem error={replaced.error} /> : null}
        <TextField
          label="New value"
          name="value"
          type="password"
          required
          autoFocus
          autoComplete="new-password"
          hint="Runs that ask for it from now on get the new one."
        />
      </form>
      <section className={styles.section} aria-label="In block code">
        <h3>In block code</h3>
        <Snippet
          label="code"
          text={`from mage_ai.data_preparation.shared.secrets import get_secret_value\n\nvalue = get_secret_value("${name}")`}
        />
      </section>
      <Uses name={name} />
      {deleting ? (
        <Dialog
          title="Delete the secret?"
          onClose={() => setDeleting(false)}
          foot={
            <>
              <Button onClick={() => setDeleting(false)}>Cancel</Button>
              <Button look="danger-filled" onClick={() => deleted.mutate()}>
                Delete {name}
              </Button>
            </>
          }
        >
          {deleted.error ? <Problem error={deleted.error} /> : null}
          <p>Its value cannot be brought back. What asks for it fails from then on.</p>
          <Uses name={name} />
        </Dialog>
      ) : null}
    </Sheet>
  );
}

function Uses({ name }: { readonly name: string }) {
  const { data, error, refetch } = useQuery(settings.uses(useProject(), name));
  return (
    <section className={styles.section} aria-label="Used by">
      <h3>Used by {data ? <span className="hint">{counted(data.files.length, "file")}</span> : null}</h3>
      {error ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <Bones rows={2} /> : null}
      {data?.files.length ? (
        <ul className={styles.uses}>
          {data.files.map((file) => (
            <li key={file.path}>
              <code>{file.path}</code> <span className="hint">line {file.hits.map((hit) => hit.line).join(", ")}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {data && !data.files.length ? <p className="quiet">No file of the project names it.</p> : null}
    </section>
  );
}
