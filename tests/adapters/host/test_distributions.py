from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from blockwright.adapters.host.distributions import versions


def install(site: Path, name: str, version: str, files: list[str]) -> Path:
    """A distribution as an installer leaves it: modules, and a folder of metadata with their record."""
    for file in files:
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).touch()
    about = site / f"{name.replace('-', '_')}-{version}.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nName: not this\n")
    record = [*files, f"{about.name}/METADATA", "../../bin/tool"]
    (about / "RECORD").write_text("".join(f"{file},sha256=x,1\n" for file in record))
    return about


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    install(folder, "frames", "2.1", ["frames/__init__.py", "frames/core.py"])
    install(folder, "Py-Pretty", "0.9", ["pretty/__init__.py", "_pretty.py"])
    install(folder, "cloud-a", "1.0", ["cloud/a/__init__.py"])
    install(folder, "cloud-b", "3.0", ["cloud/b/__init__.py"])
    return folder


def found(site: Path, *modules: str, cache: Path | None = None) -> dict[str, tuple[str, str]]:
    return dict(versions(modules, cache=cache, path=[str(site)]))


def test_modules_are_found_by_the_name_of_their_distribution_and_by_its_record(site: Path) -> None:
    assert found(site, "frames", "pretty", "_pretty", "tool", "bin") == {
        "frames": ("frames", "2.1"),
        "pretty": ("Py-Pretty", "0.9"),
        "_pretty": ("Py-Pretty", "0.9"),
    }


def test_a_shared_namespace_names_everyone(site: Path) -> None:
    assert found(site, "cloud") == {"cloud": ("cloud-a, cloud-b", "1.0, 3.0")}


def test_a_distribution_that_only_shares_the_name_is_not_taken(site: Path) -> None:
    install(site, "pretty", "7.7", ["something_else.py"])
    assert found(site, "pretty") == {"pretty": ("Py-Pretty", "0.9")}


def test_a_source_that_is_linked_gives_a_module_of_its_name(site: Path) -> None:
    install(site, "my-tools", "0.1", ["__editable___my_tools.pth"])
    assert found(site, "my_tools") == {"my_tools": ("my-tools", "0.1")}


def test_the_first_on_the_path_counts(site: Path, tmp_path: Path) -> None:
    install(tmp_path / "before", "Py_Pretty", "1.5", ["pretty/__init__.py"])
    path = [str(tmp_path / "missing"), str(tmp_path / "before"), str(site)]
    assert versions(["pretty"], path=path) == {"pretty": ("Py_Pretty", "1.5")}


def test_what_is_broken_or_unknown_is_left_out(site: Path) -> None:
    (site / "broken-1.0.dist-info").mkdir()
    (site / "broken").mkdir()
    (site / "broken" / "__init__.py").touch()
    assert found(site, "broken", "nowhere", "not a name", "") == {}


def test_the_map_is_kept_until_something_is_installed(site: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache" / "distributions.json"
    found(site, "pretty", cache=cache)
    kept = json.loads(cache.read_bytes())
    kept["modules"]["pretty"] = [["kept", "0"]]
    cache.write_text(json.dumps(kept))
    assert found(site, "pretty", cache=cache) == {"pretty": ("kept", "0")}
    install(site, "late", "1.0", ["late.py"])
    os.utime(site, ns=(0, 1))  # whatever the file system's clock is worth
    assert found(site, "pretty", cache=cache) == {"pretty": ("Py-Pretty", "0.9")}
    assert [file.name for file in cache.parent.iterdir()] == [cache.name]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"mark": 1}', b"\xff\xfe", b'{"modules": {}, "mark": null}'])
def test_a_damaged_cache_is_made_anew(site: Path, tmp_path: Path, content: bytes) -> None:
    cache = tmp_path / "distributions.json"
    cache.write_bytes(content)
    assert found(site, "pretty", cache=cache) == {"pretty": ("Py-Pretty", "0.9")}
    assert json.loads(cache.read_bytes())["modules"]["pretty"] == [["Py-Pretty", "0.9"]]


def test_a_cache_that_cannot_be_written_only_costs_time(site: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert found(site, "pretty", cache=tmp_path / "file" / "distributions.json")
    (tmp_path / "folder").mkdir()
    assert found(site, "pretty", cache=tmp_path / "folder")
    assert not list(tmp_path.glob("folder?*"))


def test_this_environment_is_told_without_importing_anything(tmp_path: Path) -> None:
    code = (
        "import sys; from blockwright.adapters.host.distributions import versions;"
        "found = versions(['pandas', 'yaml', 'json'], cache=None);"
        "assert found['yaml'][0] == 'PyYAML' and found['pandas'][0] == 'pandas' and 'json' not in found, found;"
        "assert not {'pandas', 'yaml'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, timeout=60)
