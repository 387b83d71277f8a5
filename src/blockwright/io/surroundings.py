"""What connectors know of the project around them: its folder, its environment, its secrets.

Inside a block this is the current ``BlockContext``; outside of one (a unit test of a block file, a script) the
folder is what ``MAGE_REPO_PATH`` or the working directory says, and there are no secrets to ask for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from blockwright.sdk import context
from blockwright.wire.messages import Ask

_NO_CHANNEL = (
    "Secrets are only known while Blockwright runs a block. Run it with `blockwright run PIPELINE --block BLOCK`."
)


def project_root() -> Path:
    """The folder of the project whose block is running, else of the one named by ``MAGE_REPO_PATH``, else the cwd."""
    current = context.maybe()
    if current is not None:
        return Path(current.root)
    return Path(os.environ.get("MAGE_REPO_PATH") or Path.cwd())


def environ() -> Mapping[str, str]:
    """The environment that user code sees."""
    return os.environ


def secret(name: str) -> str | None:
    """The secret called ``name``, or None when there is none; raises RuntimeError outside of a block."""
    return secret_of(context.current(), name)


def secret_of(block: context.BlockContext, name: str) -> str | None:
    """The secret called ``name`` as ``block`` may see it, or None when there is none."""
    if block.channel is None:
        raise RuntimeError(_NO_CHANNEL)
    value = block.channel.ask(Ask.SECRET, name=name)
    return None if value is None else str(value)
