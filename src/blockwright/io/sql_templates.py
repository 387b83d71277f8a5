"""A SQL block's text as it is sent to the database: Jinja with the names that Mage's SQL blocks have."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import TemplateSyntaxError, meta

from blockwright.io.block_output_calls import BlockOutputCall, BlockOutputError, harmless_modules, lift
from blockwright.io.templates import Sources, TemplateFailed, render, sandbox

_TABLE = re.compile(r"df_[1-9]\d*")


def rendered_sql(
    text: str,
    variables: Mapping[str, Any],
    *,
    tables: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    secret: Callable[[str], Any] | None = None,
    block_output: Callable[[BlockOutputCall], Any] | None = None,
    origin: str = "SQL",
) -> str:
    """``text`` with its templates filled in; pure: the same arguments give the same text.

    ``tables`` are the names that ``{{ df_1 }}`` … stand for; None leaves them as ``df_1`` …. Without ``secret`` and
    ``block_output`` such calls stand in the result as they were written, so a derivation key holds no secret and needs
    no data. Values are interpolated as text, as in Mage: a variable writes a piece of the statement.
    Raises TemplateFailed, with the line where known, for a malformed template or a name that nobody defined.
    """
    try:
        lifted, calls = lift(text)
    except BlockOutputError as error:
        raise TemplateFailed(f"{origin}: {error.message}", hint=error.hint) from None
    names: dict[str, Any] = {**harmless_modules(), **variables}
    names.update(
        {name: name for name in template_names(lifted, origin) if _TABLE.fullmatch(name)} if tables is None else tables
    )
    names.update({call.name: call.source if block_output is None else block_output(call) for call in calls})
    sources = Sources(
        environ=environ or {},
        secret=secret or (lambda name: f"mage_secret_var({name!r})"),
        variables=variables,
    )
    return render(sandbox(sources), lifted, names, origin=origin)


def referenced_tables(text: str, origin: str = "SQL") -> set[str]:
    """Which of ``df_1``, ``df_2`` … the template names; raises TemplateFailed for malformed text."""
    try:
        lifted, _ = lift(text)
    except BlockOutputError as error:
        raise TemplateFailed(f"{origin}: {error.message}", hint=error.hint) from None
    return {name for name in template_names(lifted, origin) if _TABLE.fullmatch(name)}


def template_names(text: str, origin: str = "SQL") -> set[str]:
    """The names that a template takes from outside."""
    try:
        return set(meta.find_undeclared_variables(sandbox(Sources()).parse(text)))
    except TemplateSyntaxError as error:
        raise TemplateFailed(f"{origin}, line {error.lineno}: {error.message}.", line=error.lineno) from None
