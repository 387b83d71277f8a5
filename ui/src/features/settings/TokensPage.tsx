/** Tokens for programs. The secret is shown once, when it is made. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useKeys } from "@/app/keys";
import { useMe } from "@/features/access";
import { type Permission, useProject } from "@/features/projects";
import { useOnline } from "@/live/stream";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/blocks";
import { Dialog, Sheet } from "@/ui/Dialog";
import { CheckField, SelectField, TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { Snippet } from "@/ui/Snippet";
import { StateChip } from "@/ui/StateChip";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import { tell } from "@/ui/toasts";
import { makeToken, revokeToken, settings, type Token } from "./api";
import { Section } from "./frame";
import { Once } from "./PeoplePage";
import styles from "./settings.module.css";

const SCOPES: readonly { readonly scope: Permission; readonly label: string }[] = [
  { scope: "view", label: "See" },
  { scope: "run", label: "Run" },
  { scope: "edit", label: "Edit" },
  { scope: "secrets", label: "Set secrets" },
  { scope: "admin", label: "Administer" },
];

export function TokensPage() {
  const navigate = useNavigate();
  const { permissions } = useMe();
  const { new: making } = useSearch({ strict: false }) as { new?: boolean };
  const online = useOnline();
  const go = (search: { new?: true }) => void navigate({ to: "/settings/tokens", search });
  useKeys([{ keys: "n", does: "New token", act: () => go({ new: true }) }]);
  return (
    <>
      <Section
        title="Your tokens"
        lead={
          <>
            A program sends one as <code>Authorization: Bearer …</code>. It can do what its scopes name, and never more
            than you may.
          </>
        }
        actions={
          <Button
            look="primary"
            blocked={online ? undefined : "There is no connection to the server."}
            onClick={() => go({ new: true })}
          >
            New token
          </Button>
        }
      >
        <Tokens whose="mine" />
      </Section>
      {permissions.includes("admin") ? (
        <Section title="Everybody's tokens">
          <Tokens whose="all" />
        </Section>
      ) : null}
      {making ? <NewToken onClose={() => go({})} /> : null}
    </>
  );
}

function Tokens({ whose }: { readonly whose: "mine" | "all" }) {
  const { data, error, refetch } = useQuery(settings.tokens(whose));
  const [ending, setEnding] = useState<Token>();
  const { data: people } = useQuery({ ...settings.people(), enabled: whose === "all" });
  const person: Column<Token> = {
    id: "person",
    title: "Person",
    width: "2fr",
    cell: (token) => <span className="ellipsis">{people?.find(({ id }) => id === token.person)?.email ?? ""}</span>,
  };
  const columns: readonly Column<Token>[] = [
    { id: "name", title: "Name", width: "2fr", cell: ({ name }) => <span className="ellipsis">{name}</span> },
    ...(whose === "all" ? [person] : []),
    {
      id: "scopes",
      title: "May",
      width: "2fr",
      wide: true,
      cell: ({ scopes, project }) => (
        <span className="ellipsis">
          {scopes ? scopes.join(", ") : "whatever its person may"}
          {project ? <span className="quiet"> in {project}</span> : null}
        </span>
      ),
    },
    { id: "state", title: "State", width: 160, narrow: 120, cell: (token) => <TokenState token={token} /> },
    {
      id: "used",
      title: "Last used",
      width: 120,
      wide: true,
      cell: ({ used }) => (used ? <Ago at={used} /> : <span className="hint">never</span>),
    },
    {
      id: "act",
      title: "",
      width: 90,
      align: "end",
      cell: (token) =>
        token.revoked ? null : (
          <Button aria-label={`Revoke ${token.name}`} onClick={() => setEnding(token)}>
            Revoke…
          </Button>
        ),
    },
  ];
  return (
    <>
      <Table
        inline
        label={whose === "mine" ? "Your tokens" : "Everybody's tokens"}
        columns={columns}
        rows={data}
        rowKey={({ id }) => String(id)}
        rowHeight={34}
        error={error}
        onRetry={() => void refetch()}
        empty={<Empty>There is no token yet.</Empty>}
      />
      {ending ? <Revoke token={ending} onClose={() => setEnding(undefined)} /> : null}
    </>
  );
}

function TokenState({ token: { revoked, expires } }: { readonly token: Token }) {
  if (revoked) return <StateChip state="cancelled" detail="revoked" />;
  if (!expires) return <span className="quiet">does not end</span>;
  const over = new Date(expires) < new Date();
  return (
    <span className={over ? ui.warn : "quiet"}>
      {over ? "ended " : "ends "}
      <Ago at={expires} />
    </span>
  );
}

function Revoke({ token, onClose }: { readonly token: Token; readonly onClose: () => void }) {
  const known = useQueryClient();
  const { mutate, error } = useMutation({
    mutationFn: () => revokeToken(token.id),
    onSuccess: () => {
      void known.invalidateQueries({ queryKey: ["tokens"] });
      tell(`Token ${token.name} was revoked.`);
      onClose();
    },
  });
  return (
    <Dialog
      title="Revoke the token?"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger-filled" onClick={() => mutate()}>
            Revoke {token.name}
          </Button>
        </>
      }
    >
      {error ? <Problem error={error} /> : null}
      <p>Programs that use it are refused from then on. It cannot be brought back.</p>
    </Dialog>
  );
}

const DAYS = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
  { value: "", label: "No end" },
];

function NewToken({ onClose }: { readonly onClose: () => void }) {
  const here = useProject();
  const known = useQueryClient();
  const { projects } = useMe();
  const [name, setName] = useState("");
  const [days, setDays] = useState("90");
  const [project, setProject] = useState(here);
  const [scopes, setScopes] = useState<ReadonlySet<Permission>>(() => new Set<Permission>(["view", "run"]));
  // The secret is kept by this component alone, and only as long as it is shown.
  const [secret, setSecret] = useState("");
  const { mutate, error, isPending } = useMutation({
    mutationFn: () =>
      makeToken({
        name: name.trim(),
        scopes: [...scopes],
        project,
        expires: days ? new Date(Date.now() + Number(days) * 86_400_000).toISOString() : null,
      }),
    onSuccess: (made) => {
      setSecret(made.secret);
      void known.invalidateQueries({ queryKey: ["tokens"] });
    },
    gcTime: 0,
  });
  const toggle = (scope: Permission) => {
    const next = new Set(scopes);
    if (!next.delete(scope)) next.add(scope);
    setScopes(next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() && scopes.size) mutate();
  };
  const why = isPending
    ? "It is being made."
    : !name.trim()
      ? "Give it a name."
      : scopes.size
        ? undefined
        : "Choose what it may.";
  return (
    <Sheet
      title="New token"
      onClose={onClose}
      foot={
        secret ? (
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" form="token" look="primary" blocked={why}>
              Make the token
            </Button>
          </>
        )
      }
    >
      {secret ? (
        <>
          <Once what="Keep it where the program finds it; nobody can look it up later.">
            <Snippet label="token" text={secret} />
          </Once>
          <Snippet label="command" text={`curl -H "Authorization: Bearer $TOKEN" ${location.origin}/api/v1/me`} />
        </>
      ) : (
        <form id="token" className={styles.form} onSubmit={submit}>
          {error ? <Problem error={error} /> : null}
          <TextField
            label="Name"
            value={name}
            autoFocus
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
            hint="What uses it, for example: nightly export."
          />
          <fieldset className={styles.checks}>
            <legend className={ui.legend}>It may</legend>
            {SCOPES.map(({ scope, label }) => (
              <CheckField key={scope} label={label} checked={scopes.has(scope)} onChange={() => toggle(scope)} />
            ))}
          </fieldset>
          <SelectField
            label="In"
            value={project}
            options={[
              ...projects.map((each) => ({ value: each, label: `Project ${each}` })),
              { value: "", label: "All projects" },
            ]}
            onChange={(event) => setProject(event.target.value)}
          />
          <SelectField
            label="Ends after"
            value={days}
            options={DAYS}
            onChange={(event) => setDays(event.target.value)}
          />
        </form>
      )}
    </Sheet>
  );
}
