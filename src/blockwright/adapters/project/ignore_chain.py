"""The ``.gitignore`` files that hold in a folder, from the repository's root down, parsed only when somebody asks."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from blake3 import blake3

from blockwright.adapters.project.confinement import MEBIBYTE, Border
from blockwright.adapters.project.git import git_folder
from blockwright.adapters.project.ignore_rules import Rules, is_excluded, parse
from blockwright.core.errors import BlockwrightError

GITIGNORE = ".gitignore"


@dataclass(frozen=True)
class Chain:
    """``key`` is a digest of all texts and places: where it is the same, every verdict is the same."""

    parent: Chain | None = None
    folder: str = ""
    above: str = ""
    text: str = ""
    key: str = ""

    def below(self, folder: str, border: Border) -> Chain:
        """The chain with the ``.gitignore`` of ``folder`` (relative with a trailing ``/``) added."""
        try:
            text = border.read(f"{folder}{GITIGNORE}", MEBIBYTE).decode("utf-8", "replace")
        except BlockwrightError:
            return self  # Git goes on without a file that it cannot read, too
        return self.extended(folder, "", text)

    def extended(self, folder: str, above: str, text: str) -> Chain:
        key = blake3("\0".join((self.key, folder, above, text)).encode()).hexdigest()
        return Chain(self, folder, above, text, key)

    def excludes(self, path: str, is_folder: bool) -> bool:
        """Whether Git ignores exactly this path (its folder not being ignored)."""
        return is_excluded(self._rules, path, is_folder)

    @cached_property
    def _rules(self) -> tuple[Rules, ...]:
        inherited = () if self.parent is None else self.parent._rules
        return (*inherited, Rules(parse(self.text), self.folder, self.above)) if self.text else inherited


def chain_above(project: str) -> Chain:
    """What holds in the project's folder from outside it: ``.git/info/exclude`` and the ``.gitignore`` files of the
    folders between the repository's root and the project. A user's global rules are not read: they are no part of
    what a colleague's clone has."""
    repository = git_folder(Path(project))
    if repository is None:
        return Chain()
    tops = [folder for folder in (Path(project), *Path(project).parents) if (folder / ".git").exists()]
    inside = os.path.relpath(project, tops[0])
    parts = [] if inside == "." else inside.split(os.sep)
    places = [(repository / "info" / "exclude", parts)]
    places += [(tops[0].joinpath(*parts[:depth], GITIGNORE), parts[depth:]) for depth in range(len(parts))]
    chain = Chain()
    for path, below in places:
        text = _text(path)
        if text:
            chain = chain.extended("", "".join(f"{part}/" for part in below), text)
    return chain


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MEBIBYTE).decode("utf-8", "replace")
    except OSError:
        return ""
