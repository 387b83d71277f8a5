import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { me, signIn, signInWays } from "@/features/access";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import styles from "./shell.module.css";

export function Login() {
  const { back, sign_in_error: refused } = useSearch({ from: "/login" });
  const { data: ways } = useQuery(signInWays);
  const navigate = useNavigate();
  const known = useQueryClient();
  const [wrong, setWrong] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  const enter = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setWrong(undefined);
    try {
      await signIn(String(fields.get("email")), String(fields.get("password")));
      await known.invalidateQueries({ queryKey: me.queryKey });
      await navigate({ href: ownPath(back), replace: true });
    } catch (error) {
      setWrong(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <main className={styles.login}>
      <title>Sign in · Blockwright</title>
      <form className={styles.loginForm} onSubmit={(event) => void enter(event)}>
        <span className={styles.brand}>
          <svg width="26" height="26" viewBox="0 0 22 22" fill="none" strokeWidth="1.6" aria-hidden>
            <title>Blockwright</title>
            <rect x="1.5" y="3" width="7" height="7" />
            <rect x="13.5" y="12" width="7" height="7" />
            <path d="M8.5 10l5 2" strokeWidth="2.2" />
          </svg>
          Blockwright
        </span>
        <h1>Sign in</h1>
        {wrong ? <Problem error={wrong} /> : refused ? <Problem error={new Error(refused)} /> : null}
        <TextField
          label="Address"
          name="email"
          autoComplete="username"
          required
          autoFocus
          hint="The first start of the server printed the owner's address and password."
        />
        <TextField label="Password" name="password" type="password" autoComplete="current-password" required />
        <Button type="submit" look="primary" blocked={busy ? "Signing in" : undefined}>
          Sign in
        </Button>
        {ways?.provider ? (
          <a className={ui.button} href={`/sign-in/oidc?after=${encodeURIComponent(ownPath(back))}`}>
            Sign in with your organisation
          </a>
        ) : null}
      </form>
    </main>
  );
}

/** Only ever to a page of our own. */
function ownPath(back: string | undefined): string {
  return back?.startsWith("/") && !/^\/[/\\]/.test(back) ? back : "/";
}
