"""The whole loop on a year of flights: train on the first months, serve, replay the others as traffic, look for drift,
train again, compare, promote or keep, roll back and promote again. Ends with a line for each version of the model.

python examples/loop.py [PROJECT]

It goes on where it was stopped: what has happened stands in the project's own records.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).resolve().parent
PROJECT = EXAMPLES / "mlops_demo"
BLOCKWRIGHT = [sys.executable, "-m", "blockwright"]
MODEL = "arrival_delay"
YEAR = 2013
FIRST = 3
"""The first version learns from so many months."""
KINDS = ("drift", "quality", "performance")
"""What a monitor may find."""
SEASONS = ((4, 5, 6), (7, 8, 9), (10, 11, 12))


@dataclass(frozen=True)
class Demo:
    project: Path

    def run(self, pipeline: str, variables: Mapping[str, Any]) -> int:
        """The number of a run that completed, with progress in a terminal; SystemExit with the way out otherwise."""
        given = [part for name, value in variables.items() for part in ("--var", f"{name}={json.dumps(value)}")]
        command = [*BLOCKWRIGHT, "run", pipeline, "--reuse", *given, "--project", str(self.project)]
        if sys.stdout.isatty():
            code = subprocess.run(command, check=False).returncode
        else:
            code = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
        if code:
            raise SystemExit(f"{pipeline} did not complete: blockwright why {pipeline} --project {self.project}")
        return int(self.ask("show", pipeline)["run"])

    def ask(self, *words: str) -> dict[str, Any]:
        command = [*BLOCKWRIGHT, *words, "--project", str(self.project), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        try:
            document: dict[str, Any] = json.loads(done.stdout)
        except ValueError:
            raise SystemExit(f"blockwright {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}") from None
        if done.returncode:
            raise SystemExit(f"blockwright {' '.join(words)}: {document.get('error', {}).get('message', done.stderr)}")
        return document

    def output(self, run: int, block: str) -> Any:
        return self.ask("output", str(run), block)["preview"]["value"]

    @contextmanager
    def served(self) -> Iterator[str]:
        """The prediction service, and where it answers; what it says of itself goes into a file."""
        command = [*BLOCKWRIGHT, "serve", str(self.project), "--port", "auto", "--json"]
        log = self.project / ".blockwright" / "demo-predictions.log"
        with log.open("w") as written:
            service = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=written, text=True)
        try:
            assert service.stdout is not None
            line = service.stdout.readline()
            if not line:
                raise SystemExit(f"The prediction service did not start:\n{log.read_text().strip()}")
            yield str(json.loads(line)["url"])
        finally:
            service.terminate()
            service.wait()


def main(arguments: list[str]) -> int:
    began = time.monotonic()
    demo = Demo(Path(arguments[0]).resolve() if arguments else PROJECT)
    if not any(one["model"] == MODEL for one in demo.ask("models", "list")["models"]):
        say(f"train on January to March {YEAR}")
        tell_training(demo, demo.run("training", cut(FIRST)))
    seasons = SEASONS[len(demo.ask("monitors", "history", MODEL)["results"]) :]
    if seasons:
        with demo.served() as url:
            for season in seasons:
                replay(demo, url, season)
        roll_back_and_forth(demo)
    summarise(demo)
    say_what_next(demo, time.monotonic() - began)
    return 0


def replay(demo: Demo, url: str, season: tuple[int, ...]) -> None:
    """A season of flights as traffic; a finding of the monitor trains again on all that was known by then."""
    began = datetime.now().astimezone()
    say(f"replay {names(season)} as traffic")
    outcome = demo.output(demo.run("live_traffic", {"asked_months": list(season), "service": url}), "outcomes")
    for version, error in outcome["mae"].items():
        print(f"  version {version} was {error:.2f} minutes off on {outcome['told']:,} flights")
    result = demo.ask("monitors", "run", MODEL, "--since", began.isoformat())
    for finding in result["findings"]:
        print(f"  {shortened(finding['kind'] + ': ' + finding['reason'])}")
    if not result["findings"]:
        print(f"  {shortened(result['text'])}")
        return
    say(f"train again, on January to {names(season[-1:])}")
    why = ", ".join(finding["kind"] for finding in result["findings"])
    tell_training(demo, demo.run("training", {**cut(season[-1]), "reason": f"found after {names(season)}: {why}"}))


def roll_back_and_forth(demo: Demo) -> None:
    """One command takes the promotion back, one gives it again."""
    endpoint = demo.ask("models", "show", MODEL)["endpoint"]
    if endpoint["previous"] is None:
        return
    say("roll back, and promote again")
    for words in (("rollback", MODEL), ("promote", MODEL, str(endpoint["version"]))):
        done = demo.ask("models", *words, "--reason", "to show it")
        print(f"  blockwright models {' '.join(words)}: version {done['endpoint']['version']} answers")


def cut(months: int) -> dict[str, Any]:
    """Variables of a training that knows the first ``months``: the last half month judges, the one before chooses."""
    end = date(YEAR + months // 12, months % 12 + 1, 1)
    test_from, validation_from = end - timedelta(days=15), end - timedelta(days=30)
    return {
        "months": list(range(1, months + 1)),
        "validation_from": validation_from.isoformat(),
        "test_from": test_from.isoformat(),
    }


def tell_training(demo: Demo, run: int) -> None:
    registered, promoted = (demo.output(run, block) for block in ("register", "promote"))
    print(f"  version {registered['version']}: {registered['metrics']['mae']:.2f} minutes off on flights it never saw")
    for version, metrics in registered["champion"].items():
        print(f"  version {version} on the same flights: {metrics['mae']:.2f}")
    print(f"  {'promoted' if promoted['promoted'] else 'kept the champion'}: {promoted['why']}")


def summarise(demo: Demo) -> None:
    """A line for each version: what it knew, how good it was before it served and while it did, what became of it."""
    shown = demo.ask("models", "show", MODEL)
    traffic = {one["version"]: one for one in demo.ask("monitors", "history", MODEL)["results"]}
    promoted = demo.ask("models", "log", MODEL)["promotions"]
    say("the loop, in minutes off (mean absolute error)")
    print(f"  {'version':<9}{'learned until':<15}{'unseen flights':>14}{'champion there':>16}{'as traffic':>12}")
    for brief in reversed(shown["versions"]):
        number = brief["version"]
        rivals = demo.ask("models", "show", MODEL, str(number))["rivals"]
        rival = next((f"{metrics['mae']:.2f}" for metrics in rivals.values()), "–")
        live = f"{traffic[number]['metrics']['mae']:.2f}" if number in traffic else "–"
        print(
            f"  {number:<9}{brief['tags']['trained_until']:<15}{brief['metrics']['mae']:>14.2f}{rival:>16}{live:>12}"
            f"   {fate(number, promoted, traffic)}"
        )
    then = [one for one in reversed(promoted) if one["state"] == "done" and one["reason"] == "to show it"]
    for one in then:
        print(f"  {one['kind'].replace('_', ' ')}: version {one['after']} answers instead of {one['before']}")


def fate(number: int, promoted: list[dict[str, Any]], traffic: Mapping[int, dict[str, Any]]) -> str:
    """What became of a version."""
    if not any(one["after"] == number and one["state"] == "done" for one in promoted):
        return "not promoted: no better than the champion"
    if number not in traffic:
        return "promoted"
    told = traffic[number]["text"]
    found = ", ".join(kind for kind in KINDS if f"{kind}: " in told) or "nothing"
    return f"promoted; then {found} found in {traffic[number]['rows']:,} requests"


def say_what_next(demo: Demo, seconds: float) -> None:
    here = Path.cwd()
    project = demo.project.relative_to(here) if demo.project.is_relative_to(here) else demo.project
    print(f"\nThat took {seconds / 60:.0f} min {seconds % 60:.0f} s. Next:")
    for command, why in (
        (f"blockwright start {project}", "the app, with all of this, and the prediction service"),
        (f"blockwright models log {MODEL} -p {project}", "who promoted what, and why"),
        (f"blockwright monitors history {MODEL} -p {project}", "what its monitor found"),
        (f"python {Path(__file__).with_name('report.py').relative_to(here)}", "the last training, block by block")
        if EXAMPLES.is_relative_to(here)
        else (f"blockwright show training -p {project}", "the last training, block by block"),
    ):
        print(f"  .venv/bin/{command:<64} {why}")


def names(months: tuple[int, ...]) -> str:
    first, last = (date(YEAR, month, 1).strftime("%B") for month in (months[0], months[-1]))
    return first if first == last else f"{first} to {last}"


def shortened(told: str, most: int = 110) -> str:
    return told if len(told) <= most else f"{told[: most - 1]}…"


def say(what: str) -> None:
    print(f"\n▸ {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
