"""Whether what the model gives agrees with what was published."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from experiments.evidence.replay import Published
from sim.noise import Floats

AGREES = 1.96
"""Largest |z| that is no contradiction."""


@dataclass(frozen=True)
class Simulated:
    """Mean over repeats, and its Monte-Carlo standard error (nan from one repeat)."""

    mean: float
    error: float
    repeats: int

    @classmethod
    def of(cls, values: Floats) -> Self:
        found = values[np.isfinite(values)]
        if len(found) == 0:
            return cls(float("nan"), float("nan"), 0)
        error = float(found.std(ddof=1) / np.sqrt(len(found))) if len(found) > 1 else float("nan")
        return cls(float(found.mean()), error, len(found))


def z_score(published: Published, simulated: Simulated) -> float | None:
    """(simulated - published) / sqrt(SE^2 + MCSE^2); None where nothing was published to say how sure it is."""
    if published.se is None:
        return None
    own = 0.0 if np.isnan(simulated.error) else simulated.error
    return float((simulated.mean - published.value) / np.hypot(published.se, own))


def verdict(published: Published, simulated: Simulated) -> str:
    """`agrees` or `differs` where there is a standard error, else `consistent` or `not consistent`."""
    if simulated.repeats == 0:
        return "no estimate"
    z = z_score(published, simulated)
    if z is not None:
        return "agrees" if abs(z) < AGREES else "differs"
    assert published.low is not None and published.high is not None
    return "consistent" if published.low <= simulated.mean <= published.high else "not consistent"


def passes(word: str) -> bool:
    """Whether a verdict is that of a figure met."""
    return word in ("agrees", "consistent")
