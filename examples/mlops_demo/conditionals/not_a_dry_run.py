"""Skip the export when the variable `dry_run` is set."""

from __future__ import annotations

from typing import Any

if "condition" not in globals():
    from mage_ai.data_preparation.decorators import condition

YES = {"1", "true", "yes", "on"}


@condition
def not_a_dry_run(*args: Any, **kwargs: Any) -> bool:
    """False for true, 1, "true", "yes" and "on": variables from a command line may be text."""
    return str(kwargs.get("dry_run", False)).strip().lower() not in YES
