"""The benchmark measures what it says: every lever is on, every step has its figure. No time is asserted."""

import subprocess
import sys
from pathlib import Path

import pytest

import sim
from reference.model import CALENDAR
from sim.reform import known_levers

FOLDER = Path(__file__).parent


@pytest.mark.parametrize("year", [2021, 2025])
def test_every_lever_is_on(year):
    policy = sim.load("synthetic_province", "every_lever", config_dirs=[FOLDER]).policy
    assert {type(lever) for lever in policy.in_force(year)} == set(known_levers().values())


def test_a_small_province_is_measured_step_by_step_beside_the_reference():
    command = [sys.executable, str(FOLDER / "speed.py"), "--students", "6000", "--years", "2", "--no-commands"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [line for line in printed.splitlines() if line.startswith("| times faster than the reference")]
    for step in (*CALENDAR, "year"):
        cells = next(line for line in printed.splitlines() if line.startswith(f"| {step} |")).split("|")
        assert all(float(cell.replace(",", "")) > 0 for cell in cells[2:-1])


def test_the_committed_table_is_one_that_the_benchmark_printed():
    text = (FOLDER / "results.md").read_text(encoding="utf-8")
    for asked in ("at least 100", "at most 60", "at most 120", "at most 10", "at most 25 %"):
        assert f"| {asked} |" in text
