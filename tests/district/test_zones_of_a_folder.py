"""Zones by distance in a folder of one's own: which of what is asked for counts, and who leads."""

import pytest

import sim
from own_folder import YAML, column, swap, write
from sim.userinput import UserError

PLACES = column("y_km", 0, 0, 9, 0, 9, table=column("x_km", 0, 9, 0, 0, 9))
FOUR = {"district.yaml": YAML + "zones: 4\n", "schools": PLACES}


def zones_of(folder, *typed):
    """Lead and schools of each zone."""
    return [(zone.lead, set(zone.schools)) for zone in sim.load(str(folder), overrides=typed).district.zones]


def test_what_is_typed_takes_the_place_of_what_the_file_says(tmp_path):
    folder = write(tmp_path / "place", **FOUR)
    assert len(zones_of(folder)) == 4
    assert zones_of(folder, "district.zones=2") == [
        ("甲小学", {"甲小学", "乙小学", "丙小学"}),
        ("丁中学", {"丁中学", "戊中学"}),
    ]
    assert zones_of(folder, "district.zones=auto", "district.schools_a_zone=9") == zones_of(folder, "district.zones=2")
    with pytest.raises(UserError, match="^district.zones must be within 2 ... 5, got 6$"):
        zones_of(folder, "district.zones=6")


def test_a_school_that_leads_goes_on_leading(tmp_path):
    """Though 乙小学 is half as large as 甲小学; where no school leads, the largest does."""
    schools = swap("600,no", "600,yes", swap("yes", "no", PLACES))
    folder = write(tmp_path / "place", **FOUR | {"schools": schools})
    assert [lead for lead, _ in zones_of(folder, "district.zones=2")] == ["乙小学", "丁中学"]


def test_another_order_of_the_table_gives_the_same_zones(tmp_path):
    first, *schools = PLACES.splitlines(keepends=True)
    other = write(tmp_path / "place", **FOUR | {"schools": "".join((first, *schools[::-1]))})
    assert zones_of(other) == zones_of(write(tmp_path / "there", **FOUR))
