"""The editors of one project and its language servers between them.

A server knows one text for each file. Editors may differ for a moment, two people in one file: whoever asks has its own
text shown to the servers first, and is told only what they found in it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

from blockwright.adapters.languages import words
from blockwright.adapters.languages.programs import Program, command
from blockwright.adapters.languages.server import ServerProcess
from blockwright.core.errors import Forbidden, Invalid
from blockwright.core.languages import LARGEST_TEXT, Finding, Question
from blockwright.ports.languages import Answered, Findings, Health, LanguageServer, News, Servers

AGAIN_SECONDS = (0.5, 2.0, 10.0, 30.0)
"""How long a server that ended is left alone: longer each time, and after the last for good."""
CALM_SECONDS = 600.0
"""A server that lived so long may end as often again."""
MOST_FILES = 200
"""That one editor has open."""
INSTALL = "Install it where the server runs: pip install 'blockwright[editor]'."


@dataclass(eq=False)
class Document:
    """``text`` is what the servers were shown last; ``found`` what each of them said, and of which version."""

    path: str
    uri: str
    text: str
    version: int = 1
    found: dict[str, tuple[int, tuple[Finding, ...]]] = field(default_factory=dict)
    shown: int = 0
    """The version that editors were told of last, with what all servers found in it."""


@dataclass(eq=False)
class Post:
    """A server of the desk: running, or to be started ``again`` at a time; ``ends`` counts how often it died."""

    program: Program
    process: ServerProcess | None = None
    started: float = 0.0
    ends: int = 0
    again: float = 0.0
    missing: bool = False
    failed: bool = False

    def shown(self) -> LanguageServer:
        name, does = self.program.name, self.program.does
        if self.missing:
            return LanguageServer(name, does, Health.MISSING, INSTALL)
        if self.failed:
            hint = "It ended again and again; it is tried anew when nobody has edited for a while."
            return LanguageServer(name, does, Health.FAILED, hint)
        if self.process is None:
            return LanguageServer(name, does, Health.STARTING if self.ends else Health.ASLEEP)
        return LanguageServer(name, does, Health.READY if self.process.ready else Health.STARTING)


class Desk:
    """``root`` has no symbolic links in it. Safe to use from every thread."""

    def __init__(self, root: Path, programs: Sequence[Program], environ: Mapping[str, str], path: str | None) -> None:
        self.root = root
        self.left = time.monotonic()
        """When the last editor left."""
        self._environ = environ
        self._path = path
        self._lock = RLock()
        self._posts = [Post(program) for program in programs]
        self._editors: list[DeskEditor] = []
        self._documents: dict[str, Document] = {}
        self._closed = False

    @property
    def empty(self) -> bool:
        return not self._editors

    def servers(self) -> tuple[LanguageServer, ...]:
        with self._lock:
            for post in self._posts:
                if post.process is None and not post.failed:
                    post.missing = command(post.program, self._path) is None
            return tuple(post.shown() for post in self._posts)

    def join(self, hear: Callable[[News], None]) -> DeskEditor:
        with self._lock:
            editor = DeskEditor(self, hear)
            self._editors.append(editor)
            self._start_what_should_run()
            editor.hear(Servers(self.servers()))
        return editor

    def look(self) -> None:
        """Start what should run, end what should not. Called once in a while."""
        with self._lock:
            running = [post.process for post in self._posts if post.process is not None]
            if self._editors:
                self._start_what_should_run()
            for document in self._documents.values():
                if document.shown < document.version and self._current(document):
                    self._pass_on(document)  # a server that is slow does not hold up what the others found
        for process in running:
            process.look()

    def files_changed(self, paths: Collection[str]) -> None:
        changes = [{"uri": (self.root / path).as_uri(), "type": 2} for path in paths]
        with self._lock:
            for process in self._ready():
                process.tell("workspace/didChangeWatchedFiles", {"changes": changes})

    def close(self) -> None:
        with self._lock:
            self._closed = True
            running = [post.process for post in self._posts if post.process is not None]
        for process in running:
            process.end()

    # What editors do -------------------------------------------------------------------------------------------------

    def confined(self, path: str) -> str:
        """The path as it is written inside the project; raises Forbidden for one outside."""
        plain = os.path.normpath(path.replace("\0", "/../"))
        real = os.path.realpath(self.root / plain)
        if "\0" in path or os.path.isabs(path) or not real.startswith(f"{self.root}{os.sep}"):
            raise Forbidden(f"`{path[:200]}` is not a file of the project.", hint="Name a file inside the project.")
        return plain

    def knows(self, path: str) -> bool:
        return any(path.endswith(post.program.endings) for post in self._posts)

    def show(self, path: str, text: str) -> Document:
        """Have the servers read this text at ``path``."""
        with self._lock:
            document = self._documents.get(path)
            if document is None:
                document = Document(path, (self.root / path).as_uri(), text)
                self._documents[path] = document
                for process in self._ready():
                    process.tell("textDocument/didOpen", _opening(document))
            elif document.text != text:
                document.text, document.version = text, document.version + 1
                changed = {"uri": document.uri, "version": document.version}
                for process in self._ready():
                    process.tell(
                        "textDocument/didChange", {"textDocument": changed, "contentChanges": [{"text": text}]}
                    )
            return document

    def forget(self, path: str) -> None:
        """Close the file unless another editor has it open."""
        with self._lock:
            if any(path in editor.texts for editor in self._editors):
                return
            document = self._documents.pop(path, None)
            if document is not None:
                for process in self._ready():
                    process.tell("textDocument/didClose", {"textDocument": {"uri": document.uri}})

    def ask(self, editor: DeskEditor, question: Question, text: str) -> None:
        with self._lock:
            document = self.show(question.path, text)
            process = next((one for one in self._ready() if question.ask in one.program.asked), None)
            if process is None:
                editor.hear(Answered(question.number, None))
                return

            def answered(result: Any) -> None:
                editor.hear(Answered(question.number, words.answer(question, result, self.root)))

            process.ask(words.METHODS[question.ask], words.parameters(question, document.uri), answered)

    def go(self, editor: DeskEditor) -> None:
        with self._lock:
            if editor in self._editors:
                self._editors.remove(editor)
            self.left = time.monotonic()
            for path in list(editor.texts):
                editor.texts.pop(path)
                self.forget(path)

    # Servers ---------------------------------------------------------------------------------------------------------

    def _ready(self) -> list[ServerProcess]:
        return [post.process for post in self._posts if post.process is not None and post.process.ready]

    def _start_what_should_run(self) -> None:
        now = time.monotonic()
        for post in self._posts:
            if post.process is not None or post.failed or self._closed or now < post.again:
                continue
            found = command(post.program, self._path)
            post.missing = found is None
            if found is not None:
                self._start(post, found)
            else:
                post.again = now + AGAIN_SECONDS[-1]

    def _start(self, post: Post, found: list[str]) -> None:
        def ended(process: ServerProcess) -> None:
            self._server_ended(post, process)

        try:
            post.process = ServerProcess(
                post.program,
                found,
                self.root,
                self._environ,
                heard=lambda method, params: self._server_said(post, method, params),
                ready=lambda: self._server_ready(post),
                ended=ended,
            )
            post.started = time.monotonic()
        except OSError:
            self._count_end(post)

    def _server_ready(self, post: Post) -> None:
        with self._lock:
            for document in self._documents.values():
                if post.process is not None:
                    post.process.tell("textDocument/didOpen", _opening(document))
            self._tell_health()

    def _server_ended(self, post: Post, process: ServerProcess) -> None:
        with self._lock:
            if post.process is process:
                post.process = None
                self._count_end(post)
                if not self._closed:
                    self._tell_health()

    def _count_end(self, post: Post) -> None:
        now = time.monotonic()
        if post.started and now - post.started > CALM_SECONDS:
            post.ends = 0
        post.failed = post.ends >= len(AGAIN_SECONDS)
        post.again = now + AGAIN_SECONDS[min(post.ends, len(AGAIN_SECONDS) - 1)]
        post.ends += 1

    def _tell_health(self) -> None:
        news = Servers(self.servers())
        for editor in self._editors:
            editor.hear(news)

    def _server_said(self, post: Post, method: str, params: Any) -> None:
        if method != "textDocument/publishDiagnostics" or not isinstance(params, dict):
            return
        with self._lock:
            path = words.path_of(params.get("uri"), self.root)
            document = None if path is None else self._documents.get(path)
            if document is None or params.get("version") not in (None, document.version):
                return
            found = words.findings(params.get("diagnostics"), post.program.name, document.text, document.path)
            document.found[post.program.name] = (document.version, found)
            if len(self._current(document)) >= len(self._ready()):
                self._pass_on(document)

    def _current(self, document: Document) -> list[tuple[Finding, ...]]:
        """What was found in the text as it is now."""
        return [found for version, found in document.found.values() if version == document.version]

    def _pass_on(self, document: Document) -> None:
        document.shown = document.version
        for editor in self._editors:
            self.tell_findings(editor, document)

    def tell_findings(self, editor: DeskEditor, document: Document) -> None:
        if editor.texts.get(document.path) == document.text:
            found = [finding for current in self._current(document) for finding in current]
            found.sort(key=lambda finding: (finding.start.line, finding.start.column, finding.source))
            editor.hear(Findings(document.path, tuple(found)))


@dataclass(eq=False)
class DeskEditor:
    """Implements ``Editor``."""

    _desk: Desk
    hear: Callable[[News], None]
    texts: dict[str, str] = field(default_factory=dict)

    def write(self, path: str, text: str) -> None:
        path = self._desk.confined(path)
        if len(text) > LARGEST_TEXT:
            raise Invalid(f"`{path}` is too long to be looked at while it is written.")
        if not self._desk.knows(path):
            return
        if path not in self.texts and len(self.texts) >= MOST_FILES:
            raise Invalid(f"More than {MOST_FILES} files are open.", hint="Close some.")
        self.texts[path] = text
        document = self._desk.show(path, text)
        if document.shown == document.version:  # nothing new will be found in it: what is known holds
            self._desk.tell_findings(self, document)

    def leave(self, path: str) -> None:
        path = self._desk.confined(path)
        if self.texts.pop(path, None) is not None:
            self._desk.forget(path)

    def ask(self, question: Question) -> None:
        text = self.texts.get(self._desk.confined(question.path))
        if text is None:
            self.hear(Answered(question.number, None))
        else:
            self._desk.ask(self, question, text)

    def close(self) -> None:
        self._desk.go(self)


def _opening(document: Document) -> dict[str, Any]:
    return {
        "textDocument": {
            "uri": document.uri,
            "languageId": "python",
            "version": document.version,
            "text": document.text,
        }
    }
