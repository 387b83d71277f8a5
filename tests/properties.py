"""How many examples a property that is dear, or cheap, is tried on."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

FEWEST = 3


def examples(count: int, *also: HealthCheck) -> settings:
    """``count`` examples where everything is tested, and the profile's share of them elsewhere.

    ``also``: health checks of Hypothesis that the test does without, besides those of the profile.
    """
    share = settings.default.max_examples / settings.get_profile("full").max_examples
    checks = (*settings.default.suppress_health_check, *also)
    return settings(max_examples=max(FEWEST, round(count * share)), suppress_health_check=checks)
