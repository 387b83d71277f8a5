"""The facts of a Python source: from its syntax tree alone, so that looking at code never runs any of it."""

from __future__ import annotations

from blockwright.core.code.decorators import decorated
from blockwright.core.code.imports import bound_names, imported
from blockwright.core.code.model import CodeFacts, SyntaxProblem, Untracked, UntrackedKind, VariableReads
from blockwright.core.code.reads import asked_variables
from blockwright.core.code.syntax import parse, text_digest, tree_digest
from blockwright.core.code.untracked import untracked

_EVERYTHING = VariableReads(all=True)


def facts(source: str) -> CodeFacts:
    """What can be said of a Python source; a text that is no Python is told by ``syntax_error``, never raised."""
    tree = parse(source)
    if isinstance(tree, SyntaxProblem):
        return CodeFacts(text_digest(source, "broken"), elsewhere=_EVERYTHING, syntax_error=tree)
    digest, nodes = tree_digest(tree)
    names = bound_names(nodes)
    functions, besides = decorated(tree, nodes, names)
    shared = [
        Untracked(UntrackedKind.CONTEXT, function.line, "kwargs['context']")
        for function in functions
        if "context" in function.reads.names
    ]
    return CodeFacts(
        digest=digest,
        imports=imported(nodes, names),
        decorated=functions,
        elsewhere=besides | asked_variables(nodes, names),
        untracked=(*untracked(nodes, names), *shared),
    )


def plain_facts(text: str) -> CodeFacts:
    """The facts of a text in a language that is not looked into (R, YAML): every letter counts, all may be read."""
    return CodeFacts(text_digest(text), elsewhere=_EVERYTHING)
