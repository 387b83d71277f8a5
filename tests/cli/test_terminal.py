"""What a person at a terminal sees: progress in place, a clean screen afterwards, a debugger that answers."""

from __future__ import annotations

import pytest

from tests.cli.terminals import Terminal
from tests.faults.gates import arriving, gated
from tests.project import Project

pytestmark = pytest.mark.slow

GOOD = "@data_loader\ndef load(*args):\n    return 1\n"


@pytest.mark.quick
def test_progress_shows_what_runs_and_leaves_a_clean_screen(project: Project) -> None:
    code = arriving("open(kwargs['hold']).read(1)")
    variables = {"gate": str(project.root.parent / "gate"), "hold": str(project.root.parent / "hold")}
    project.pipeline("p", {"kind": "loader", "id": "slow", "code": code}, variables=variables)
    with gated(project) as gate, gate.beside("hold") as hold:
        terminal = Terminal(project, "run", "p")
        gate.hear()
        terminal.wait_for("▸\x1b[0m slow")
        hold.tell("x")
        code_of_exit = terminal.finish()
    assert code_of_exit == 0
    assert "\x1b[32m" in terminal.shown  # colours
    first, block, done, following = terminal.screen()
    assert first == "run 1  p"
    assert block.startswith("  ✓ slow  ")
    assert block.endswith("int")
    assert done.startswith("✓ completed in ")
    assert following.startswith("  next: blockwright show 1")


def test_a_long_name_does_not_break_the_redrawing(project: Project) -> None:
    name = "a_block_with_a_name_that_is_longer_than_the_terminal_is_wide"
    variables = {"gate": str(project.root.parent / "gate"), "hold": str(project.root.parent / "hold")}
    code = arriving("open(kwargs['hold']).read(1)")
    project.pipeline("p", {"kind": "loader", "id": name, "code": code}, variables=variables)
    with gated(project) as gate, gate.beside("hold") as hold:
        terminal = Terminal(project, "run", "p", columns=40)
        gate.hear()
        terminal.wait_for("▸")
        hold.tell("x")
        terminal.finish()
    assert len(terminal.screen()) == 4


def test_piped_text_has_no_control_codes(project: Project) -> None:
    project.pipeline("p", {"kind": "loader", "id": "load", "code": GOOD})
    for command in ("run p", "runs", "show 1", "check", "why 1", "plan p", "blocks p", "doctor"):
        result = project.run(*command.split(), environ={"NO_COLOR": ""})
        assert (command, result.code, "\x1b" in result.out + result.err) == (command, 0, False)


def test_replay_debug_stops_in_the_block_and_goes_on(project: Project) -> None:
    project.pipeline("p", {"kind": "loader", "id": "load", "code": GOOD})
    project.run("run", "p")
    terminal = Terminal(project, "replay", "1", "--block", "load", "--debug")
    terminal.wait_for("(Pdb) ")
    terminal.type("c\n")
    assert terminal.finish() == 0
    assert terminal.screen()[-2].startswith("✓ completed in ")
    assert project.report("show", "latest")["replay_of"] == 1


def test_replay_debug_of_a_failing_block_shows_its_frame(project: Project) -> None:
    project.pipeline(
        "p",
        {
            "kind": "loader",
            "id": "load",
            "code": "@data_loader\ndef load(*args):\n    price = 7\n    return price / 0\n",
        },
    )
    project.run("run", "p")
    terminal = Terminal(project, "replay", "1", "--block", "load", "--debug")
    terminal.wait_for("(Pdb) ")
    terminal.type("c\n")
    terminal.wait_for("ZeroDivisionError")
    terminal.type("p price * 6\n")
    terminal.wait_for("42")
    terminal.type("q\n")
    assert terminal.finish() == 1
