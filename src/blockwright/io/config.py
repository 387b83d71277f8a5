"""Where connectors take their settings from: a profile of ``io_config.yaml``, the environment, or a map handed in.

Every loader answers ``loader[key]``, ``loader.get(key)`` and ``key in loader``; a key that is not set reads as None.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blockwright.io import surroundings
from blockwright.io.config_keys import ConfigKey

__all__ = ["BaseConfigLoader", "ConfigFileLoader", "ConfigKey", "EnvironmentVariableLoader", "IOConfig"]


class BaseConfigLoader:
    """The interface that connectors read. ``profile`` is a name for error messages."""

    profile = "default"

    def __contains__(self, key: object) -> bool:
        return self.get(str(key)) is not None

    def __getitem__(self, key: str) -> Any:
        return self.get(key)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of ``key``, or ``default`` when it is not set."""
        raise NotImplementedError(f"{type(self).__name__} must say where its keys come from.")


class ConfigFileLoader(BaseConfigLoader):
    """One profile of an ``io_config.yaml``: by default ``default`` of the file in the project's folder.

    A relative ``filepath`` counts from the working directory. With ``config`` nothing is read: that map is the
    profile. Raises ConfigError when file or profile are missing or malformed.
    """

    def __init__(
        self,
        filepath: str | Path | None = None,
        profile: str = "default",
        config: Mapping[str, Any] | None = None,
    ) -> None:
        from blockwright.io import config_files
        from blockwright.io.templates import Sources

        self.profile = str(profile)
        self.filepath = Path(filepath) if filepath else surroundings.project_root() / "io_config.yaml"
        self.version: str | None = None
        if config is not None:
            self.config = config_files.flatten_nested(config)
            return
        sources = Sources(environ=surroundings.environ(), secret=surroundings.secret)
        self.config, self.version = config_files.read_profile(self.filepath, self.profile, sources)

    def __contains__(self, key: object) -> bool:
        return str(key) in self.config

    def get(self, key: str, default: Any = None) -> Any:
        return self.config.get(str(key), default)


class EnvironmentVariableLoader(BaseConfigLoader):
    """Keys are environment variables of the same name."""

    profile = "environment"

    def __contains__(self, key: object) -> bool:
        return str(key) in surroundings.environ()

    def get(self, key: str, default: Any = None) -> Any:
        return surroundings.environ().get(str(key), default)


class IOConfig:
    """Mage's older way to a profile: ``IOConfig(path).use('dev')`` is its map."""

    def __init__(self, filepath: str | Path | None = None) -> None:
        self.filepath = filepath

    def use(self, profile: str) -> dict[str, Any]:
        """The settings of ``profile``."""
        return ConfigFileLoader(self.filepath, profile).config
