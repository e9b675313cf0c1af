"""Figures by school and by zone: means over replicates in the baseline and the last year, with and without the policy.

A mean over fewer than ten students tells of children, not of a school: such figures are left out.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.agents.school import LEVELS, YEARS
from sim.analysis.paired import KEYS
from sim.indicators.catalogue import SCHOOL, ZONE

FEWEST = 10
"""Students that a shown figure is of, at least."""
OF_STUDENTS = ("score_mean", "class_size_mean", "class_size_max", "entry_class_max", "measured_minus_true")
OF_LAST_GRADE = ("excellent_rate", "pass_rate", "general_high_rate")
"""Indicators that are about a school's students, all of them or those of the last grade."""
SHOWN = (
    "score_mean",
    "skill_mean",
    "backbone_per_100",
    "class_size_mean",
    "teachers",
    "moved_share",
    "general_high_rate",
)
"""Indicators of the report's tables."""
PLACE_COLUMNS = ("level", "unit", "zone", "lead", "east", "north")
MOMENTS = ("baseline", "policy", "counterfactual", "change")
"""In the baseline year; in the last year, with the policy and without; and the first less the second of these."""


def school_figures(indicators: pd.DataFrame, places: pd.DataFrame, names: Sequence[str] = SHOWN) -> pd.DataFrame:
    """One row for each school of each level.

    Parameters
    ----------
    indicators : DataFrame
        As `indicators.parquet`.
    places : DataFrame
        As `places.csv`: level, school (`unit`), zone, whether it leads it, and where it stands, km.
    names : sequence of str
        Indicators wanted.

    Returns
    -------
    DataFrame
        `PLACE_COLUMNS`, `students` (in the last year, with the policy), then a column for each indicator and each of
        `MOMENTS`, such as `score_mean change`; empty where a figure would be of fewer than `FEWEST` students.
    """
    table = _figures(indicators, SCHOOL, names)
    told = places.drop_duplicates(["level", "unit"]).set_index(["level", "unit"])
    table = table.join(told).reset_index()
    return table[[*PLACE_COLUMNS, *(column for column in table if column not in PLACE_COLUMNS)]]


def zone_figures(indicators: pd.DataFrame, names: Sequence[str] = SHOWN) -> pd.DataFrame:
    """The same for each zone of each level, without `zone`, `lead` and the place."""
    return _figures(indicators, ZONE, names).reset_index()


def _figures(indicators: pd.DataFrame, scope: str, names: Sequence[str]) -> pd.DataFrame:
    names = [name for name in names if name in indicators]
    first, last = indicators["year"].min(), indicators["year"].max()
    rows = indicators.loc[
        (indicators["scope"] == scope) & indicators["year"].isin([first, last]), [*KEYS, "students", *names]
    ]
    by_place = rows.groupby(["scenario", "year", "level", "unit"], sort=False, observed=True)
    means, least = by_place[["students", *names]].mean(), by_place["students"].min()
    for name in names:
        means[name] = means[name].where(_tellable(least, name))

    def moment(scenario: str, year: int) -> pd.DataFrame:
        """Means of one world in one year; none where that world was not run."""
        scenarios, years = (means.index.get_level_values(name) for name in ("scenario", "year"))
        return means[(scenarios == scenario) & (years == year)].droplevel(["scenario", "year"])

    policy, without = moment("policy", last), moment("counterfactual", last)
    by_moment = (moment("policy", first), policy, without, policy - without)
    columns = {f"{name} {when}": table[name] for name in names for when, table in zip(MOMENTS, by_moment, strict=True)}
    return pd.DataFrame({"students": policy["students"]} | columns).reindex(policy.index)


def _tellable(students: "pd.Series[float]", name: str) -> NDArray[np.bool_]:
    """Whether an indicator of places with so many students is of enough of them."""
    count = students.to_numpy(np.float64)
    if name in OF_LAST_GRADE:
        count = count / [YEARS[LEVELS.index(level)] for level in students.index.get_level_values("level")]
    return count >= (FEWEST if name in (*OF_STUDENTS, *OF_LAST_GRADE) else 0)
