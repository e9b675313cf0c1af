"""One small run, the report that is made of it, and a sweep."""

import pytest

import sim
from sim.report import page
from stored_sweep import store_with_record

SMALL = ["district.students=6000"]


@pytest.fixture(scope="package")
def small_run():
    """Result, record and places of a run of four replicates over three years, split by channel."""
    scenario = sim.load("wuhan_edz", "wuhan_edz_2021_2023", overrides=SMALL, horizon=2022)
    result = sim.run(scenario, replicates=4, seed=3, channels=True)
    record = {
        "run": "0123456789ab",
        "command": "zonesim run district.students=6000",
        "titles": {"district": "武汉经开区", "policy": "学区制建设", "counterfactual": "不改革"},
        "baseline_year": 2020,
        "horizon": 2022,
        "replicates": 4,
        "seed": 3,
        "code": "abcdef012345",
        "finished": "2026-01-01T00:00:00+00:00",
        "machine": {"system": "Linux"},
        "versions": {"python": "3.11", "zonesim": "0.1"},
        "given": scenario.given,
        "filled": scenario.filled,
        "notes": scenario.notes,
        "resolved": scenario.resolved,
    }
    return result, record, scenario.places(3)


@pytest.fixture(scope="package")
def report(small_run):
    """The page in English first."""
    return page.write(*small_run)


@pytest.fixture(scope="package")
def sweep(tmp_path_factory):
    """Eight cells of two districts, one replicate of one cell failed."""
    return store_with_record(tmp_path_factory.mktemp("sweep"), cells=8, replicates=4, failed=("p3-2",))
