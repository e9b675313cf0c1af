from contextlib import contextmanager

import pandas as pd
import pytest

from experiments.engines import EngineSettings
from experiments.sweep.execution import execute
from experiments.sweep.parts import SweepFolder
from sim.sweep_parts import read_table
from sweep_toys import task, tasks


class Quiet:
    """A progress that keeps what it is told."""

    def __init__(self):
        self.ok = self.failed = 0
        self.lines = []

    def add(self, ok, failed):
        self.ok += ok
        self.failed += failed

    def tick(self):
        pass

    def line(self, text):
        self.lines.append(text)


def sweep(path, todo, engine="serial", scopes=("district",), **settings):
    """The folder after a sweep; what it told is `told` of it."""
    folder = SweepFolder(path)
    folder.told = Quiet()
    with folder.claimed():
        execute(todo, folder, EngineSettings(engine, **settings), folder.told, scopes)
    return folder


def values(path):
    """All that must not depend on how a sweep was computed."""
    runs = read_table(path, "runs")[["run", "status", "reason", "task"]]
    return {"indicators": read_table(path, "indicators"), "costs": read_table(path, "costs"), "runs": runs}


def assert_equal(one, other):
    for name, table in values(one).items():
        pd.testing.assert_frame_equal(table, values(other)[name], check_exact=True)


def test_every_run_leaves_its_rows(tmp_path):
    folder = sweep(tmp_path, tasks(5))
    tables = values(tmp_path)
    assert folder.done() == set(tables["runs"]["run"]) and len(folder.done()) == 15
    assert set(tables["runs"]["status"]) == {"ok"}
    district = tables["indicators"]
    assert len(district) == 15 * 2 * 2 and set(district["scope"]) == {"district"}
    yuan = tables["costs"].set_index("run")["yuan"]
    assert yuan["3-0.2"] == 201 and yuan["3-without"] == 1


@pytest.mark.parametrize("engine", ["processes"])
def test_engines_and_chunks_leave_the_same_values(tmp_path, engine):
    sweep(tmp_path / "serial", tasks(60), "serial")
    sweep(tmp_path / "other", tasks(60), engine, workers=2)
    assert_equal(tmp_path / "serial", tmp_path / "other")
