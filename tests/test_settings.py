"""Settings of the environment that are more than one word for one field."""

from __future__ import annotations

import pytest

from blockwright.settings import SettingError, read


def test_the_store_has_variables_of_its_own_that_blocks_never_see() -> None:
    environ = {
        "BLOCKWRIGHT_ARTIFACTS": "s3://outputs/prefix/",
        "BLOCKWRIGHT_ARTIFACTS_CACHE_MB": "5",
        "BLOCKWRIGHT_ARTIFACTS_AWS_SECRET_ACCESS_KEY": "hidden",
        "BLOCKWRIGHT_ARTIFACTS_GOOGLE_SERVICE_ACCOUNT": "/key.json",
        "AWS_SECRET_ACCESS_KEY": "shared",
    }
    settings = read(environ)
    assert (settings.artifacts, settings.artifacts_cache) == ("s3://outputs/prefix", 5_000_000)
    assert dict(settings.artifacts_config) == {
        "aws_secret_access_key": "hidden",
        "google_service_account": "/key.json",
    }
    assert set(settings.environ) == {"BLOCKWRIGHT_ARTIFACTS", "BLOCKWRIGHT_ARTIFACTS_CACHE_MB", "AWS_SECRET_ACCESS_KEY"}
    assert "hidden" not in repr(settings)


def test_nothing_said_means_the_data_folder() -> None:
    settings = read({"BLOCKWRIGHT_ARTIFACTS": ""})
    assert (settings.artifacts, settings.artifacts_config) == (None, ())
    with pytest.raises(SettingError, match="BLOCKWRIGHT_ARTIFACTS_CACHE_MB"):
        read({"BLOCKWRIGHT_ARTIFACTS_CACHE_MB": "much"})


@pytest.mark.parametrize(
    ("said", "means"), [("", "off"), ("off", "off"), ("1", "on"), ("On", "on"), ("everywhere", "everywhere")]
)
def test_a_terminal_is_off_until_it_is_switched_on(said: str, means: str) -> None:
    assert read({"BLOCKWRIGHT_TERMINAL": said}).terminal == means
    with pytest.raises(SettingError, match="off, on or everywhere"):
        read({"BLOCKWRIGHT_TERMINAL": "perhaps"})


def test_language_servers_are_named_or_off() -> None:
    assert read({}).language_servers == ("ruff", "ty")
    assert read({"BLOCKWRIGHT_LANGUAGE_SERVERS": "off"}).language_servers == ()
    assert read({"BLOCKWRIGHT_LANGUAGE_SERVERS": "ruff, basedpyright"}).language_servers == ("ruff", "basedpyright")
    with pytest.raises(SettingError, match="BLOCKWRIGHT_LANGUAGE_SERVERS names 'pylsp'"):
        read({"BLOCKWRIGHT_LANGUAGE_SERVERS": "pylsp"})
