"""How pictures look: colours that the colour-blind tell apart, and line styles and hatches for black and white.

The palette is that of Okabe and Ito (2008), Color Universal Design, jfly.uni-koeln.de/color.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unicodedata import east_asian_width

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.report.fonts import families

BLUE, VERMILION, GREEN, AMBER, SKY, PURPLE = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7"
POLICY, WITHOUT, GOAL = BLUE, "#595959", VERMILION
"""Of the policy, of the counterfactual, of a target."""
FAINT = "#BBBBBB"
INK = "#222222"
BAND = 0.2
"""Opacity of the band from 5 % to 95 % of the replicates."""
HATCH = "////"
"""Of what there is without the policy too."""
WIDTH, HEIGHT = 5.2, 3.2
LEFT, RIGHT, BOTTOM, TOP = 0.72, 0.12, 0.5, 0.3
"""Size and margins of a picture, inches."""
SMALL, POINTS = 7.5, 72.0
"""Size of small type, points, and points an inch."""

LOOK: dict[Any, Any] = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": WITHOUT,
    "axes.titlesize": 8,
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # where it would be put: looking for it takes a quarter of a picture's time
    "axes.labelcolor": INK,
    "text.color": INK,
    "font.size": 9,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": "small",
    "text.parse_math": False,  # a school may be called $1
}


@contextmanager
def look() -> Iterator[None]:
    """Within it new texts have a font for Chinese names."""
    with mpl.rc_context(LOOK | {"font.family": families()}):
        yield


def new_axes(height: float = HEIGHT, left: float = LEFT, bottom: float = BOTTOM, top: float = TOP) -> Axes:
    """Axes of a new figure, with fixed margins, inches: a layout that measures every text takes three times as long."""
    with look():
        figure = Figure(figsize=(WIDTH, height))
        return figure.add_axes((left / WIDTH, bottom / height, 1 - (left + RIGHT) / WIDTH, 1 - (bottom + top) / height))


def room(names: Iterable[str]) -> float:
    """Inches that the longest of these needs beside an axis, in small type; a Chinese character is as wide as high."""
    ems = (sum(1.0 if east_asian_width(character) in "WF" else 0.56 for character in name) for name in names)
    return 0.15 + SMALL / POINTS * max(ems, default=0.0)


def whole_years(ax: Axes) -> None:
    """No year and a half on the x axis."""
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
