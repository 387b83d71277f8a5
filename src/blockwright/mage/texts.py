"""Mage's small helpers for text (``mage_ai.shared.strings``, ``mage_ai.shared.utils``, ``presenters.utils``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from blockwright.io.surroundings import environ, secret


def clean_name(name: Any, allow_characters: Sequence[str] | None = None, allow_number: bool = False) -> str:
    """Mage's uuid of a name: word characters in lower case, other ones as ``_``, a leading digit as ``letter_…``.

    ``allow_characters`` stay as they are (``['/']`` for blocks in sub-folders).
    """
    text = re.sub(r"[\"$\ufeff\n\r\t]", "", str(name))
    kept = "".join(re.escape(character) for character in allow_characters or ())
    text = re.sub(rf"[^\w{kept}]", "_", text)
    if text[:1].isdigit() and not allow_number:
        text = f"letter_{text}"
    return text.lower()


def is_number(value: Any) -> bool:
    """Whether ``value`` is a number or text that reads as one."""
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def camel_to_snake_case(name: str) -> str:
    """``someName`` as ``some_name``."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def replacer(text: str, replacements: Mapping[str, str]) -> str:
    """``text`` with every key of ``replacements`` replaced by its value."""
    for old, new in replacements.items():
        text = text.replace(old, new)
    return text


def size_of_string(text: str) -> float:
    """Megabytes of ``text`` in UTF-8."""
    return len(text.encode()) / (1024 * 1024)


def to_lower(value: Any) -> Any:
    """Text in lower case; anything else as it is."""
    return value.lower() if isinstance(value, str) else value


def files_in_path(path: str) -> list[str]:
    """Every file below ``path``."""
    return sorted(str(file) for file in Path(path).rglob("*") if file.is_file())


def render_output_tags(text: str) -> str:
    """``text`` marked as HTML to be shown."""
    return f"<RenderOutput>{text}</RenderOutput>"


def get_template_vars(include: Iterable[str] | None = None) -> dict[str, Any]:
    """The functions that templates have: ``env_var`` and ``mage_secret_var``."""
    functions: dict[str, Any] = {"env_var": environ().get, "mage_secret_var": secret}
    return {name: function for name, function in functions.items() if include is None or name in include}
