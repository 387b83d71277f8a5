from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from blockwright.io.config import ConfigFileLoader, ConfigKey, EnvironmentVariableLoader, IOConfig
from blockwright.io.errors import ConfigError
from blockwright.sdk import context

AWKWARD = "a\"b\\c: d #e'f"


class Engine:
    """Answers for secrets and remembers which were asked for."""

    def __init__(self, **secrets: str) -> None:
        self.secrets = secrets
        self.asked: list[str] = []

    def ask(self, what: str, **details: Any) -> Any:
        self.asked.append(details["name"])
        return self.secrets.get(details["name"])

    def emit(self, frame: Mapping[str, Any]) -> None: ...


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAGE_REPO_PATH", str(tmp_path))
    return tmp_path


def write(project: Path, text: str) -> None:
    (project / "io_config.yaml").write_text(text, encoding="utf-8")


def inside_a_block(monkeypatch: pytest.MonkeyPatch, root: Path, engine: Engine) -> None:
    block = context.BlockContext("p", str(root), str(root), "pipeline", "block", 1, {}, engine)
    monkeypatch.setattr(context, "_current", block)


def test_a_profile_is_read_by_key_or_text_and_unset_keys_are_none(project: Path) -> None:
    write(project, "version: 0.1.1\ndefault: {POSTGRES_HOST: db}\ndev: {POSTGRES_PORT: 1}\n")
    loader = ConfigFileLoader()
    assert loader[ConfigKey.POSTGRES_HOST] == loader["POSTGRES_HOST"] == loader.get("POSTGRES_HOST") == "db"
    assert loader["POSTGRES_PORT"] is None
    assert ConfigKey.POSTGRES_HOST in loader
    assert "POSTGRES_PORT" not in loader
    assert (loader.version, loader.profile) == ("0.1.1", "default")
    assert ConfigFileLoader(profile="dev")["POSTGRES_PORT"] == 1


@pytest.mark.parametrize("quotes", ['"', "'"])
def test_a_value_from_the_environment_survives_inside_quotes(
    project: Path, monkeypatch: pytest.MonkeyPatch, quotes: str
) -> None:
    monkeypatch.setenv("AWKWARD", AWKWARD)
    inner = "'" if quotes == '"' else '"'
    write(project, f"default:\n  P: {quotes}x-{{{{ env_var({inner}AWKWARD{inner}) }}}}{quotes}\n")
    assert ConfigFileLoader()["P"] == f"x-{AWKWARD}"


def test_a_bare_value_from_the_environment_is_read_as_yaml(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "5432")
    monkeypatch.setenv("KEY", '{"type": "service_account", "id": 7}')
    write(project, "default:\n  A: {{ env_var('PORT') }}\n  B: \"{{ env_var('PORT') }}\"\n  C: {{ env_var('KEY') }}\n")
    assert ConfigFileLoader().config == {"A": 5432, "B": "5432", "C": {"type": "service_account", "id": 7}}


def test_templates_may_compute(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "5432")
    monkeypatch.delenv("GONE", raising=False)
    write(
        project,
        "default:\n  A: \"{{ env_var('PORT') | int + 1 }}\"\n  B: \"{{ env_var('GONE', 'x') }}\"\n"
        "  C: \"{{ env_var('GONE') }}\"\n  D: \"{% if env_var('PORT') == '5432' %}yes{% endif %}\"\n",
    )
    assert ConfigFileLoader().config == {"A": "5433", "B": "x", "C": "None", "D": "yes"}


def test_only_the_secrets_of_the_profile_in_use_are_asked_for(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(mine=AWKWARD, other="o", json='{"password": "p\\"w"}', digits="0123")
    inside_a_block(monkeypatch, project, engine)
    write(
        project,
        "default:\n  A: \"{{ mage_secret_var('mine') }}\"\n"
        "  B: \"{{ json_value(mage_secret_var('json'), 'password') }}\"\n  C: {{ mage_secret_var('digits') }}\n"
        "dev:\n  A: \"{{ mage_secret_var('other') }}\"\n",
    )
    assert ConfigFileLoader().config == {"A": AWKWARD, "B": 'p"w', "C": "0123"}
    assert engine.asked == ["mine", "json", "digits"]


def test_an_unknown_profile_names_those_there_are(project: Path) -> None:
    write(project, "version: 1\ndefault: {}\ndev: {}\n")
    with pytest.raises(ConfigError, match=r"no profile `prod`; it has `default`, `dev`"):
        ConfigFileLoader(profile="prod")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("default:\n  A: [1\n", "line 3"),
        ("- a\n", "not a map of profiles"),
        ("default: {{ env_var( }}\n", "line 1"),
        ("default: 5\n", "not a map of keys"),
        ("default:\n  A: \"{{ json_value(5, 'k') }}\"\n", "no key 'k'"),
        ("default: {{ ''.__class__.__mro__ }}\n", "unsafe"),
    ],
)
def test_a_broken_file_is_named_with_its_line(project: Path, text: str, message: str) -> None:
    write(project, text)
    with pytest.raises(ConfigError, match=message) as raised:
        ConfigFileLoader()
    assert "io_config.yaml" in str(raised.value) or "profile" in str(raised.value).lower()


def test_yaml_builds_plain_values_only(project: Path) -> None:
    write(project, "default:\n  A: !!python/object/apply:os.getcwd []\n")
    with pytest.raises(ConfigError, match="could not determine a constructor"):
        ConfigFileLoader()


def test_a_missing_file_says_where_it_was_looked_for(project: Path) -> None:
    with pytest.raises(ConfigError, match=rf"no io_config.yaml in {project}"):
        ConfigFileLoader()


def test_the_nested_layout_reads_as_the_flat_one() -> None:
    nested = {
        "AWS": {"region": "eu", "Redshift": {"database": "r"}},
        "PostgreSQL": {"database": "d", "port": 1},
        "OWN": 2,
    }
    assert ConfigFileLoader(config=nested).config == {
        "AWS_REGION": "eu",
        "REDSHIFT_DBNAME": "r",
        "POSTGRES_DBNAME": "d",
        "POSTGRES_PORT": 1,
        "OWN": 2,
    }


def test_the_environment_is_a_loader_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_HOST", "db")
    monkeypatch.delenv("POSTGRES_PORT", raising=False)
    loader = EnvironmentVariableLoader()
    assert loader[ConfigKey.POSTGRES_HOST] == "db"
    assert loader[ConfigKey.POSTGRES_PORT] is None
    assert "POSTGRES_PORT" not in loader


def test_the_older_way_to_a_profile(project: Path) -> None:
    write(project, "dev: {A: 1}\n")
    assert IOConfig().use("dev") == {"A": 1}
