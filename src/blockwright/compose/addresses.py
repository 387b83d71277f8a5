"""Where people's browsers find the server, for links in messages and invitations."""

from __future__ import annotations

from pathlib import Path

from blockwright.settings import Settings

_WHERE_IT_LISTENS = "http://localhost:6789"


def public_address(settings: Settings, data: Path) -> str:
    """What was said of it, else where the server of this data folder listens, else where one would."""
    from blockwright.adapters.host.holds import address_of_holder

    return settings.public_url or address_of_holder(data) or _WHERE_IT_LISTENS
