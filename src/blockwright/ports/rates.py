"""How often something may be tried: buckets that fill again, and waits that grow with each failure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` at once, then one more every ``seconds``."""

    burst: int
    seconds: float


@dataclass(frozen=True, slots=True)
class BackOff:
    """The first ``free`` failures cost nothing, the next one ``seconds``, each further twice as much up to ``most``.
    A key without failures for ``most`` seconds after its wait is forgotten."""

    free: int
    seconds: float
    most: float

    def wait(self, failures: int) -> float:
        """Seconds to wait after so many failures."""
        if failures <= self.free:
            return 0.0
        return float(min(self.most, self.seconds * 2.0 ** min(failures - self.free - 1, 60)))


class RateLimits(Protocol):
    """Safe to use from every thread. What is forgotten at a restart only makes somebody wait less."""

    def take(self, key: str, rate: Rate) -> float:
        """Take one from the bucket; 0 when there was one, else the seconds until there is, and nothing is taken."""
        ...

    def fail(self, key: str, back_off: BackOff) -> None: ...

    def wait(self, key: str) -> float:
        """The seconds that failures make this key wait; 0: none."""
        ...

    def forget(self, key: str) -> None:
        """It succeeded: earlier failures no longer count."""
        ...
