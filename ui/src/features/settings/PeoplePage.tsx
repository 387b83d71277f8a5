/** Who may do what. Administrators of the installation see everybody, those of a project its members. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Check, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useKeys } from "@/app/keys";
import { useMe } from "@/features/access";
import { pipelines } from "@/features/pipelines";
import { GIVES, type Permission, useProject, useRefusal } from "@/features/projects";
import { Button, IconButton } from "@/ui/Button";
import { Empty } from "@/ui/blocks";
import { Dialog, Sheet } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { Snippet } from "@/ui/Snippet";
import { StateChip } from "@/ui/StateChip";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import { tell } from "@/ui/toasts";
import {
  changePerson,
  deletePerson,
  type Grant,
  grantInProject,
  grantRole,
  invite,
  linkFor,
  type Person,
  type Role,
  revokeInProject,
  revokeRole,
  settings,
} from "./api";
import { Needs, Section } from "./frame";
import styles from "./settings.module.css";

const ROLES = Object.keys(GIVES) as readonly Role[];
const ABOUT: Record<Role, string> = {
  viewer: "Viewer: sees everything, runs nothing",
  editor: "Editor: runs, edits, sets secrets",
  admin: "Admin: also people, tokens, channels, audit",
  owner: "Owner: everything",
};

export function PeoplePage() {
  return (
    <Needs permission="admin" what="Users and roles">
      <People />
      <Matrix />
    </Needs>
  );
}

function People() {
  const { permissions } = useMe();
  const project = useProject();
  const navigate = useNavigate();
  const { person, new: making } = useSearch({ strict: false }) as { person?: number; new?: boolean };
  const everywhere = permissions.includes("admin");
  const { data, error, refetch } = useQuery(everywhere ? settings.people() : settings.members(project));
  const refusal = useRefusal("admin");
  const go = (search: { person?: number; new?: true }) => void navigate({ to: "/settings/people", search });
  const make = () => !refusal && go({ new: true });
  useKeys([{ keys: "n", does: "Add a person", act: make }]);
  const open = data?.find(({ id }) => id === person);
  return (
    <Section
      title="Users and roles"
      lead={
        everywhere
          ? "Everybody who may sign in. A role holds in a place: everywhere, in a project, in one pipeline."
          : `Who has a role in ${project}.`
      }
      actions={
        <Button look="primary" blocked={refusal} onClick={make}>
          Add a person
        </Button>
      }
    >
      <Table
        inline
        label="People"
        columns={COLUMNS}
        rows={data}
        rowKey={({ id }) => String(id)}
        rowHeight={34}
        onOpen={({ id }) => go({ person: id })}
        error={error}
        onRetry={() => void refetch()}
        empty={<Empty>Nobody has a role here yet.</Empty>}
      />
      {making ? <AddPerson everywhere={everywhere} onClose={() => go({})} /> : null}
      {open ? <OnePerson person={open} everywhere={everywhere} onClose={() => go({})} /> : null}
    </Section>
  );
}

const COLUMNS: readonly Column<Person>[] = [
  {
    id: "name",
    title: "Person",
    width: "2fr",
    cell: ({ name, email }) => (
      <span className="ellipsis">
        <b>{name}</b> <span className="quiet">{email}</span>
      </span>
    ),
  },
  {
    id: "roles",
    title: "Roles",
    width: "2fr",
    cell: ({ grants }) => (
      <span className="ellipsis">{grants.map(grantWords).join(", ") || <span className="hint">none</span>}</span>
    ),
  },
  {
    id: "state",
    title: "",
    width: 120,
    wide: true,
    cell: ({ active }) => (active ? null : <StateChip state="paused" detail="disabled" />),
  },
  {
    id: "seen",
    title: "Signed in",
    width: 130,
    wide: true,
    cell: ({ signed_in }) => (signed_in ? <Ago at={signed_in} /> : <span className="hint">never</span>),
  },
];

function grantWords({ role, project, pipeline }: Grant): string {
  if (!project) return `${role} everywhere`;
  return pipeline ? `${role} of ${project}/${pipeline}` : `${role} of ${project}`;
}

// One place where a role holds ------------------------------------------------------------------------------------------

interface PlaceFieldsProps {
  readonly grant: Grant;
  readonly everywhere: boolean;
  readonly onGrant: (grant: Grant) => void;
}

function GrantFields({ grant, everywhere, onGrant }: PlaceFieldsProps) {
  const { projects, permissions } = useMe();
  const { data = [] } = useQuery(pipelines.list(grant.project ?? ""));
  const roles = permissions.includes("own") ? ROLES : ROLES.filter((role) => role !== "owner");
  return (
    <>
      <SelectField
        label="Role"
        value={grant.role}
        options={roles.map((value) => ({ value, label: ABOUT[value] }))}
        onChange={(event) => onGrant({ ...grant, role: ROLES.find((role) => role === event.target.value) ?? "viewer" })}
      />
      {everywhere ? (
        <SelectField
          label="In"
          value={grant.project ?? ""}
          options={[
            { value: "", label: "The whole installation" },
            ...projects.map((name) => ({ value: name, label: `Project ${name}` })),
          ]}
          onChange={(event) => onGrant({ ...grant, project: event.target.value, pipeline: "" })}
        />
      ) : null}
      {grant.project ? (
        <SelectField
          label="Of pipeline"
          value={grant.pipeline ?? ""}
          options={[
            { value: "", label: "All of the project" },
            ...data.map(({ uuid }) => ({ value: uuid, label: uuid })),
          ]}
          onChange={(event) => onGrant({ ...grant, pipeline: event.target.value })}
        />
      ) : null}
    </>
  );
}

// Adding somebody -------------------------------------------------------------------------------------------------------

function AddPerson({ everywhere, onClose }: { readonly everywhere: boolean; readonly onClose: () => void }) {
  const project = useProject();
  const known = useQueryClient();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [grant, setGrant] = useState<Grant>({ role: "viewer", project, pipeline: "" });
  const [link, setLink] = useState("");
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      if (everywhere) return addressOf((await invite(email.trim(), name.trim(), [grant])).code);
      await grantInProject(project, email.trim(), grant.role, grant.pipeline ?? "");
      return "";
    },
    onSuccess: (made) => {
      void known.invalidateQueries({ queryKey: ["people"] });
      tell(`${email.trim()} is ${grantWords(grant)}.`);
      if (made) setLink(made);
      else onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutate();
  };
  return (
    <Sheet
      title="Add a person"
      onClose={onClose}
      foot={
        link ? (
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" form="person" look="primary" blocked={isPending ? "Saving" : undefined}>
              {everywhere ? "Invite" : "Give the role"}
            </Button>
          </>
        )
      }
    >
      {link ? (
        <Once what={`Send this link to ${email}. It signs in once, within a day; then a password is chosen.`}>
          <Snippet label="sign-in link" text={link} />
        </Once>
      ) : (
        <form id="person" className={styles.form} onSubmit={submit}>
          {error ? <Problem error={error} /> : null}
          <TextField
            label="E-mail address"
            type="email"
            required
            autoFocus
            autoComplete="off"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            hint={
              everywhere
                ? undefined
                : "Of somebody who may sign in already; an admin of the installation invites others."
            }
          />
          {everywhere ? (
            <TextField
              label="Name"
              value={name}
              autoComplete="off"
              onChange={(event) => setName(event.target.value)}
              hint="Empty: what stands before the @."
            />
          ) : null}
          <GrantFields grant={grant} everywhere={everywhere} onGrant={setGrant} />
        </form>
      )}
    </Sheet>
  );
}

const addressOf = (code: string) => `${location.origin}/sign-in/link/${encodeURIComponent(code)}`;

/** What is shown this one time. */
export function Once({ what, children }: { readonly what: string; readonly children: React.ReactNode }) {
  return (
    <div className={styles.once} role="status">
      <p>
        <strong>Shown once.</strong> {what}
      </p>
      {children}
    </div>
  );
}

// One person ------------------------------------------------------------------------------------------------------------

interface OnePersonProps {
  readonly person: Person;
  readonly everywhere: boolean;
  readonly onClose: () => void;
}

function OnePerson({ person, everywhere, onClose }: OnePersonProps) {
  const known = useQueryClient();
  const project = useProject();
  const me = useMe();
  const [grant, setGrant] = useState<Grant>({ role: "viewer", project, pipeline: "" });
  const [link, setLink] = useState("");
  const [deleting, setDeleting] = useState(false);
  const { mutate, error } = useMutation({
    mutationFn: async ({ act }: { readonly act: () => Promise<unknown>; readonly told: string }) => act(),
    onSuccess: (_, { told }) => {
      void known.invalidateQueries({ queryKey: ["people"] });
      if (told) tell(told);
    },
  });
  const revoke = (taken: Grant) =>
    mutate({
      act: () =>
        everywhere ? revokeRole(person.id, taken) : revokeInProject(project, person.id, taken.pipeline ?? ""),
      told: `${person.name} is no longer ${grantWords(taken)}.`,
    });
  const give = () =>
    mutate({
      act: () =>
        everywhere
          ? grantRole(person.id, grant)
          : grantInProject(project, person.email, grant.role, grant.pipeline ?? ""),
      told: `${person.name} is ${grantWords(grant)}.`,
    });
  const self = person.id === me.id;
  return (
    <Sheet
      title={person.name}
      onClose={onClose}
      foot={
        everywhere ? (
          <>
            <Button
              look="danger"
              blocked={self ? "Nobody deletes themselves." : undefined}
              onClick={() => setDeleting(true)}
            >
              Delete…
            </Button>
            <Button
              blocked={self ? "Nobody disables themselves." : undefined}
              onClick={() =>
                mutate({
                  act: () => changePerson(person.id, { active: !person.active }),
                  told: `${person.name} ${person.active ? "may no longer sign in" : "may sign in again"}.`,
                })
              }
            >
              {person.active ? "Disable" : "Enable"}
            </Button>
            <Button
              onClick={() => mutate({ act: async () => setLink(addressOf((await linkFor(person.id)).code)), told: "" })}
            >
              Make a sign-in link
            </Button>
          </>
        ) : undefined
      }
    >
      {error ? <Problem error={error} /> : null}
      <p className="quiet">
        {person.email} ·{" "}
        {person.signed_in ? (
          <>
            signed in <Ago at={person.signed_in} />
          </>
        ) : (
          "has never signed in"
        )}
        {person.active ? "" : " · disabled"}
      </p>
      {link ? (
        <Once what={`Send it to ${person.email}. It signs in once, within a day.`}>
          <Snippet label="sign-in link" text={link} />
        </Once>
      ) : null}
      <section className={styles.section} aria-label="Roles">
        <h3>Roles</h3>
        {person.grants.length ? null : <p className="quiet">None: signing in shows nothing.</p>}
        {person.grants.map((each) => (
          <div key={grantWords(each)} className={styles.sectionHead}>
            <span>{grantWords(each)}</span>
            <IconButton label={`Take away: ${grantWords(each)}`} onClick={() => revoke(each)}>
              <X size={14} aria-hidden />
            </IconButton>
          </div>
        ))}
      </section>
      <section className={styles.section} aria-label="Give a role">
        <h3>Give a role</h3>
        <GrantFields grant={grant} everywhere={everywhere} onGrant={setGrant} />
        <div>
          <Button look="primary" onClick={give}>
            Give the role
          </Button>
        </div>
        <p className="hint">It takes the place of what was given in the same place.</p>
      </section>
      {deleting ? (
        <Dialog
          title={`Delete ${person.name}?`}
          onClose={() => setDeleting(false)}
          foot={
            <>
              <Button onClick={() => setDeleting(false)}>Cancel</Button>
              <Button
                look="danger-filled"
                onClick={() =>
                  mutate(
                    { act: () => deletePerson(person.id), told: `${person.name} was deleted.` },
                    { onSuccess: onClose, onError: () => setDeleting(false) },
                  )
                }
              >
                Delete {person.name}
              </Button>
            </>
          }
        >
          <p>Sessions and tokens end at once. Runs and the audit log keep the name.</p>
        </Dialog>
      ) : null}
    </Sheet>
  );
}

// What roles give -------------------------------------------------------------------------------------------------------

const PERMISSIONS: readonly { readonly permission: Permission; readonly what: string }[] = [
  { permission: "view", what: "See pipelines, runs, outputs, logs" },
  { permission: "run", what: "Start, cancel and retry runs, fire triggers, backfill" },
  { permission: "edit", what: "Change files, pipelines, variables, triggers" },
  { permission: "secrets", what: "Set and delete secrets; nobody can read one" },
  { permission: "admin", what: "People, roles, other people's tokens, audit, channels" },
  { permission: "own", what: "What reaches beyond the project: the terminal, owners" },
];

function Matrix() {
  return (
    <Section title="What each role may">
      <div className={styles.wide}>
        <table className={styles.matrix}>
          <thead>
            <tr>
              <th scope="col">Permission</th>
              {ROLES.map((role) => (
                <th key={role} scope="col">
                  {role}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {PERMISSIONS.map(({ permission, what }) => (
              <tr key={permission}>
                <th scope="row">{what}</th>
                {ROLES.map((role) => (
                  <td key={role}>
                    {GIVES[role].includes(permission) ? (
                      <>
                        <Check size={14} aria-hidden className={ui.ok} />
                        <span className="unseen">yes</span>
                      </>
                    ) : (
                      <span className="hint">
                        <span aria-hidden>–</span>
                        <span className="unseen">no</span>
                      </span>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
