"""``RateLimits`` of several servers together, in Redis; by its clock, so that theirs need not agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockwright.core.errors import Unavailable
from blockwright.ports.rates import BackOff, Rate, RateLimits

if TYPE_CHECKING:
    from redis import Redis

# Both are one step for Redis, however many servers ask at once.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local burst, seconds = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + seconds
local excess = full - now - burst * seconds
if excess > 1e-6 then return tostring(excess) end
redis.call('SET', KEYS[1], string.format('%.6f', full), 'PX', math.ceil((full - now) * 1000) + 1)
return '0'
"""
_FAIL = """
local count = redis.call('HINCRBY', KEYS[1], 'count', 1)
local free, seconds, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local wait = 0
if count > free then wait = math.min(most, seconds * 2 ^ math.min(count - free - 1, 60)) end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'until', string.format('%.6f', time[1] + time[2] / 1e6 + wait))
redis.call('PEXPIRE', KEYS[1], math.ceil((wait + most) * 1000))
return 0
"""
_WAIT = """
local time = redis.call('TIME')
local over = tonumber(redis.call('HGET', KEYS[1], 'until') or 0)
return tostring(math.max(0, over - time[1] - time[2] / 1e6))
"""


class RedisRates:
    """``alone`` counts in this process: it is asked as well, so that nothing is unlimited while Redis does not answer.

    ``prefix`` separates installations that share a Redis.
    """

    def __init__(self, url: str, alone: RateLimits, *, prefix: str = "blockwright") -> None:
        self._redis = _connect(url)
        self._alone = alone
        self._prefix = prefix

    def take(self, key: str, rate: Rate) -> float:
        alone = self._alone.take(key, rate)
        return alone or self._ask(_TAKE, f"rate:{key}", rate.burst, rate.seconds)

    def fail(self, key: str, back_off: BackOff) -> None:
        self._alone.fail(key, back_off)
        self._ask(_FAIL, f"failures:{key}", back_off.free, back_off.seconds, back_off.most)

    def wait(self, key: str) -> float:
        return max(self._alone.wait(key), self._ask(_WAIT, f"failures:{key}"))

    def forget(self, key: str) -> None:
        from redis import RedisError

        self._alone.forget(key)
        try:
            self._redis.delete(f"{self._prefix}:failures:{key}")
        except RedisError:
            return

    def close(self) -> None:
        self._redis.close()

    def _ask(self, script: str, key: str, *arguments: float) -> float:
        """What the script says; 0 when Redis does not answer."""
        from redis import RedisError

        try:
            answer: Any = self._redis.eval(script, 1, f"{self._prefix}:{key}", *map(str, arguments))
        except RedisError:
            return 0.0
        return float(answer)


def _connect(url: str) -> Redis:
    try:
        import redis
    except ImportError as error:
        raise Unavailable(
            "BLOCKWRIGHT_REDIS_URL is set, but the driver of Redis is not installed.",
            hint="Install it with `pip install 'blockwright[cluster]'`.",
            code="missing_extra",
        ) from error
    return redis.Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=1.0)
