"""How far two distributions lie apart: figures for effect (how much) and tests (whether it could be chance).

All functions take counts or sorted values as NumPy arrays. The sources of the formulas stand beside them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEWEST_EXPECTED = 5.0
"""A cell of the chi-squared test should expect so many; rarer categories are taken together (Cochran 1954)."""


@dataclass(frozen=True, slots=True)
class Tested:
    """``statistic`` and the probability of one at least as large if nothing had changed."""

    statistic: float
    p_value: float


def stability_index(reference: Floats, current: Floats) -> float:
    """The population stability index of two histograms over the same bins, in natural logarithms: the symmetrised
    Kullback-Leibler divergence ``sum((p - q) * ln(p / q))`` (Siddiqi, *Credit Risk Scorecards*, 2006). Half a row is
    added to each bin, so that an empty one makes the figure large and not infinite."""
    p, q = _shares(reference + 0.5), _shares(current + 0.5)
    return float(np.sum((p - q) * np.log(p / q)))


def jensen_shannon(reference: Floats, current: Floats) -> float:
    """The Jensen-Shannon distance of two histograms over the same bins, base 2: 0 for the same, 1 for no bin in common
    (Endres and Schindelin 2003)."""
    from scipy.special import rel_entr

    p, q = _shares(reference), _shares(current)
    middle = (p + q) / 2
    divergence = (np.sum(rel_entr(p, middle)) + np.sum(rel_entr(q, middle))) / 2 / np.log(2)
    return float(np.sqrt(max(0.0, divergence)))


def wasserstein(reference: Floats, current: Floats) -> float:
    """The first Wasserstein distance between ``reference``, values at evenly spaced probabilities, and the sorted
    values ``current``, in the feature's own unit: the mean distance of their quantiles."""
    places = np.linspace(0.0, len(current) - 1, len(reference))
    below = places.astype(np.int64)
    above = np.minimum(below + 1, len(current) - 1)
    quantiles = current[below] + (places - below) * (current[above] - current[below])
    return float(np.mean(np.abs(reference - quantiles)))


def kolmogorov_smirnov(reference: Floats, rows: int, current: Floats) -> Tested:
    """The two-sample test of Kolmogorov and Smirnov, two-sided, with the limiting distribution. Both are sorted;
    ``reference`` stands for ``rows`` values, of which it has evenly spaced ones. What it may be wrong by for that
    reason is taken off the statistic, so that leaving values out never makes a difference look certain."""
    from scipy.special import kolmogorov

    every = np.concatenate([reference, _few(current)])
    of_reference = np.searchsorted(reference, every, side="right") / len(reference)
    of_current = np.searchsorted(current, every, side="right") / len(current)
    statistic = float(np.max(np.abs(of_reference - of_current)))
    if rows > len(reference):
        statistic = max(0.0, statistic - 1.0 / len(reference))
    size = rows * len(current) / (rows + len(current))
    return Tested(statistic, float(kolmogorov(np.sqrt(size) * statistic)))


def chi_squared(reference: Floats, current: Floats) -> Tested:
    """Pearson's test of homogeneity of two histograms over the same categories, without correction for continuity.
    Categories that are too rare for it are taken together."""
    from scipy.special import chdtrc

    reference, current = _without_rare(reference, current)
    if len(reference) < 2:
        return Tested(0.0, 1.0)
    table = np.vstack([reference, current])
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / table.sum()
    statistic = float(np.sum((table - expected) ** 2 / expected))
    return Tested(statistic, float(chdtrc(len(reference) - 1, statistic)))


def _shares(counts: Floats) -> Floats:
    return np.asarray(counts / counts.sum())


def _few(values: Floats, most: int = 4_096) -> Floats:
    """Evenly spaced ones: between two neighbours of these the two curves can only part by what lies between."""
    if len(values) <= most:
        return values
    return values[np.linspace(0, len(values) - 1, most).astype(np.int64)]


def _without_rare(reference: Floats, current: Floats) -> tuple[Floats, Floats]:
    both = reference + current
    share = min(reference.sum(), current.sum()) / both.sum()
    rare = both * share < FEWEST_EXPECTED
    if not rare.any():
        return reference, current
    rest = np.array([reference[rare].sum()]), np.array([current[rare].sum()])
    kept = reference[~rare], current[~rare]
    if (rest[0] + rest[1]) * share < FEWEST_EXPECTED:  # still too few together: they say nothing
        return kept
    return np.concatenate([kept[0], rest[0]]), np.concatenate([kept[1], rest[1]])
