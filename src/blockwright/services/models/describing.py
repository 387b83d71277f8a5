"""What people write about a version: its card and its tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from blockwright.core.errors import Invalid
from blockwright.core.models.versions import LONGEST_CARD, ModelVersion
from blockwright.ports.workspace import Workspace

MOST_TAGS = 100
LONGEST_TAG = 500


def describe(
    workspace: Workspace, version: ModelVersion, *, card: str | None, tags: Mapping[str, str] | None
) -> ModelVersion:
    """None leaves a thing as it is. Raises Invalid (codes ``model_card``, ``model_tags``)."""
    facts = version.facts
    if card is not None:
        if len(card) > LONGEST_CARD:
            raise Invalid(f"The card must be text of at most {LONGEST_CARD:,} characters.", code="model_card")
        facts = replace(facts, card=card)
    if tags is not None:
        if len(tags) > MOST_TAGS or any(len(key) + len(value) > LONGEST_TAG for key, value in tags.items()):
            detail = f"A version has at most {MOST_TAGS} tags of up to {LONGEST_TAG} characters."
            raise Invalid(detail, code="model_tags")
        facts = replace(facts, tags=dict(tags))
    return workspace.learning.models.describe(version.project, version.model, version.number, facts)
