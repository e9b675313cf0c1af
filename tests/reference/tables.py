"""Small indicator tables written by hand."""

import pandas as pd


def indicator_table(name, series, first_year=2020):
    """Rows of one indicator.

    `series` maps (scenario, level, scope, unit) to the replicates, each a list of yearly values.
    """
    rows = []
    for (scenario, level, scope, unit), replicates in series.items():
        for replicate, values in enumerate(replicates):
            for year, value in enumerate(values, first_year):
                rows.append((scenario, replicate, year, level, scope, unit, value))
    return pd.DataFrame(rows, columns=["scenario", "replicate", "year", "level", "scope", "unit", name])


def joined(*tables):
    """Tables of several indicators side by side, nan where one has no row."""
    keys = ["scenario", "replicate", "year", "level", "scope", "unit"]
    whole = tables[0]
    for table in tables[1:]:
        whole = whole.merge(table, on=keys, how="outer")
    return whole
