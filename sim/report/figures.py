"""Rows and figures as they are printed, the same in the terminal, in pictures and in the report."""

from typing import Any

import pandas as pd

from sim.targets import ROUNDING

HUNDRED = 100
MILLION, TEN_THOUSAND = 1e6, 1e4
"""Units of money, English and Chinese."""
DECIMALS = ((1, 3), (10, 2), (HUNDRED, 1))
"""Decimals of a figure below each limit; none beyond."""


def figure(value: float) -> str:
    """Three digits or so; nothing for what is not there."""
    if pd.isna(value):
        return ""
    decimals = next((decimals for limit, decimals in DECIMALS if abs(value) < limit), 0)
    text = f"{value:.{0 if abs(value - round(value)) < ROUNDING else decimals}f}"
    return "0" if float(text) == 0 else text


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def percent(share: float) -> str:
    """A share as a whole number of percent, without the sign."""
    return "" if pd.isna(share) else f"{HUNDRED * share:.0f}"
