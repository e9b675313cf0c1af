"""V10: how much of the gap between the best and the worst school follows from their number alone."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from scipy.stats import norm

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.replay import Kind, Published, Replay

NUMBERS = (6, 12, 24)
"""Schools among which the best and the worst are sought."""


def normal_range(schools: int) -> float:
    """Expected best less worst of as many independent standard normals (Tippett 1925)."""
    at = np.linspace(-9.0, 9.0, 20_001)
    below = norm.cdf(at)
    return float(np.trapezoid(1.0 - below**schools - (1.0 - below) ** schools, at))


class GapBySchools(Replay):
    """Tippett's range of normal samples against best less worst school mean of the model.

    Sample: 24 primary schools at rest, of which 6, 12 or all are drawn. Estimator: mean best less worst mean measured
    score over many draws, over the SD of the schools' means. Outcome: ratio. It may touch no effect.
    """

    id: ClassVar[str] = "V10"
    title: ClassVar[str] = "Gap by number of schools"
    kind: ClassVar[Kind] = "arithmetic"
    published: ClassVar[tuple[Published, ...]] = tuple(
        Published(
            f"best less worst of {number}, over the SD of schools",
            round(normal_range(number), 4),
            "Tippett, Biometrika 17(3-4):364-387, doi 10.1093/biomet/17.3-4.364; computed",
            low=0.9 * normal_range(number),
            high=1.1 * normal_range(number),
            note="within 10 %",
        )
        for number in NUMBERS
    )

    def simulate(self, seed: int, effects: Mapping[str, float]) -> Mapping[str, float]:
        zones = (*zones_of("primary", max(NUMBERS)), *zones_of("junior", 4))
        rest = scenario(zones, margins={"students": 27_000}, effects=effects).at_rest(seed)
        score = rest.schools.score[rest.schools.level == 0]
        draw = np.random.default_rng(seed)
        found = {}
        for number, row in zip(NUMBERS, self.published, strict=True):
            samples = [draw.choice(score, number, replace=False) for _ in range(500)]
            found[row.figure] = float(np.mean([np.ptp(sample) for sample in samples]) / score.std(ddof=1))
        return found
