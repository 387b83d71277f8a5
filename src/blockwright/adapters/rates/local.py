"""``RateLimits`` of one process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from blockwright.ports.rates import BackOff, Rate

_KEPT = 100_000


@dataclass(slots=True)
class _Failures:
    count: int
    until: float  # when the wait is over
    forgotten: float


class LocalRates:
    """Keeps at most ``kept`` keys of each kind: a stranger with many addresses cannot fill the memory; the key that was
    quiet for longest makes room. ``monotonic`` tells seconds."""

    def __init__(self, monotonic: Callable[[], float], *, kept: int = _KEPT) -> None:
        self._monotonic = monotonic
        self._kept = kept
        self._lock = Lock()
        # When a bucket is full again: all that has to be known of it (the generic cell rate algorithm).
        self._full: OrderedDict[str, float] = OrderedDict()
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def take(self, key: str, rate: Rate) -> float:
        now = self._monotonic()
        with self._lock:
            full = max(self._full.pop(key, now), now) + rate.seconds
            excess = full - now - rate.burst * rate.seconds
            self._full[key] = full if excess <= 0 else full - rate.seconds
            _bound(self._full, self._kept)
        return max(0.0, excess)

    def fail(self, key: str, back_off: BackOff) -> None:
        now = self._monotonic()
        with self._lock:
            earlier = self._failures.pop(key, None)
            count = 1 if earlier is None or earlier.forgotten <= now else earlier.count + 1
            until = now + back_off.wait(count)
            self._failures[key] = _Failures(count, until, until + back_off.most)
            _bound(self._failures, self._kept)

    def wait(self, key: str) -> float:
        with self._lock:
            failures = self._failures.get(key)
        return 0.0 if failures is None else max(0.0, failures.until - self._monotonic())

    def forget(self, key: str) -> None:
        with self._lock:
            self._failures.pop(key, None)


def _bound(keys: OrderedDict[str, float] | OrderedDict[str, _Failures], kept: int) -> None:
    while len(keys) > kept:
        keys.popitem(last=False)
