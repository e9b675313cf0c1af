"""Where schools lie: kilometres from the south-west corner of all of them, from plane coordinates or degrees."""

import math

import numpy as np

from sim.district.tables.problems import Problems
from sim.district.tables.records import Records
from sim.noise import Floats

EARTH_RADIUS = 6371.0088
"""km, mean radius (IUGG)."""
WIDEST = 1000.0
"""km: the largest map of a district."""
PAIRS = (("x_km", "y_km"), ("longitude", "latitude"))


def places_of(schools: Records, problems: Problems) -> tuple[Floats, Floats]:
    """East and north of each row, km; nan where they are not given.

    Degrees become kilometres by the equirectangular projection about the mean latitude, which is true to a thousandth
    within a district.
    """
    nowhere = np.full(len(schools), np.nan)
    given = [pair for pair in PAIRS if any(name in schools.values for name in pair)]
    if not given:
        return nowhere, nowhere
    if len(given) > 1:
        mend = "leave out one pair of columns"
        problems.error(schools.file, "places stand there twice, as x_km, y_km and in degrees", mend=mend)
        return nowhere, nowhere
    (first, second) = given[0]
    for index, (one, other) in enumerate(zip(schools.get(first), schools.get(second), strict=True)):
        if (one is None) != (other is None):
            lacks = first if one is None else second
            said, mend = "must not be empty", f"a place is {first} and {second}: give both, or none"
            problems.error(**schools.where(index, lacks), said=said, mend=mend)
    across, up = (np.array(schools.get(name), dtype=np.float64) for name in (first, second))
    known = ~np.isnan(across) & ~np.isnan(up)
    if not known.any():
        return nowhere, nowhere
    if first == "longitude":
        degree = math.radians(EARTH_RADIUS)
        across, up = across * degree * math.cos(math.radians(up[known].mean())), up * degree
    across, up = np.where(known, across, np.nan), np.where(known, up, np.nan)
    far = np.hypot(across - np.median(across[known]), up - np.median(up[known]))
    for row in np.flatnonzero(far > WIDEST / 2).tolist():
        said = f"lies {far[row]:,.0f} km from the middle of the others"
        problems.error(**schools.where(row, first), said=said, mend="correct its place, or leave it empty")
    return across - across[known].min(), up - up[known].min()
