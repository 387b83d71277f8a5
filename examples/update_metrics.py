"""Write the figures of the latest trained model into the demo's README and the repository's, between their markers.

python examples/update_metrics.py            # writes
python examples/update_metrics.py --check    # exit code 1 if the README says something else
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
PROJECT = EXAMPLES / "mlops_demo"
FRONT = EXAMPLES.parent / "README.md"
BEGIN = "<!-- metrics: begin (written by examples/update_metrics.py) -->"
END = "<!-- metrics: end -->"


def main(arguments: Sequence[str] | None = None, project: Path = PROJECT, front: Path | None = None) -> int:
    """The exit code. ``front``: a README beside the project's own that shows the model and its baselines."""
    parser = ArgumentParser(description="Write the latest model's figures into the READMEs.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a README is not up to date")
    checking = parser.parse_args(arguments).check
    try:
        sections = {project / "README.md": metrics_section(project)}
        if front is not None:
            sections[front] = front_section(project)
        stale = {}
        for readme, section in sections.items():
            text = with_section(readme.read_text(), section)
            if text != readme.read_text():
                stale[readme] = text
    except (FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    if not stale:
        print("README.md is up to date.")
        return 0
    if checking:
        print("README.md does not show the latest model. Run `python examples/update_metrics.py`.", file=sys.stderr)
        return 1
    for readme, text in stale.items():
        readme.write_text(text)
        print(f"Wrote the figures into {readme.name}.")
    return 0


def front_section(project: Path) -> str:
    """What the repository's own README shows: the model beside what one would say without it."""
    sys.path.append(str(EXAMPLES))
    from mlops_demo.utils.model_cards import latest_figures, test_table

    recorded = latest_figures(project)
    return (
        f"Model `{recorded['name']}` on {recorded['test']['rows']:,} flights of November and December 2013, minutes of "
        f"arrival delay:\n\n{test_table(recorded)}"
    )


def metrics_section(project: Path) -> str:
    """The text between the markers: what was trained, and the tables."""
    sys.path.append(str(EXAMPLES))  # the project's own modules carry the name of its folder
    from mlops_demo.utils.model_cards import latest_figures, metrics_table, test_table

    recorded = latest_figures(project)
    candidates = {line["name"]: line["validation"] for line in recorded["leaderboard"]}
    return (
        f"Model `{recorded['name']}`, trained on {recorded['training_rows']:,} flights from {recorded['trained_from']} "
        f"to {recorded['trained_until']}, on {recorded['test']['rows']:,} test flights:\n\n"
        f"{test_table(recorded)}\n\n"
        f"{metrics_table('model, by month', recorded['by_month'])}\n\n"
        f"The candidates on the validation month, best first:\n\n{metrics_table('candidate', candidates)}"
    )


def with_section(text: str, section: str) -> str:
    """``text`` with ``section`` between the markers; ValueError when they are not there, once each and in order."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in tail:
        raise ValueError(f"README.md must hold the lines `{BEGIN}` and `{END}` once each, in this order.")
    return f"{head}{BEGIN}\n\n{section}\n\n{END}{tail}"


if __name__ == "__main__":
    sys.exit(main(front=FRONT))
