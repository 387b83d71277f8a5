"""Files that usually hold passwords: to see them takes the right to edit, and no copy of them is kept anywhere."""

from __future__ import annotations

_NAMES = (".env", "io_config.yaml", "io_config.yml", "profiles.yml", ".netrc", ".pgpass", "id_")
_STARTS_RUNS = ("triggers.yaml", "triggers.yml")
_ENDS = (".pem", ".key", ".p12", ".pfx", ".keytab", ".crt.key")


def guarded(path: str) -> bool:
    """Whether the file of this path is one of those."""
    name = path.rpartition("/")[2].lower()
    return name.startswith(_NAMES) or name.endswith(_ENDS) or "/.ssh/" in f"/{path.lower()}"


def for_editors(path: str) -> bool:
    """Whether only those who may edit are shown what the file holds: passwords, or the tokens of triggers, with which
    anybody can have code run. Of the latter copies are kept, as of all that people write."""
    return guarded(path) or path.rpartition("/")[2].lower() in _STARTS_RUNS
