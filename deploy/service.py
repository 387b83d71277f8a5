"""The three processes of an installation on this machine, without containers: web server, scheduler, predictions.

python deploy/service.py up PROJECT       start those that do not run, and wait until all are healthy
python deploy/service.py stop PROJECT     end them as Ctrl-C would
python deploy/service.py logs PROJECT [PART]

Knows only the standard library: it runs before and without the environment that it starts things in.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNNING = Path(os.environ.get("RUN_DIR", ROOT / ".run"))
"""Who runs, and what they print."""
BLOCKWRIGHT = ROOT / ".venv" / "bin" / "blockwright"
PORTS = {"web": os.environ.get("WEB_PORT", "6789"), "predictions": os.environ.get("PREDICT_PORT", "5000")}
HEALTHY_SECONDS, STOP_SECONDS = 60, 60

Process = dict[str, object]


def commands(project: str) -> dict[str, list[str]]:
    """What each part is started with; the prediction service first: it may answer before anything was promoted."""
    return {
        "web": [str(BLOCKWRIGHT), "server", project, "--port", PORTS["web"]],
        "scheduler": [str(BLOCKWRIGHT), "scheduler", project],
        "predictions": [str(BLOCKWRIGHT), "serve", project, "--port", PORTS["predictions"]],
    }


def up(project: str) -> int:
    """The exit code: 1 with what a part printed last when one is not healthy after a minute."""
    RUNNING.mkdir(mode=0o700, parents=True, exist_ok=True)
    printed = len(said("web"))
    for part, command in commands(project).items():
        if living(part) is None:
            start(part, command)
    asked = [str(BLOCKWRIGHT), "health", "--project", project, "--wait", str(HEALTHY_SECONDS), *addresses()]
    healthy = subprocess.run(asked, check=False).returncode == 0
    for part in PARTS:
        if living(part) is None:
            healthy = False
            print(f"\n{part} has ended. Its last words:\n{last_lines(part)}", file=sys.stderr)
    if healthy:
        tell_first_sign_in(said("web")[printed:])
        print(
            f"web          http://127.0.0.1:{PORTS['web']}\npredictions  http://127.0.0.1:{PORTS['predictions']}/predict"
        )
    return 0 if healthy else 1


def addresses() -> list[str]:
    web, predictions = (f"http://127.0.0.1:{PORTS[name]}" for name in ("web", "predictions"))
    return ["--web", web, "--predictions", predictions]


def start(part: str, command: Sequence[str]) -> None:
    with open(log_of(part), "ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=ROOT
        )
    noted = {"pid": process.pid, "started": start_of(process.pid)}
    (RUNNING / f"{part}.json").write_text(json.dumps(noted))


def stop(_project: str) -> int:
    """End what runs, the web server last, and wait; the exit code is 1 when a part does not end within a minute."""
    ending = {part: pid for part in reversed(PARTS) if (pid := living(part)) is not None}
    for pid in ending.values():
        os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while (left := [part for part in ending if living(part) is not None]) and time.monotonic() < until:
        time.sleep(0.1)
    for part in PARTS:
        if part not in left:
            (RUNNING / f"{part}.json").unlink(missing_ok=True)
    print("\n".join([f"{part} has ended" for part in ending if part not in left]) or "nothing was running")
    if left:
        print(f"still ending: {', '.join(left)}", file=sys.stderr)
    return 1 if left else 0


def logs(_project: str, *parts: str) -> int:
    """Follow what the parts print, until Ctrl-C."""
    files = [str(log_of(part)) for part in parts or PARTS]
    for file in files:
        Path(file).parent.mkdir(exist_ok=True)
        Path(file).touch()
    os.execvp("tail", ["tail", "-n", "50", "-F", *files])


def living(part: str) -> int | None:
    """The process of the part, if it is the one that was started and still runs."""
    try:
        noted: Process = json.loads((RUNNING / f"{part}.json").read_text())
    except (OSError, ValueError):
        return None
    pid = noted.get("pid")
    same = isinstance(pid, int) and start_of(pid) == noted.get("started") != ""
    return pid if same and isinstance(pid, int) else None


def start_of(pid: int) -> str:
    """When the process began; empty when there is none. Numbers of processes come again, with another beginning."""
    try:
        _, _, fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")
        state, began = fields.split()[0], fields.split()[19]
    except OSError:
        if Path("/proc/self").exists():
            return ""
        told = subprocess.run(  # a system without such files
            ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
        state, _, began = told.strip().partition(" ")
    return "" if state.startswith("Z") else began.strip()


def tell_first_sign_in(printed: str) -> None:
    """The first start prints a password once; who starts it in the background would never see it."""
    _, found, rest = printed.partition("First start.")
    if found:
        print(found + rest.partition("This is shown once.")[0].rstrip())


def last_lines(part: str, count: int = 20) -> str:
    return "\n".join(said(part).splitlines()[-count:])


def said(part: str) -> str:
    """All that the part has printed since its log was made."""
    path = log_of(part)
    return path.read_text(errors="replace") if path.is_file() else ""


def log_of(part: str) -> Path:
    return RUNNING / f"{part}.log"


PARTS = tuple(commands(""))
COMMANDS = {"up": up, "stop": stop, "logs": logs}


def main(arguments: Sequence[str]) -> int:
    if len(arguments) < 2 or arguments[0] not in COMMANDS or set(arguments[2:]) - set(PARTS):
        print(__doc__, file=sys.stderr)
        return 2
    return COMMANDS[arguments[0]](*arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
