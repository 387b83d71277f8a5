"""The protocol's words into ours and back. Nothing that a server says is trusted to have the form it should have, and
no path of this machine goes on to a browser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from blockwright.core.languages import (
    Answer,
    Ask,
    Completion,
    Completions,
    Edit,
    Finding,
    Hover,
    Place,
    Question,
    Severity,
    Signature,
    Spot,
    known_to_blocks,
)

MOST_COMPLETIONS = 300
MOST_FINDINGS = 500
MOST_EDITS = 5_000
MOST_TEXT = 20_000
MOST_DOCUMENTATION = 1_500

METHODS: Mapping[Ask, str] = {
    Ask.COMPLETE: "textDocument/completion",
    Ask.HOVER: "textDocument/hover",
    Ask.SIGNATURE: "textDocument/signatureHelp",
    Ask.DEFINITION: "textDocument/definition",
    Ask.FORMAT: "textDocument/formatting",
}
CAPABILITIES: Mapping[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {
        "synchronization": {"dynamicRegistration": False},
        "completion": {"completionItem": {"documentationFormat": ["markdown", "plaintext"]}},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "signatureHelp": {
            "signatureInformation": {
                "documentationFormat": ["markdown", "plaintext"],
                "parameterInformation": {"labelOffsetSupport": True},
                "activeParameterSupport": True,
            }
        },
        "definition": {"linkSupport": False},
        "publishDiagnostics": {"relatedInformation": False, "versionSupport": True},
        "formatting": {},
    },
    "workspace": {
        "configuration": True,
        "workspaceFolders": True,
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
}

_SEVERITIES = {1: Severity.ERROR, 2: Severity.WARNING, 3: Severity.INFO, 4: Severity.HINT}
_KINDS = {
    2: "method",
    3: "function",
    4: "class",
    5: "property",
    6: "variable",
    7: "class",
    8: "interface",
    9: "namespace",
    10: "property",
    12: "constant",
    13: "enum",
    14: "keyword",
    20: "constant",
    21: "constant",
    25: "type",
}
_UNKNOWN_NAME = frozenset({"F821", "unresolved-reference", "reportUndefinedVariable"})
_UNKNOWN_MODULE = frozenset(
    {"import-not-found", "unresolved-import", "reportMissingImports", "reportMissingModuleSource"}
)
_MATTERS_OF_TASTE = frozenset({"I001"})
"""What a checker may say without anything being wrong: the order of imports."""
_SERVED_MODULE = re.compile(r"\bmage_ai\b")
"""The names of this package are served by an import hook inside block processes: there is no file of them."""


def parameters(question: Question, uri: str) -> dict[str, Any]:
    document: dict[str, Any] = {"textDocument": {"uri": uri}}
    if question.ask is Ask.FORMAT:
        return {**document, "options": {"tabSize": 4, "insertSpaces": True}}
    return {**document, "position": {"line": question.spot.line, "character": question.spot.column}}


def answer(question: Question, result: Any, root: Path) -> Answer:
    """What a server said in our words; None when it is nothing, or nonsense."""
    try:
        match question.ask:
            case Ask.COMPLETE:
                return _completions(result)
            case Ask.HOVER:
                return _hover(result)
            case Ask.SIGNATURE:
                return _signature(result)
            case Ask.DEFINITION:
                return _places(result, root)
            case Ask.FORMAT:
                return _edits(result)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None


def findings(items: Any, source: str, text: str, path: str) -> tuple[Finding, ...]:
    """What is wrong in ``text``, which stands at ``path``; without what is right in a block although no checker can
    know it."""
    lines = text.split("\n")
    found: list[Finding] = []
    for item in items if isinstance(items, list) else []:
        try:
            finding = _finding(item, source)
        except (KeyError, TypeError, ValueError):
            continue
        if not (finding.rule in _MATTERS_OF_TASTE or _known_to_blocks(finding, lines, path) or _greys_out(item)):
            found.append(finding)
    return tuple(found[:MOST_FINDINGS])


def _finding(item: Mapping[str, Any], source: str) -> Finding:
    start, end = _range(item["range"])
    # The first line says it; those behind it name folders of this machine.
    message = str(item["message"]).partition("\n")[0][:MOST_DOCUMENTATION]
    severity = _SEVERITIES.get(item.get("severity", 1), Severity.WARNING)
    return Finding(start, end, message, severity, source, str(item.get("code") or "")[:100])


def _greys_out(item: Mapping[str, Any]) -> bool:
    """Names that are not used, which an editor may show paler: every block has `args` and `kwargs`."""
    return item.get("severity") == 4 and 1 in (item.get("tags") or ())


def _known_to_blocks(finding: Finding, lines: list[str], path: str) -> bool:
    if finding.rule in _UNKNOWN_MODULE:
        return _SERVED_MODULE.search(finding.message) is not None
    if finding.rule not in _UNKNOWN_NAME or finding.start.line >= len(lines):
        return False
    return known_to_blocks(lines[finding.start.line][finding.start.column : finding.end.column], path)


def _completions(result: Any) -> Completions | None:
    if result is None:
        return None
    items = result["items"] if isinstance(result, dict) else result
    whole = not (isinstance(result, dict) and result.get("isIncomplete"))
    return Completions(
        tuple(_completion(item) for item in items[:MOST_COMPLETIONS]), whole and len(items) <= MOST_COMPLETIONS
    )


def _completion(item: Mapping[str, Any]) -> Completion:
    label, edit = str(item["label"])[:500], item.get("textEdit")
    start = end = None
    if isinstance(edit, dict) and "range" in edit:
        start, end = _range(edit["range"])
    insert = edit["newText"] if isinstance(edit, dict) else item.get("insertText") or label
    return Completion(
        label,
        _KINDS.get(item.get("kind", 0), "text"),
        str(insert)[:MOST_DOCUMENTATION],
        str(item.get("detail") or "")[:200],
        _text(item.get("documentation"))[:MOST_DOCUMENTATION],
        start,
        end,
    )


def _hover(result: Any) -> Hover | None:
    text = _text(result["contents"]) if result else ""
    return Hover(text[:MOST_TEXT]) if text and "Unknown\n" not in text[:20] else None


def _signature(result: Any) -> Signature | None:
    if not result or not result["signatures"]:
        return None
    active = result["signatures"][int(result.get("activeSignature") or 0)]
    number = active.get("activeParameter", result.get("activeParameter"))
    label, given = str(active["label"])[:MOST_DOCUMENTATION], active.get("parameters") or []
    part: tuple[int, int] | None = None
    if number is not None and number < len(given):
        name = given[number]["label"]
        if isinstance(name, str):
            part = (label.find(name), label.find(name) + len(name)) if name in label else None
        else:
            part = (int(name[0]), int(name[1]))
    return Signature(label, _text(active.get("documentation"))[:MOST_DOCUMENTATION], part)


def _places(result: Any, root: Path) -> tuple[Place, ...]:
    locations: Iterable[Any] = [] if result is None else result if isinstance(result, list) else [result]
    found: list[Place] = []
    for location in locations:
        path = path_of(location["uri"], root)
        if path is not None:
            found.append(Place(path, _range(location["range"])[0]))
    return tuple(found)


def _edits(result: Any) -> tuple[Edit, ...] | None:
    if result is None:
        return None
    if len(result) > MOST_EDITS:
        raise ValueError
    return tuple(Edit(*_range(item["range"]), str(item["newText"])) for item in result)


def _range(document: Mapping[str, Any]) -> tuple[Spot, Spot]:
    return _spot(document["start"]), _spot(document["end"])


def _spot(document: Mapping[str, Any]) -> Spot:
    return Spot(max(0, int(document["line"])), max(0, int(document["character"])))


def _text(document: Any) -> str:
    """Of a string, of markup, or of a list of either."""
    if isinstance(document, str):
        return document
    if isinstance(document, dict):
        return str(document.get("value") or "")
    if isinstance(document, list):
        return "\n\n".join(_text(part) for part in document)
    return ""


def path_of(uri: Any, root: Path) -> str | None:
    """The path inside the project; None for what lies outside of it."""
    parts = urlsplit(str(uri))
    if parts.scheme != "file":
        return None
    try:
        return Path(unquote(parts.path)).relative_to(root).as_posix()
    except ValueError:
        return None
