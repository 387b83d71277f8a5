/** An entry that one does not want to be told for a while, or that nobody is to be told; and the way back. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { BellOff } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useMay, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { CheckField, SelectField, TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import { Ago } from "@/ui/time";
import { tell } from "@/ui/toasts";
import { type Muted, mute, type Need, unmute } from "../api";
import styles from "../home.module.css";

const HOUR = 3600;
const TIMES = [
  { value: String(HOUR), label: "1 hour" },
  { value: String(4 * HOUR), label: "4 hours" },
  { value: String(24 * HOUR), label: "1 day" },
  { value: String(7 * 24 * HOUR), label: "7 days" },
  { value: String(30 * 24 * HOUR), label: "30 days" },
];

const plain = (text: string) => text.replaceAll("`", "");

function useAgain(): () => Promise<void> {
  const known = useQueryClient();
  return () => known.invalidateQueries({ queryKey: ["overview"] });
}

interface MuteDialogProps {
  readonly project: string;
  readonly need: Need;
  readonly onClose: () => void;
}

export function MuteDialog({ project, need, onClose }: MuteDialogProps) {
  const again = useAgain();
  const mayAll = useMay("edit");
  const [seconds, setSeconds] = useState(String(24 * HOUR));
  const [reason, setReason] = useState("");
  const [all, setAll] = useState(false);
  const title = plain(need.title);
  const { mutate, error, isPending } = useMutation({
    mutationFn: () =>
      mute(project, { subject: need.subject, seconds: Number(seconds), reason: reason.trim(), for_all: all }),
    onSuccess: () => {
      tell(`Muted: ${title}`, () => void unmute(project, need.subject, all).then(again));
      onClose();
      return again();
    },
  });
  const blocked = reason.trim() ? (isPending ? "It is being asked for." : undefined) : "Say why first.";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!blocked) mutate();
  };
  const time = TIMES.find(({ value }) => value === seconds)?.label ?? "";
  return (
    <Dialog
      title={`Mute “${title}”?`}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="mute" look="primary" blocked={blocked}>
            Mute for {time}
          </Button>
        </>
      }
    >
      <form id="mute" className={styles.form} onSubmit={submit}>
        {error ? <Problem error={error} /> : null}
        <p className="quiet">
          It is not told on Home until then, also when it happens again. Channels are told as ever.
        </p>
        <TextField
          label="Reason"
          value={reason}
          maxLength={500}
          autoComplete="off"
          onChange={(event) => setReason(event.target.value)}
        />
        <SelectField label="For" options={TIMES} value={seconds} onChange={(event) => setSeconds(event.target.value)} />
        {mayAll ? (
          <CheckField
            label="For everybody"
            hint="Else only you are not told."
            checked={all}
            onChange={(event) => setAll(event.target.checked)}
          />
        ) : null}
      </form>
    </Dialog>
  );
}

export function MutedList({ project, muted }: { readonly project: string; readonly muted: readonly Muted[] }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <div>
        <Button
          look="bare"
          icon={<BellOff size={14} strokeWidth={1.5} aria-hidden />}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {muted.length} muted
        </Button>
      </div>
      {open ? (
        <ul className={styles.muted} aria-label="Muted">
          {muted.map((need) => (
            <MutedRow key={need.subject} project={project} need={need} />
          ))}
        </ul>
      ) : null}
    </>
  );
}

function MutedRow({ project, need }: { readonly project: string; readonly need: Muted }) {
  const again = useAgain();
  const { by, for_all, reason, until } = need.mute;
  const refused = useRefusal("edit");
  const { mutate, error } = useMutation({ mutationFn: () => unmute(project, need.subject, for_all), onSuccess: again });
  return (
    <li>
      <span>
        <strong>{plain(need.title)}</strong>
        {reason ? `: ${reason}` : ""}{" "}
        <span className="quiet">
          {for_all ? `for everybody, by ${by}` : "for you"}, told again <Ago at={until} />
        </span>
      </span>
      <Button
        aria-label={`Unmute: ${plain(need.title)}`}
        blocked={for_all ? refused : undefined}
        onClick={() => mutate()}
      >
        Unmute
      </Button>
      {error ? <Problem error={error} /> : null}
    </li>
  );
}
