import pandas as pd
import pytest

from sim.sweep_parts import read_table
from sweep_toys import assert_equal, sweep, task, tasks, tried, values


def test_every_run_leaves_its_rows(tmp_path):
    folder = sweep(tmp_path, tasks(5))
    tables = values(tmp_path)
    assert tried(folder) == set(tables["runs"]["run"]) and len(tried(folder)) == 15
    assert set(tables["runs"]["status"]) == {"ok"}
    district = tables["indicators"]
    assert len(district) == 15 * 2 * 2 and set(district["scope"]) == {"district"}
    yuan = tables["costs"].set_index("run")["yuan"]
    assert yuan["3-0.2"] == 201 and yuan["3-without"] == 1


@pytest.mark.parametrize("engine", ["processes", "dask"])
def test_engines_and_chunks_leave_the_same_values(tmp_path, engine, two_workers):
    sweep(tmp_path / "serial", tasks(60), "serial")
    sweep(tmp_path / "other", tasks(60), engine, **two_workers(engine))
    assert_equal(tmp_path / "serial", tmp_path / "other")


TROUBLES = {
    "refuse": ("ValueError: this world is refused", "in refuse"),
    "leave": ("SystemExit: 3", "in leave"),
    "hang": ("took longer than engine.time_limit=2 seconds", "in hang"),
    "hang_in_c": ("took longer than engine.time_limit=2 seconds", "in hang_in_c"),
    "eat": ("took more memory than engine.memory_limit=0.6GB", "in eat"),
    "exit": ("its worker died 3 times", None),
    "kill": ("its worker died 3 times", None),
    "crash": ("its worker died 3 times", "in crash"),
}


@pytest.mark.parametrize("engine", ["processes", "dask"])
@pytest.mark.parametrize(
    "bad", [["refuse", "hang_in_c", "eat", "kill"], pytest.param(list(TROUBLES), marks=pytest.mark.slow)]
)
def test_a_bad_run_is_one_failed_row_and_all_others_finish(tmp_path, engine, bad, two_workers):
    todo = [task(number, rates=(0.1, 0.2, 0.3), does=bad[number : number + 1]) for number in range(12)]
    folder = sweep(tmp_path, todo, engine, **two_workers(engine), time_limit=2.0, memory_limit="600MB")
    runs = folder.runs().set_index("run")
    failed = runs[runs["status"] == "failed"]
    assert sorted(failed.index) == sorted(f"{number}-{what}" for number, what in enumerate(bad))
    assert len(runs) == 12 * 4 + len(bad) and (folder.told.ok, folder.told.failed) == (48, len(bad))
    for number, what in enumerate(bad):
        row, (reason, where) = failed.loc[f"{number}-{what}"], TROUBLES[what]
        assert reason in row["reason"] and "\n" not in row["reason"]
        assert pd.isna(row["traceback"]) if where is None else where in row["traceback"]
    assert set(read_table(tmp_path, "indicators")["run"]) == set(runs.index[runs["status"] == "ok"])
    assert list(tmp_path.glob(".unfinished-*")) == []


def test_a_district_that_cannot_be_set_up_fails_its_own_runs(tmp_path):
    todo = [task(number, at_rest_does=does) for number, does in enumerate(("well", "refuse", "hang", "kill", "well"))]
    runs = sweep(tmp_path, todo, "processes", workers=1, time_limit=1.0).runs()
    assert list(runs["status"]) == ["ok"] * 3 + ["failed"] * 9 + ["ok"] * 3
    assert all(runs["reason"][3:12].str.startswith("the district before any reform: "))
    assert runs["started"][9:12].min() > runs["started"][12:].max()  # what kills its worker is tried last
