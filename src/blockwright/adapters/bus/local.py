"""Wake-ups between the processes of one host: each listener is a Unix datagram socket in the folder of the bus.

Publishing sends a datagram to every socket whose name says that it listens to the topic, without waiting: a full queue
drops it. A socket whose process has died refuses the datagram and is removed by whoever finds it so.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from threading import Lock

from blockwright.adapters.bus.packets import packed, unpacked
from blockwright.core.errors import Unavailable
from blockwright.ports.bus import Notice, Topic

_LOOK_SECONDS = 0.5
_LETTERS = {topic: chr(ord("a") + place) for place, topic in enumerate(Topic)}


class LocalBus:
    """``EventBus`` in ``bus`` of the data folder. Sockets are reached through a descriptor of that folder, since a
    socket's path has room for 108 bytes only, and data folders lie deep."""

    def __init__(self, data: Path) -> None:
        try:
            (data / "bus").mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(data / "bus", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise _unusable(data / "bus", error) from error
        self._folder = f"/proc/self/fd/{self._descriptor}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.setblocking(False)
        self._reading = Lock()
        self._open: list[LocalListener] = []
        self._closed = False
        self._names: tuple[str, ...] = ()
        self._looked = (-1, 0.0)

    def publish(self, notice: Notice) -> None:
        if self._closed:
            return
        letter = _LETTERS[notice.topic]
        packet: bytes | None = None
        for name in self._listeners():
            if letter not in name.partition(".")[0]:
                continue
            packet = packet or packed(notice)
            path = f"{self._folder}/{name}"
            try:
                self._socket.sendto(packet, path)
            except (ConnectionRefusedError, FileNotFoundError):
                # Nobody has it open: its process has died. The name is random and never used again.
                with contextlib.suppress(OSError):
                    os.unlink(path)
            except OSError:
                continue  # its queue is full: the database is the truth

    def listen(self, topics: Collection[Topic]) -> LocalListener:
        letters = "".join(sorted(_LETTERS[topic] for topic in topics))
        listener = LocalListener(self._folder, f"{letters}.{os.urandom(8).hex()}")
        self._open = [each for each in self._open if not each.closed]
        self._open.append(listener)
        return listener

    def close(self) -> None:
        """Closes its listeners as well."""
        if self._closed:
            return
        self._closed = True
        for listener in self._open:
            listener.close()
        self._socket.close()
        os.close(self._descriptor)

    def _listeners(self) -> tuple[str, ...]:
        """The names in the folder, read anew when it has changed; a clock of coarse steps may hide a change that came
        right after another one, so they are read anew now and then in any case."""
        with self._reading, contextlib.suppress(OSError):
            changed, now = os.stat(self._descriptor).st_mtime_ns, time.monotonic()
            if changed != self._looked[0] or now - self._looked[1] > _LOOK_SECONDS:
                self._names = tuple(os.listdir(self._descriptor))
                settled = time.time_ns() - changed > 100_000_000
                self._looked = (changed if settled else -1, now)
        return self._names


class LocalListener:
    """``Listener`` on a socket of its own."""

    def __init__(self, folder: str, name: str) -> None:
        self._path = f"{folder}/{name}"
        self._closed = False
        self._closing = Lock()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.setblocking(False)
        try:
            self._socket.bind(self._path)
        except OSError as error:
            self._socket.close()
            os.close(self._wake)
            raise _unusable(Path(os.readlink(folder)), error) from error

    @property
    def closed(self) -> bool:
        return self._closed

    def wait(self, timeout: float | None) -> Sequence[Notice]:
        deadline = None if timeout is None else time.monotonic() + timeout
        poll = select.poll()  # not `select`, which knows the first 1,024 descriptors only
        for descriptor in (self._socket.fileno(), self._wake):
            if descriptor >= 0:
                poll.register(descriptor, select.POLLIN)
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if self._closed:
                return []
            readable = {descriptor for descriptor, _ in poll.poll(None if left is None else left * 1000)}
            woken = self._wake in readable
            if woken:
                with contextlib.suppress(BlockingIOError):
                    os.eventfd_read(self._wake)
            notices = self._received()
            if notices or woken or not readable:
                return notices

    def wake(self) -> None:
        with self._closing:
            if not self._closed:
                os.eventfd_write(self._wake, 1)

    def close(self) -> None:
        with self._closing:
            if self._closed:
                return
            self._closed = True
            with contextlib.suppress(OSError):
                os.unlink(self._path)
            self._socket.close()
            os.close(self._wake)

    def _received(self) -> list[Notice]:
        """What lies in the queue; at most so many that a flood cannot hold the caller."""
        notices = []
        for _ in range(1000):
            try:
                packet = self._socket.recv(65_536)
            except BlockingIOError:
                break
            notice = unpacked(packet)
            if notice is not None:
                notices.append(notice)
        return notices


def _unusable(folder: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"The folder `{folder}` for wake-ups cannot be used: {error.strerror}.",
        hint="Make it writable for this user, or choose another data folder with BLOCKWRIGHT_DATA_DIR.",
        code="bus_folder",
    )
