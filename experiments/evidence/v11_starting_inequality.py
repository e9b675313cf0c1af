"""V11: how unevenly official resources are spread over schools before any reform."""

from collections.abc import Mapping
from typing import ClassVar

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.replay import Kind, Published, Replay
from sim.agents.school import LEVELS
from sim.indicators.catalogue import DISTRICT, INDICATORS
from sim.indicators.units import Units
from sim.model import ZoneReform

RESOURCES = ("degree", "backbone", "teaching_area", "sports_area", "equipment", "multimedia")
"""Those that several counties published: PE and arts teachers only one did, and books are not in the model."""
OBSERVED: Mapping[tuple[str, str], tuple[float, float, float]] = {
    ("CV of above-degree teachers", "primary"): (0.295, 0.254, 0.324),
    ("CV of above-degree teachers", "junior"): (0.355, 0.223, 0.445),
    ("CV of backbone teachers", "primary"): (0.423, 0.369, 0.502),
    ("CV of backbone teachers", "junior"): (0.431, 0.253, 0.569),
    ("CV of teaching area", "primary"): (0.437, 0.251, 0.881),
    ("CV of teaching area", "junior"): (0.353, 0.285, 0.433),
    ("CV of sports area", "primary"): (0.578, 0.375, 1.299),
    ("CV of sports area", "junior"): (0.431, 0.298, 0.784),
    ("composite CV", "primary"): (0.359, 0.295, 0.592),
    ("composite CV", "junior"): (0.338, 0.261, 0.439),
    ("place of sports area among six CVs", "primary"): (1.0, 1.0, 3.0),
    ("place of sports area among six CVs", "junior"): (1.0, 1.0, 4.0),
    ("CV of backbone less above-degree", "primary"): (0.138, 0.099, 0.204),
    ("CV of backbone less above-degree", "junior"): (0.074, -0.033, 0.214),
}
"""Median, least and largest of the counties in docs/sources/observed_cvs.csv."""
ROUNDING = 0.001
"""By which the range is wider: counties print three digits, and margins that were taken from them have as many."""
NOTES = {
    "CV of above-degree teachers": "follows from sizes of schools, teacher_elasticity and shares of degrees",
    "CV of backbone teachers": "set against middle and higher titles, and in one county backbone; the CV is a margin",
    "CV of teaching area": "the CV is a margin",
    "CV of sports area": "the CV is a margin",
    "composite CV": "mean of the model's seven; counties: of eight, with books and head-count",
    "place of sports area among six CVs": "1: the most uneven; all but the CV of degrees are margins",
    "CV of backbone less above-degree": "the CV of backbone is a margin, that of degrees is not",
}
RECOVERS = ("CV of backbone teachers", "CV of teaching area", "CV of sports area", "composite CV")


class StartingInequality(Replay):
    """National inspections of nine counties, frameworks of 2012 and 2017, against a county made from margins.

    Sample: 20 primary and 12 junior schools of the generic county, 30,000 students, no school known by itself.
    Estimator: the official coefficient of variation (差异系数), weighted by students, of each resource of a level in
    the baseline year. Outcome: CVs, their mean and their order. It may touch no effect.

    A CV that is a margin of the district is recovered; only that of degrees, and what rests on it, emerges. Effects on
    learning have no part in any of them, so that the null model gives the same.
    """

    id: ClassVar[str] = "V11"
    title: ClassVar[str] = "Starting inequality"
    kind: ClassVar[Kind] = "emerges"
    published: ClassVar[tuple[Published, ...]] = tuple(
        Published(
            f"{figure}, {level}",
            median,
            "observed_cvs.csv",
            low=low - ROUNDING,
            high=high + ROUNDING,
            kind="recovers" if figure in RECOVERS else "emerges",
            note=f"median and range of the counties; {NOTES[figure]}",
        )
        for (figure, level), (median, low, high) in OBSERVED.items()
    )

    def simulate(self, seed: int, effects: Mapping[str, float]) -> Mapping[str, float]:
        zones = (*zones_of("primary", 20, each=4), *zones_of("junior", 12, each=4))
        rest = scenario(zones, margins={}, effects=effects).at_rest(seed)
        found: dict[str, float] = {}
        for level in LEVELS:
            found |= {f"{figure}, {level}": value for figure, value in inequality(cvs(rest, level)).items()}
        return found


def cvs(model: ZoneReform, level: str) -> dict[str, float]:
    """Recorded official CVs of a level in the model's year, and their mean."""
    keys = Units.of(model.schools, model.zones, model.district.name).keys
    row = next(row for row, (of, scope, _) in enumerate(keys) if of == level and scope == DISTRICT)
    figures = dict(zip(INDICATORS, model.records[model.year][row].tolist(), strict=True))
    return {name: figures[f"cv_{name}"] for name in (*RESOURCES, "composite")}


def inequality(cv: Mapping[str, float]) -> dict[str, float]:
    """The figures of a level from its CVs."""
    return {
        "CV of above-degree teachers": cv["degree"],
        "CV of backbone teachers": cv["backbone"],
        "CV of teaching area": cv["teaching_area"],
        "CV of sports area": cv["sports_area"],
        "composite CV": cv["composite"],
        "place of sports area among six CVs": 1.0 + sum(cv[name] > cv["sports_area"] for name in RESOURCES),
        "CV of backbone less above-degree": cv["backbone"] - cv["degree"],
    }
