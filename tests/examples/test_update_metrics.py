from pathlib import Path

import pytest
from mlops_demo.utils.files import as_json, write_atomically
from mlops_demo.utils.model_cards import FIGURES
from update_metrics import BEGIN, END, main, with_section

METRICS = {"mae": 12.345, "rmse": 30.0, "r2": 0.1, "within_15": 0.5, "bias": -2.0, "rows": 100}
RECORDED = {
    "name": "ridge",
    "trained_from": "2013-01-01",
    "trained_until": "2013-09-30",
    "training_rows": 2000,
    "test": METRICS,
    "baselines": {"median": METRICS | {"mae": 20.0}},
    "by_month": {"2013-11": METRICS},
    "leaderboard": [{"name": "ridge", "validation": METRICS}],
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_atomically(tmp_path / FIGURES, as_json(RECORDED))
    (tmp_path / "README.md").write_text(f"above\n{BEGIN}\nold\n{END}\nbelow\n")
    return tmp_path


def test_the_recorded_figures_replace_what_stands_between_the_markers(project: Path) -> None:
    assert main([], project) == 0
    text = (project / "README.md").read_text()
    assert text.startswith("above\n")
    assert text.endswith("\nbelow\n")
    assert "| **ridge** (model) | 12.35 | 30.00 | 0.100 | 50.0% | -2.00 |" in text
    assert "| median | 20.00 |" in text
    assert "old" not in text


def test_writing_twice_changes_nothing_more(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([], project)
    once = (project / "README.md").read_text()
    assert main([], project) == main(["--check"], project) == 0
    assert (project / "README.md").read_text() == once
    assert "up to date" in capsys.readouterr().out


def test_a_check_changes_nothing_and_fails_when_the_figures_differ(project: Path) -> None:
    before = (project / "README.md").read_text()
    assert main(["--check"], project) == 1
    assert (project / "README.md").read_text() == before


def test_without_a_model_it_says_what_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_text(f"{BEGIN}\n{END}\n")
    assert main([], tmp_path) == 1
    assert "blockwright run training" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", BEGIN, f"{END}{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}", f"{BEGIN}{BEGIN}{END}"])
def test_markers_must_be_there_once(text: str) -> None:
    with pytest.raises(ValueError, match="once each, in this order"):
        with_section(text, "new")
