"""What a repository's own configuration would have Git run. Whoever may write that file is not who runs the server, so
such a repository is refused, and told which line it is; what the server's user configured for himself stays."""

from __future__ import annotations

import re

from blockwright.core.errors import Forbidden

_OWN = frozenset({"local", "worktree"})
_RUN = re.compile(
    r"filter\..*\.(clean|smudge|process)"
    r"|merge\..*\.driver"
    r"|diff\.external|diff\..*\.(command|textconv)"
    r"|credential\..*helper|credential\.helper"
    r"|core\.(sshcommand|gitproxy|askpass|alternaterefscommand|worktree)"
    r"|remote\..*\.(uploadpack|receivepack|vcs)"
    r"|gpg\.(.*\.)?program|gpg\.ssh\.defaultkeycommand"
    r"|include\.path|includeif\..*\.path"
    r"|url\.ext::.*|trailer\..*\.(command|cmd)"
    r"|extensions\.partialclone|remote\..*\.promisor",
    re.IGNORECASE | re.DOTALL,
)
"""Beside programs: another work tree, other files of configuration (of which the same would have to be asked), and
objects that are fetched whenever somebody looks at them."""


def require_none(listing: str) -> None:
    """Judge `git config --list --show-scope --name-only -z`; raises Forbidden (code ``git_program``)."""
    fields = listing.split("\0")
    for scope, name in zip(fields[::2], fields[1::2], strict=False):
        if scope in _OWN and _RUN.fullmatch(name):
            raise Forbidden(
                f"The repository's own configuration sets `{name}`, which the server does not follow.",
                hint=f"Take it out (`git config --unset {name}`), and set it for the server's user with `--global`.",
                code="git_program",
            )
