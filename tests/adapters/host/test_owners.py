from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from blockwright.adapters.host.owners import TOKEN_VARIABLE, FileOwners, OwnerName
from blockwright.adapters.host.processes import end_processes
from blockwright.core.errors import Conflict

HOLD = """
import sys
from pathlib import Path
from blockwright.adapters.host.owners import FileOwners
owners = FileOwners(Path(sys.argv[1]))
print(owners.hold(), flush=True)
"""
WAIT = "sys.stdin.read()\n"
COUNT_WAKES = """
import signal
signal.signal(signal.SIGUSR1, lambda *_: print("woken", flush=True))
print("ready", flush=True)
"""


class Owner:
    """Another process that holds a lock and then does ``then`` until its stdin is closed."""

    def __init__(self, folder: Path, then: str = "", environ: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD + then + WAIT, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environ or {})},
        )
        self.name = self.line()

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(60)

    def finish(self) -> int:
        """Let it come to its end; returns the exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(60)

    def close(self) -> None:
        self.kill()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()


def token_of(owner: Owner) -> str:
    name = OwnerName.parse(owner.name)
    assert name is not None
    return name.token


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    owner = Owner(tmp_path)
    yield owner
    owner.close()


def test_a_name_says_host_process_and_a_token_of_its_own(tmp_path: Path) -> None:
    owners, others = FileOwners(tmp_path / "locks"), FileOwners(tmp_path / "locks")
    name = owners.hold()
    assert owners.hold() == name
    parsed = OwnerName.parse(name)
    assert parsed is not None
    assert (parsed.host, parsed.pid, parsed.token) == (socket.gethostname(), os.getpid(), owners.token)
    assert str(parsed) == name
    assert others.hold() != name
    assert others.dead([name]) == []


def test_an_owner_is_dead_as_soon_as_it_is_killed(owner: Owner, tmp_path: Path) -> None:
    owners = FileOwners(tmp_path)
    assert owners.dead([owner.name, owners.hold()]) == []
    owner.kill()
    assert owners.dead([owner.name, owners.hold()]) == [owner.name]


def named(folder: Path, pid: int = 1) -> str:
    """An owner of this host with its lock in ``folder``, as far as its name goes."""
    own = OwnerName.parse(FileOwners(folder).hold())
    assert own is not None
    return str(replace(own, pid=pid, token="ab" * 16))


def test_a_file_that_is_gone_belonged_to_the_dead(tmp_path: Path) -> None:
    owner = named(tmp_path)
    assert FileOwners(tmp_path).dead([owner]) == [owner]
    assert FileOwners(tmp_path).end_attempts(owner) == 0


@pytest.mark.parametrize("owner", ["elsewhere:1:ab", "", "me", "a:b:c", "../x:1:ab", "{host}:1:../ab", "{host}:1:a/b"])
def test_others_than_owners_of_this_host_are_not_judged(owner: str, tmp_path: Path) -> None:
    owners = FileOwners(tmp_path / "locks")
    (tmp_path / "ab").touch()
    owner = owner.format(host=socket.gethostname())
    assert owners.dead([owner]) == []
    assert owners.end_attempts(owner) == 0
    owners.wake(owner)
    assert (tmp_path / "ab").exists()


def test_who_has_its_lock_in_another_folder_of_this_host_is_not_judged(owner: Owner, tmp_path: Path) -> None:
    """Two data folders may have one database; a lock that is not here is not a free one."""
    others = FileOwners(tmp_path.parent / "other" / "locks")
    assert others.dead([owner.name]) == []
    others.hold()
    assert others.dead([owner.name]) == []
    assert others.end_attempts(owner.name) == 0
    owner.kill()
    assert others.dead([owner.name]) == []
    assert FileOwners(tmp_path).dead([owner.name]) == [owner.name]
    tmp_path.rename(tmp_path.parent / "moved")
    assert FileOwners(tmp_path.parent / "moved").dead([owner.name]) == [owner.name]
    (tmp_path.parent / "moved").rename(tmp_path)


def test_who_asks_is_not_taken_for_the_owner(owner: Owner, tmp_path: Path) -> None:
    owner.kill()
    descriptor = os.open(tmp_path / owner.name, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)  # as another process does that asks just now
        assert FileOwners(tmp_path).dead([owner.name]) == [owner.name]
    finally:
        os.close(descriptor)


OUTLIVED = r"""
import os, subprocess
if os.fork() == 0:
    os.setsid()
    os.write(1, owners.hold().encode() + b"\n")  # lives on, under a name of its own
    signal.pause()
child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], start_new_session=True)
os.write(1, b"%d\n" % child.pid)
"""


def test_what_an_owner_started_does_not_keep_it_alive(tmp_path: Path) -> None:
    owner = Owner(tmp_path, "import signal\n" + OUTLIVED)
    said = {owner.line(), owner.line()}
    (heir,) = (line for line in said if ":" in line)
    owner.kill()
    owners = FileOwners(tmp_path)
    try:
        assert owners.dead([owner.name, heir]) == [owner.name]
    finally:
        parsed = OwnerName.parse(heir)
        assert parsed is not None
        os.kill(parsed.pid, signal.SIGKILL)
        owner.close()


# What the dead leave behind ----------------------------------------------------------------------------------------

FAMILY = r"""
import os, signal, subprocess, sys
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        os.fork()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.write(1, b"%d\n" % os.getpid())  # one write, whole among those of the others
        signal.pause()
signal.pause()
"""


class Family:
    """A process with six descendants, three of them in sessions of their own, all with this token."""

    def __init__(self, token: str) -> None:
        self.entry = f"{TOKEN_VARIABLE}={token}".encode()
        self.process = subprocess.Popen(
            [sys.executable, "-c", FAMILY],
            env={**os.environ, TOKEN_VARIABLE: token},
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        self.pids = {self.process.pid, *(int(self.process.stdout.readline()) for _ in range(6))}

    def living(self) -> set[int]:
        return set(filter(is_running, self.pids))

    def close(self) -> None:
        end_processes(self.entry)
        self.process.communicate(timeout=60)


@pytest.fixture
def families() -> Iterator[Callable[[str], Family]]:
    made: list[Family] = []

    def make(token: str) -> Family:
        made.append(Family(token))
        return made[-1]

    yield make
    for family in made:
        family.close()


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


@pytest.mark.fault
def test_everything_that_carries_the_token_is_gone_afterwards(
    owner: Owner, families: Callable[[str], Family], tmp_path: Path
) -> None:
    token = token_of(owner)
    left, foreign = families(token), families(f"{token}0")
    owner.kill()
    owners = FileOwners(tmp_path)
    assert owners.end_attempts(owner.name) == 7
    assert left.living() == set()
    assert foreign.living() == foreign.pids
    assert not (tmp_path / owner.name).exists()
    assert owners.dead([owner.name]) == [owner.name]
    assert owners.end_attempts(owner.name) == 0


def test_the_living_are_left_alone(owner: Owner, families: Callable[[str], Family], tmp_path: Path) -> None:
    family = families(token_of(owner))
    with pytest.raises(Conflict, match="alive") as caught:
        FileOwners(tmp_path).end_attempts(owner.name)
    assert caught.value.code == "alive"
    assert family.living() == family.pids


def test_who_ends_the_attempts_does_not_end_itself(owner: Owner, tmp_path: Path) -> None:
    owner.kill()
    program = """
import sys
from pathlib import Path
from blockwright.adapters.host.owners import FileOwners
print(FileOwners(Path(sys.argv[1])).end_attempts(sys.argv[2]))
"""
    environ = {**os.environ, TOKEN_VARIABLE: token_of(owner)}
    command = [sys.executable, "-c", program, str(tmp_path), owner.name]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=True, timeout=60)
    assert ended.stdout == "0\n"


# Waking the living -------------------------------------------------------------------------------------------------


def test_an_owner_that_listens_is_woken(tmp_path: Path) -> None:
    owner = Owner(tmp_path, COUNT_WAKES)
    try:
        assert owner.line() == "ready"
        FileOwners(tmp_path).wake(owner.name)
        assert owner.line() == "woken"
    finally:
        owner.close()


def test_an_owner_that_does_not_listen_survives_being_woken(owner: Owner, tmp_path: Path) -> None:
    FileOwners(tmp_path).wake(owner.name)
    assert owner.finish() == 0  # not ended by the signal


def test_a_process_that_only_has_the_id_of_an_owner_is_not_woken(tmp_path: Path) -> None:
    listener = Owner(tmp_path, COUNT_WAKES)
    try:
        assert listener.line() == "ready"
        stranger = named(tmp_path, listener.process.pid)
        (tmp_path / stranger).touch()
        FileOwners(tmp_path).wake(stranger)
        FileOwners(tmp_path).wake(named(tmp_path, 2**22 + 1))
        assert listener.finish() == 0
        assert listener.line() == ""
    finally:
        listener.close()
