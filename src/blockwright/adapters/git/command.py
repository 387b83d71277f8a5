"""One call of Git: no shell, no question at a terminal, an end in time and in size, and errors that people can read."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from blockwright.core.errors import BlockwrightError, Conflict, Forbidden, NotFound, Unavailable

SECONDS = 60.0
REMOTE_SECONDS = 300.0
MOST = 4 * 1024 * 1024
"""Bytes of an answer; a longer one is cut."""
_MOST_SAID = 64 * 1024

_PASSED_ON = (
    *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CONFIG_HOME", "LD_LIBRARY_PATH"),
    *("SSH_AUTH_SOCK", "SSH_AGENT_PID", "GIT_ASKPASS", "SSH_ASKPASS", "GIT_SSH", "GIT_SSH_COMMAND"),
    *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"),
    *("GIT_SSL_CAINFO", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
)
"""Of the server's environment: where things are, and how it proves who it is. Not `GIT_DIR` and its like."""

_SET = {
    "LC_ALL": "C.UTF-8",
    "LANGUAGE": "",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",  # a `*` in a name is a `*`
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
    "GIT_EDITOR": "true",
    "GIT_SEQUENCE_EDITOR": "true",
    "GIT_PAGER": "cat",
    "GCM_INTERACTIVE": "never",
}
_OPTIONS = (
    *("--no-pager", "--no-replace-objects"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.quotePath=false"),
    *("-c", "commit.gpgSign=false"),
    *("-c", "merge.verifySignatures=false"),
    *("-c", "log.showSignature=false"),
    *("-c", "submodule.recurse=false"),
    *("-c", "fetch.recurseSubmodules=false"),
    *("-c", "push.recurseSubmodules=no"),
    *("-c", "diff.submodule=short"),
    *("-c", "diff.ignoreSubmodules=dirty"),  # nor look into one, which has a configuration of its own
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
    *("-c", "color.ui=false"),
    *("-c", "advice.detachedHead=false"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """``cut``: there was more than ``MOST`` bytes, and ``code`` says nothing."""

    code: int
    out: bytes
    said: str
    cut: bool = False

    @property
    def text(self) -> str:
        """Decoded so that every byte comes back."""
        return self.out.decode("utf-8", "surrogateescape")


class Command:
    """Calls of Git in one folder."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self._environ = {
            # One that waits for a password at a terminal waits for ever.
            "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
            **{name: environ[name] for name in _PASSED_ON if name in environ},
            **_SET,
        }

    def call(
        self,
        *arguments: str,
        stdin: bytes = b"",
        seconds: float = SECONDS,
        folder: Path | None = None,
        environ: Mapping[str, str] | None = None,
        fine: Sequence[int] = (0,),
    ) -> Answer:
        """Raises an error in our words unless the status is one of ``fine``."""
        with tempfile.TemporaryFile() as given:
            given.write(stdin)
            given.seek(0)
            try:
                process = subprocess.Popen(
                    ["git", *_OPTIONS, *(os.fsencode(argument) for argument in arguments)],
                    cwd=folder or self.folder,
                    env={**self._environ, **(environ or {})},
                    stdin=given,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
            except FileNotFoundError:
                raise Unavailable(
                    "The program `git` is not installed on the server's machine.",
                    hint="Install Git there and have it in `PATH`.",
                    code="git_missing",
                ) from None
        answer, late = _heard(process, seconds)
        if late:
            raise Unavailable(
                f"`git {arguments[0]}` was not done after {seconds:.0f} seconds and was ended.",
                hint="Try again, or do it in a terminal.",
                code="git_slow",
            )
        if not answer.cut and answer.code not in fine:
            raise failed(arguments[0], answer)
        return answer


def _heard(process: subprocess.Popen[bytes], seconds: float) -> tuple[Answer, bool]:
    """What the process says until it ends, is too late, or says too much; everything that it started ends with it."""
    late = threading.Event()

    def expire() -> None:
        late.set()
        _end(process)

    said: list[bytes] = []
    timer = threading.Timer(seconds, expire)
    assert process.stdout is not None
    assert process.stderr is not None
    listener = threading.Thread(target=_listen, args=(process.stderr, said), daemon=True)
    timer.start()
    listener.start()
    try:
        out = process.stdout.read(MOST + 1)
        if cut := len(out) > MOST:
            _end(process)
        code = process.wait()
    finally:
        timer.cancel()
        if process.poll() is None:
            _end(process)
        listener.join(5)
        process.stdout.close()
        process.stderr.close()
    return Answer(code, out[:MOST], b"".join(said).decode("utf-8", "replace"), cut), late.is_set()


def _listen(stream: IO[bytes], said: list[bytes]) -> None:
    """Keep the first of what is said and read the rest, so that nobody waits for us."""
    size = 0
    with suppress(ValueError, OSError):  # closed meanwhile
        while data := os.read(stream.fileno(), 65_536):
            if size < _MOST_SAID:
                said.append(data[: _MOST_SAID - size])
                size += len(data)


def _end(process: subprocess.Popen[bytes]) -> None:
    """The whole group: `ssh` and the like are children."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


# Errors -----------------------------------------------------------------------------------------------------------

_WITH_PASSWORD = re.compile(r"(\w+://)[^/@\s]+@")


def masked(text: str) -> str:
    """Without the name and password that an address may hold."""
    return _WITH_PASSWORD.sub(r"\1…@", text)


def failed(verb: str, answer: Answer) -> BlockwrightError:
    """The error for what Git says; LC_ALL keeps its words stable."""
    said = masked(answer.said.strip() or answer.text.strip())
    last = _sentence(said)
    for words, error in _MEANINGS:
        if any(word in said for word in words):
            return error(last)
    return Conflict(f"`git {verb}` failed: {last}", hint="Look at the repository in a terminal.", code="git_failed")


def _sentence(said: str) -> str:
    """The lines in which Git says what is wrong, without its hints."""
    lines = [line.strip() for line in said.splitlines()]
    told = [line for line in lines if line.startswith(("fatal:", "error:", "! ["))] or lines[-1:]
    text = " ".join(line.removeprefix("fatal: ").removeprefix("error: ") for line in told[:3])
    return (text or "it said nothing")[:500]


def _lost(said: str) -> BlockwrightError:
    return Conflict(
        "Changes that are not committed would be lost.", hint="Commit or stash them first.", code="would_lose"
    )


_MEANINGS = (
    (
        ("not a git repository", "must be run in a work tree"),
        lambda said: NotFound(
            "The project is not in a Git repository.", hint="Make one with `git init`.", code="no_repository"
        ),
    ),
    (
        ("dubious ownership",),
        lambda said: Forbidden(
            "The repository belongs to another user of the machine, so Git does not touch it.",
            hint="Give it to the server's user, or add it to `safe.directory` of that user's configuration.",
            code="git_owner",
        ),
    ),
    (
        (".lock': File exists", "Unable to create '", "could not lock"),
        lambda said: Conflict(
            "Another process works in the repository.",
            hint="Try again in a moment; if nothing runs, delete the lock file that it left: " + said,
            code="git_busy",
        ),
    ),
    (
        ("would be overwritten", "Please commit your changes or stash them", "needs merge", "cannot merge: You have"),
        _lost,
    ),
    (
        (
            *("Authentication failed", "could not read Username", "could not read Password"),
            *("Permission denied (", "terminal prompts disabled", "Host key verification failed"),
        ),
        lambda said: Forbidden(
            f"The remote does not accept the server's credentials: {said}",
            hint="Set up a key or a credential helper for the user that the server runs as.",
            code="git_credentials",
        ),
    ),
    (
        ("[rejected]", "non-fast-forward", "fetch first"),
        lambda said: Conflict("The remote has commits that are not here.", hint="Pull first.", code="git_behind"),
    ),
    (
        (
            *("Could not resolve host", "unable to access", "Connection refused", "Connection timed out"),
            *("does not appear to be a git repository", "Could not read from remote", "not allowed"),
            *("couldn't find remote ref", "[remote rejected]", "remote end hung up"),
        ),
        lambda said: Unavailable(
            f"The remote does not answer as it should: {said}",
            hint="Look at its address with `git remote -v`.",
            code="git_remote",
        ),
    ),
)
