"""V10: how much of the gap between the best and the worst school follows from their number alone."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.replay import Kind, Published, Replay
from sim.agents.school import PRIMARY
from sim.indicators.standards import expected_normal_range
from sim.noise import Floats

NUMBERS = (6, 12, 24)
"""Schools among which the best and the worst are sought."""
DRAWS = 500
"""Samples of each number."""


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
            round(expected_normal_range(number), 4),
            "Tippett, Biometrika 17(3-4):364-387, doi 10.1093/biomet/17.3-4.364; computed",
            low=0.9 * expected_normal_range(number),
            high=1.1 * expected_normal_range(number),
            note="within 10 %",
        )
        for number in NUMBERS
    )

    def simulate(self, seed: int, effects: Mapping[str, float]) -> Mapping[str, float]:
        zones = (*zones_of("primary", max(NUMBERS)), *zones_of("junior", 4))
        rest = scenario(zones, margins={"students": 9_000}, effects=effects).at_rest(seed)
        return gaps(rest.schools.score[rest.schools.level == PRIMARY], np.random.default_rng(seed))


def gaps(score: Floats, draw: np.random.Generator) -> dict[str, float]:
    """Best less worst of so many schools drawn from these, over their SD: mean over many draws, by figure.

    Schools drawn without replacement are a sample like any other, so that the range of 6 of 24 is not biased. The SD of
    24 is 1.1 % too small on average, and the ratio as much too large: well inside the 10 % that are asked.
    """
    found = {}
    for number, row in zip(NUMBERS, GapBySchools.published, strict=True):
        samples = [draw.choice(score, number, replace=False) for _ in range(DRAWS)]
        found[row.figure] = float(np.mean([np.ptp(sample) for sample in samples]) / score.std(ddof=1))
    return found
