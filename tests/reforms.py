"""The nine reforms of the source documents: the policy of each district, and how the ids of its rows begin."""

import csv
from pathlib import Path

import pytest

from sim.userinput import config_root, read_yaml

REFORMS = {
    "wuhan_edz": ("wuhan_edz_2021_2023", "WK"),
    "qingshan": ("qingshan_2021_2025", "QS"),
    "zhengzhou_gaoxin": ("zhengzhou_gaoxin_2025", "ZG"),
    "pilot_125": ("pilot_125", "P125"),
    "tekes": ("tekes_zones", "TK"),
    "shapingba": ("shapingba_2015", "SP"),
    "generic_county": ("zone_reform_template", "GC"),
    "wuchang": ("green_education", "WC"),
    "grand_zones_county": ("grand_zones", "PC"),
}
EACH = pytest.mark.parametrize("place", REFORMS)
NO_DISTRICT = "NP01"
"""The row of national text."""


def all_published():
    """Every row of the source table, by id."""
    path = Path(__file__).parents[1] / "docs" / "sources" / "targets.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def published(place):
    """Those of a district."""
    return {id: row for id, row in all_published().items() if id.startswith(REFORMS[place][1])}


def rows(place):
    """The rows of a district's targets, as its file has them."""
    return read_yaml(config_root() / "targets" / f"{place}.yaml")["targets"]


def policy_file(place):
    """The content of the file of a district's own policy."""
    return read_yaml(config_root() / "policy" / f"{REFORMS[place][0]}.yaml")
