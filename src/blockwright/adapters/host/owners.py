"""Owners of runs on this host. An owner holds a lock on a file for as long as its process lives; the kernel gives the
lock back however the process ends, so that a dead owner is known at once and a reused process id deceives nobody."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from blockwright.adapters.host.processes import end_processes, signal_holder
from blockwright.core.errors import Conflict, Unavailable

TOKEN_VARIABLE = "BLOCKWRIGHT_ATTEMPT_TOKEN"
"""In the environment of an owner's fork server and of everything below it: says whose it is."""


@dataclass(frozen=True, slots=True)
class OwnerName:
    """The parts of ``host:pid:token.place``. The token is random: it tells apart what host and process id may not.
    ``place`` is the folder of the owner's lock: two data folders of one host may have one database, and nobody can
    judge by the locks of the one who owns what in the other."""

    host: str
    pid: int
    token: str
    place: str

    @staticmethod
    def parse(owner: str) -> OwnerName | None:
        """None for what no host of ours is named, above all what is no plain file name."""
        host, _, rest = owner.partition(":")
        pid, _, last = rest.partition(":")
        token, _, place = last.partition(".")
        if not host or not pid.isdecimal() or not token.isalnum() or "/" in owner or "\0" in owner:
            return None
        return OwnerName(host, int(pid), token, place)

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}:{self.token}.{self.place}"


class FileOwners:
    """``Owners`` by one lock file for each owner in ``folder`` (``locks`` in the data folder)."""

    def __init__(self, folder: Path, *, token: str | None = None) -> None:
        """``token``: the one that this process has already given to what it started."""
        self._folder = folder
        self.token = token or os.urandom(16).hex()
        self._host = socket.gethostname().replace(":", "_").replace("/", "_")
        self._held: tuple[str, int] | None = None  # name and open lock file

    def hold(self) -> str:
        """As the port has it. The lock file is closed on exec, and a forked child lets go of it: what this process
        starts (its fork server above all) may outlive it without keeping it alive."""
        if self._held is None:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                name = str(OwnerName(self._host, os.getpid(), self.token, self._place()))
                descriptor = os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            except OSError as error:
                raise Unavailable(
                    f"The data folder `{self._folder.parent}` cannot be used: {error.strerror} (`{error.filename}`).",
                    hint="Make it writable for this user, or choose another folder with BLOCKWRIGHT_DATA_DIR.",
                    code="data_folder",
                ) from error
            os.register_at_fork(after_in_child=self._let_go)
            self._held = (name, descriptor)
        return self._held[0]

    def release(self) -> None:
        """As the port has it; after this the owner counts as dead."""
        if self._held is not None:
            name, _ = self._held
            (self._folder / name).unlink(missing_ok=True)
            self._let_go()

    def dead(self, owners: Sequence[str]) -> Sequence[str]:
        return [owner for owner in owners if self._is_dead(owner)]

    def end_attempts(self, owner: str) -> int:
        """Raises Conflict (code ``alive``) when the owner still holds its lock, Unavailable (code
        ``attempts_alive``) when a process does not go away. An owner of another host left nothing here: 0."""
        name = self._neighbour(owner)
        if name is None:
            return 0
        if not self._is_dead(owner):
            raise Conflict(
                f"The processes of {owner} cannot be ended: it is alive.", hint="Stop it first.", code="alive"
            )
        ended = end_processes(f"{TOKEN_VARIABLE}={name.token}".encode())
        (self._folder / owner).unlink(missing_ok=True)
        return ended

    def wake(self, owner: str) -> None:
        """SIGUSR1 to the owner, if it lives on this host and is ready to be told so."""
        name = self._neighbour(owner)
        if name is not None:
            signal_holder(name.pid, self._folder / owner, signal.SIGUSR1)

    def _is_dead(self, owner: str) -> bool:
        """Whether the owner's lock is in this folder of this host and nobody holds it; a file that is gone was tidied
        away."""
        if self._neighbour(owner) is None:
            return False
        with _opened(self._folder / owner) as descriptor:
            if descriptor is None:
                return True
            try:
                # Shared, so that two who ask at the same time do not take each other for the owner.
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    def _neighbour(self, owner: str) -> OwnerName | None:
        """The owner's name if it lived on this host and kept its lock in this folder."""
        name = OwnerName.parse(owner)
        if name is None or name.host != self._host or not name.place or name.place != self._place():
            return None
        return name

    def _place(self) -> str:
        """The folder itself, not its path: it may be moved, and a copy of it is another. Empty while there is none."""
        try:
            found = os.stat(self._folder)
        except FileNotFoundError:
            return ""
        return f"{found.st_dev:x}-{found.st_ino:x}"

    def _let_go(self) -> None:
        """Close the lock file. In a forked child it is a copy, and the parent's lock stays as it is."""
        if self._held is not None:
            with suppress(OSError):
                os.close(self._held[1])
            self._held = None


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)
