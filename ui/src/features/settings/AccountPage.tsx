/** What is one's own: name, password, sessions. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { me, useMe } from "@/features/access";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import { tell } from "@/ui/toasts";
import { changePassword, endSession, renameMe, type Session, settings } from "./api";
import { Facts, Section } from "./frame";
import styles from "./settings.module.css";

export function AccountPage() {
  const { name, email, grants } = useMe();
  return (
    <>
      <Section title="You">
        <Facts
          facts={[
            { name: "Address", value: email },
            {
              name: "Roles",
              value: grants
                .map(
                  ({ role, project, pipeline }) =>
                    `${role} ${project ? `of ${[project, pipeline].filter(Boolean).join("/")}` : "everywhere"}`,
                )
                .join(", "),
            },
          ]}
        />
        <Name name={name} />
      </Section>
      <Password />
      <Sessions />
    </>
  );
}

function Name({ name }: { readonly name: string }) {
  const known = useQueryClient();
  const { mutate, error } = useMutation({
    mutationFn: (fresh: string) => renameMe(fresh),
    onSuccess: async () => {
      await known.invalidateQueries({ queryKey: me.queryKey });
      tell("Your name was changed.");
    },
  });
  return (
    <form
      className={styles.inline}
      onSubmit={(event) => {
        event.preventDefault();
        mutate(String(new FormData(event.currentTarget).get("name")).trim());
      }}
    >
      <TextField label="Name" name="name" defaultValue={name} required autoComplete="name" />
      <Button type="submit">Change the name</Button>
      {error ? <Problem error={error} /> : null}
    </form>
  );
}

function Password() {
  const { has_password } = useMe();
  const known = useQueryClient();
  const [again, setAgain] = useState("");
  const { mutate, error, isPending } = useMutation({
    mutationFn: ({ old, fresh }: { readonly old: string; readonly fresh: string }) => changePassword(old, fresh),
    onSuccess: async () => {
      tell("Your password was changed; your other sessions have ended.");
      await Promise.all([
        known.invalidateQueries({ queryKey: me.queryKey }),
        known.invalidateQueries({ queryKey: ["sessions"] }),
      ]);
    },
    gcTime: 0,
  });
  const change = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const fresh = String(fields.get("new"));
    if (fresh !== String(fields.get("again"))) {
      setAgain("It is not the same as the one above.");
      return;
    }
    setAgain("");
    mutate({ old: String(fields.get("old") ?? ""), fresh }, { onSuccess: () => form.reset() });
  };
  return (
    <Section title="Password">
      <form className={styles.form} style={{ maxWidth: 360 }} onSubmit={change}>
        {error ? <Problem error={error} /> : null}
        {has_password ? (
          <TextField label="Password now" name="old" type="password" required autoComplete="current-password" />
        ) : null}
        <TextField
          label="New password"
          name="new"
          type="password"
          required
          minLength={12}
          autoComplete="new-password"
          hint="At least 12 characters; a few unrelated words are good."
        />
        <TextField
          label="New password again"
          name="again"
          type="password"
          required
          autoComplete="new-password"
          wrong={again || undefined}
        />
        <div>
          <Button type="submit" blocked={isPending ? "Saving" : undefined}>
            {has_password ? "Change the password" : "Set a password"}
          </Button>
        </div>
      </form>
    </Section>
  );
}

function Sessions() {
  const known = useQueryClient();
  const { data, error, refetch } = useQuery(settings.sessions());
  const ended = useMutation({
    mutationFn: (session: string) => endSession(session),
    onSuccess: () => {
      void known.invalidateQueries({ queryKey: ["sessions"] });
      tell("The session has ended.");
    },
  });
  const columns: readonly Column<Session>[] = [
    {
      id: "agent",
      title: "Browser",
      width: "3fr",
      cell: ({ agent }) => <span className="ellipsis">{browserOf(agent)}</span>,
    },
    {
      id: "address",
      title: "From",
      width: "1fr",
      wide: true,
      cell: ({ address }) => <span className="ellipsis">{address}</span>,
    },
    { id: "seen", title: "Last seen", width: 130, narrow: 92, cell: ({ seen }) => <Ago at={seen} /> },
    {
      id: "act",
      title: "",
      width: 110,
      align: "end",
      cell: ({ id, current }) =>
        current ? <span className="hint">this one</span> : <Button onClick={() => ended.mutate(id)}>End it</Button>,
    },
  ];
  return (
    <Section title="Sessions">
      {ended.error ? <Problem error={ended.error} /> : null}
      <Table
        inline
        label="Sessions"
        columns={columns}
        rows={data}
        rowKey={({ id }) => id}
        rowHeight={34}
        error={error}
        onRetry={() => void refetch()}
        empty={<p className="quiet">None.</p>}
      />
    </Section>
  );
}

function browserOf(agent: string): string {
  const found = /(Firefox|Edg|OPR|Chrome|Safari)\/(\d+)/.exec(agent);
  const system = /(Windows|Macintosh|Android|iPhone|Linux)/.exec(agent)?.[1];
  if (!found) return agent || "unknown";
  const name = found[1] === "Edg" ? "Edge" : found[1] === "OPR" ? "Opera" : found[1];
  return [`${name} ${found[2]}`, system].filter(Boolean).join(" on ");
}
