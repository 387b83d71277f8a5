"""TCP ports of this machine: taking one, and saying who has it."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

from blockwright.core.errors import Invalid, Unavailable

_NEXT_ONES = 100


def listen(host: str, port: int, *, next_ones: bool = False) -> socket.socket:
    """A socket that listens there, or with ``next_ones`` on the first free port from there on. Raises Unavailable (code
    ``port_taken``) naming who has it, Invalid for a name that is no address of this machine."""
    for number in range(port, port + (_NEXT_ONES if next_ones and port else 1)):
        try:
            return _listen(host, number)
        except OSError as error:
            if error.errno in (errno.EADDRNOTAVAIL, socket.EAI_NONAME, socket.EAI_AGAIN):
                raise Invalid(
                    f"`{host}` is no address of this machine.", hint="Use 127.0.0.1, or 0.0.0.0 for all of them."
                ) from error
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            refused = error
    if refused.errno == errno.EACCES:
        raise Unavailable(f"Port {port} is not for this user.", hint="Take one above 1023.", code="port_taken")
    raise Unavailable(
        f"Port {port} of {host} is taken{_by(port)}.",
        hint="Stop it, or choose another one: `--port 6790`, or `--port auto` for the next free one.",
        code="port_taken",
    )


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, kind | socket.SOCK_CLOEXEC, protocol)
    try:
        # Without it a restart would wait a minute for connections of the last start to be forgotten.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(1024)
    except BaseException:
        listening.close()
        raise
    return listening


def _by(port: int) -> str:
    """``by process 12 (python …)`` as far as we may see it."""
    inodes = _inodes(port)
    for pid in (name for name in os.listdir("/proc") if name.isdecimal()) if inodes else ():
        try:
            for name in os.listdir(f"/proc/{pid}/fd"):
                if os.readlink(f"/proc/{pid}/fd/{name}").removeprefix("socket:[").rstrip("]") in inodes:
                    command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    return f" by process {pid} (`{command.strip()[:80]}`)"
        except OSError:
            continue  # gone, or somebody else's
    return ""


def _inodes(port: int) -> set[str]:
    """The sockets that listen on the port."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(fields[9])
    return found
