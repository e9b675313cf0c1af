from pathlib import Path

import pandas as pd
import pytest

from experiments.evidence.v11_starting_inequality import OBSERVED, RESOURCES, StartingInequality, inequality

NAMES = {
    "above-required-degree teachers per pupil": "degree",
    "above-required-degree teachers per 100": "degree",
    "mid-or-higher-title teachers per pupil": "backbone",
    "county+ backbone teachers per 100": "backbone",
    "teaching area per pupil": "teaching_area",
    "sports area per pupil": "sports_area",
    "equipment value per pupil": "equipment",
    "computers per 100 pupils": "multimedia",
    "network multimedia rooms per 100": "multimedia",
    "composite CV (mean of 8)": "composite",
    "composite (mean of 7)": "composite",
}


@pytest.fixture(scope="module")
def counties():
    """CVs by level, county and resource; the newer framework where a county has both."""
    table = pd.read_csv(Path(__file__).parents[3] / "docs" / "sources" / "observed_cvs.csv")
    table = table[table["indicator_en"].isin(NAMES)].sort_values("framework")
    table["resource"] = table["indicator_en"].map(NAMES)
    return table.groupby(["level", "county", "resource"])["value"].last().unstack()


@pytest.mark.parametrize("level", ["primary", "junior"])
def test_published_figures_are_those_of_the_counties(counties, level):
    of = counties.loc[level]
    figures = pd.DataFrame([inequality(row) for row in of.dropna().to_dict("records")])
    for (figure, its_level), (median, low, high) in OBSERVED.items():
        if its_level != level:
            continue
        values = of["composite"] if figure == "composite CV" else figures[figure]
        assert (median, low, high) == pytest.approx((values.median(), values.min(), values.max()), abs=0.0006), figure


def test_places_count_from_the_most_uneven():
    cv = {**dict.fromkeys((*RESOURCES, "composite"), 0.2), "sports_area": 0.4, "backbone": 0.5}
    found = inequality(cv)
    assert found["place of sports area among six CVs"] == 2
    assert found["CV of backbone less above-degree"] == pytest.approx(0.3)


def test_the_county_is_as_uneven_as_its_margins_say():
    found = StartingInequality().simulate(3, {})
    assert set(found) == {row.figure for row in StartingInequality.published}
    assert found["CV of sports area, primary"] == pytest.approx(0.375, abs=0.002)
    assert found["CV of teaching area, junior"] == pytest.approx(0.359, abs=0.002)
