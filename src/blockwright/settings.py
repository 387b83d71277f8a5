"""Every setting, read from the environment in this one place; the rest of the house is handed one frozen object."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class SettingError(ValueError):
    """An environment variable has a value that it cannot have; the message names it and what it may be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says. Every field names its variable in ``docs/reference/settings.md``."""

    data_dir: Path | None = None
    """``BLOCKWRIGHT_DATA_DIR``: where records, outputs and logs live; default ``.blockwright`` in the project."""
    database_url: str | None = None
    """``BLOCKWRIGHT_DATABASE_URL``: a SQLAlchemy URL; default a SQLite file in the data folder."""
    env: str = "dev"
    """``ENV``: what block code gets as ``kwargs['env']``."""
    slots: int = 0
    """``BLOCKWRIGHT_SLOTS``: attempts that may run at once; default the number of cores."""
    durable: bool = False
    """``BLOCKWRIGHT_DURABLE``: fsync every output and record, so that a power cut loses nothing either."""
    default_executor: str | None = None
    """``DEFAULT_EXECUTOR_TYPE``: the executor of blocks and pipelines that name none."""
    one_process: bool = False
    """``RUN_PIPELINE_IN_ONE_PROCESS``: the default of that pipeline setting."""
    block_run_limit: int | None = None
    """``CONCURRENCY_CONFIG_BLOCK_RUN_LIMIT``: the default of ``concurrency_config.block_run_limit``."""
    secret_key: str | None = None
    """``BLOCKWRIGHT_SECRET_KEY``: encrypts secrets; default a random key in the data folder, made on first use."""
    kill_at: str | None = None
    """``BLOCKWRIGHT_KILL_AT``: ``point:n`` ends the process by SIGKILL at the n-th pass of a numbered point of the
    commit path. For fault tests only."""
    colour: bool = True
    """``NO_COLOR``: set to anything, no colours even on a terminal."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """The whole environment, for block processes and ``env_var(…)`` in templates."""


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings; raises SettingError naming the variable that is wrong."""
    data_dir = environ.get("BLOCKWRIGHT_DATA_DIR")
    return Settings(
        data_dir=Path(data_dir).expanduser() if data_dir else None,
        database_url=environ.get("BLOCKWRIGHT_DATABASE_URL") or None,
        env=environ.get("ENV") or "dev",
        slots=_whole(environ, "BLOCKWRIGHT_SLOTS") or len(os.sched_getaffinity(0)),
        durable=_switch(environ, "BLOCKWRIGHT_DURABLE"),
        default_executor=environ.get("DEFAULT_EXECUTOR_TYPE") or None,
        one_process=_switch(environ, "RUN_PIPELINE_IN_ONE_PROCESS"),
        block_run_limit=_whole(environ, "CONCURRENCY_CONFIG_BLOCK_RUN_LIMIT"),
        secret_key=environ.get("BLOCKWRIGHT_SECRET_KEY") or None,
        kill_at=_kill_point(environ.get("BLOCKWRIGHT_KILL_AT") or None),
        colour=not environ.get("NO_COLOR"),
        environ=environ,
    )


def _kill_point(text: str | None) -> str | None:
    """``point`` or ``point:n``; which points there are is known where they are armed."""
    if text is not None and not re.fullmatch(r"[a-z]+\.[a-z_]+(:[1-9][0-9]*)?", text):
        raise SettingError(f"BLOCKWRIGHT_KILL_AT is {text!r}; it must be a kill point such as `blob.after_rename:1`.")
    return text


def _whole(environ: Mapping[str, str], name: str) -> int | None:
    text = environ.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise SettingError(f"{name} is {text!r}; it must be a whole number of at least 1.")
    return int(text)


def _switch(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name, "").strip().lower()
    if text in ("", "0", "false", "no", "off"):
        return False
    if text in ("1", "true", "yes", "on"):
        return True
    raise SettingError(f"{name} is {text!r}; it must be 1 or 0.")
