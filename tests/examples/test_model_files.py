import json
from pathlib import Path

import pytest
from mlops_demo.utils.files import write_atomically
from mlops_demo.utils.model_files import is_published, latest, latest_metrics, load_latest, models_folder, publish


def test_nothing_published_says_what_to_run(tmp_path: Path) -> None:
    assert not is_published(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"no model was exported yet.*blockwright run training"):
        load_latest(tmp_path)


def test_what_is_published_is_what_is_loaded(tmp_path: Path) -> None:
    folder = models_folder(tmp_path)
    pointer = publish(folder, {"weights": [1, 2]}, ["a", "b"], {"mae": 1.5}, "# card")
    loaded = load_latest(folder)
    assert (loaded["model"], loaded["features"], loaded["version"]) == (
        {"weights": [1, 2]},
        ["a", "b"],
        pointer["version"],
    )
    assert latest_metrics(folder) == {"mae": 1.5}
    assert (folder / pointer["version"] / "model_card.md").read_text() == "# card"


def test_the_same_model_has_the_same_version_and_another_has_another(tmp_path: Path) -> None:
    first, again, other = (publish(tmp_path, model, [], {}, "")["version"] for model in (1, 1, 2))
    assert first == again != other
    assert latest(tmp_path)["version"] == other
    assert (tmp_path / first / "model.pkl").is_file()


def test_other_figures_for_the_same_model_are_another_version(tmp_path: Path) -> None:
    assert publish(tmp_path, 1, [], {"mae": 1}, "")["version"] != publish(tmp_path, 1, [], {"mae": 2}, "")["version"]


def test_a_changed_file_is_refused_before_it_is_unpickled(tmp_path: Path) -> None:
    pointer = publish(tmp_path, 1, [], {}, "")
    (tmp_path / pointer["version"] / "model.pkl").write_bytes(b"not even a pickle")
    with pytest.raises(ValueError, match="not the file that was published"):
        load_latest(tmp_path)


def test_a_pointer_to_nothing_names_the_missing_file(tmp_path: Path) -> None:
    pointer = publish(tmp_path, 1, [], {}, "")
    (tmp_path / pointer["version"] / "model.pkl").unlink()
    with pytest.raises(FileNotFoundError, match=r"model\.pkl, which does not exist"):
        load_latest(tmp_path)


def test_an_interrupted_publication_leaves_the_old_model(tmp_path: Path) -> None:
    publish(tmp_path, "old", [], {}, "")
    with pytest.raises(ValueError, match="JSON compliant"):
        publish(tmp_path, "new", [], {"mae": float("nan")}, "")
    assert load_latest(tmp_path)["model"] == "old"


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("old")
    with pytest.raises(TypeError):
        write_atomically(target, 5)  # type: ignore[arg-type]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert target.read_text() == "old"


def test_files_are_readable_by_other_services(tmp_path: Path) -> None:
    assert write_atomically(tmp_path / "new" / "file", json.dumps({})).stat().st_mode & 0o777 == 0o644
