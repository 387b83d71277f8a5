"""What another registry (MLflow's) is told of who answers, and what it means when somebody moved an alias there. Pure.

Our own record decides. The registry repeats it by aliases, and a `champion` that somebody moved there is a wish.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from blockwright.core.endpoints import Endpoint
from blockwright.core.models.promotion import Alias

MIRRORED = (Alias.CHAMPION, Alias.CHALLENGER, Alias.PREVIOUS)
ORIGIN = "MLflow"
"""How a wish from there begins to say where it comes from."""
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True, slots=True)
class Mirror:
    """What the registry was told last. ``name`` is the model's name there, ``revision`` that of the endpoint that was
    told (0: none yet), ``newest`` the highest version that is there, ``aliases`` our versions by alias as they stood
    there afterwards. ``problem``: why the last try did not succeed."""

    project: str
    model: str
    name: str
    revision: int = 0
    newest: int = 0
    aliases: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""
    tried: datetime | None = None
    sent: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an alias stands in the registry: its own version there, and which of ours that is (None: none of ours)."""

    version: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """``moved``: where somebody else has put the champion. ``put`` and ``drop`` make the aliases ours again."""

    moved: Place | None
    put: Mapping[str, int]
    drop: tuple[str, ...]


def name_of(project: str, model: str) -> str:
    """What the registry calls the model: several projects share one registry, and it takes fewer characters."""
    return _UNFIT.sub("_", f"{project}.{model}")


def aliases_of(endpoint: Endpoint) -> dict[str, int]:
    found = {
        Alias.CHAMPION.value: endpoint.version,
        Alias.CHALLENGER.value: endpoint.traffic.challenger,
        Alias.PREVIOUS.value: endpoint.previous,
    }
    return {alias: number for alias, number in found.items() if number is not None}


def is_behind(endpoint: Endpoint, mirror: Mirror | None) -> bool:
    """Whether the registry has yet to be told of the latest change."""
    return mirror is None or mirror.revision != endpoint.revision


def plan(endpoint: Endpoint, mirror: Mirror | None, there: Mapping[str, Place], *, waiting: bool) -> Plan:
    """``there`` is where aliases stand now; ``waiting``: a wish from there waits for a person. A later change of ours
    passes over what was moved there; as long as there is none, the champion stays where it was moved to, so that
    people there see that their wish stands."""
    wanted, champion = aliases_of(endpoint), Alias.CHAMPION.value
    put = {alias: number for alias, number in wanted.items() if alias not in there or there[alias].number != number}
    drop = tuple(alias for alias in MIRRORED if alias in there and alias not in wanted)
    if is_behind(endpoint, mirror) or mirror is None or champion not in put or champion not in there:
        return Plan(None, put, drop)
    place = there[champion]
    moved = place if place.number is None or place.number != mirror.aliases.get(champion) else None
    if (moved is not None or waiting) and place.number is not None:
        del put[champion]
    return Plan(moved, put, drop)
