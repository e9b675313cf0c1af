import errno
import json
import os
import signal
import threading
from pathlib import Path

import pandas as pd
import pytest

from experiments import store
from experiments.store import RunFolder, StoreError, default_folder
from sim.userinput import UserError

TABLES = {
    "indicators.parquet": pd.DataFrame({"unit": ["军山小学", "b"], "value": [0.1, 1 / 3]}),
    "targets.csv": pd.DataFrame({"id": ["WK01"], "source": ["文件 000, 第1条: a, b"]}),
}
RECORD = {"replicates": 2}


def _save(folder, tables=TABLES, force=False):
    with folder.claimed(force) as held:
        folder.save(tables, RECORD)
    return held


def _names(folder):
    return sorted(os.listdir(folder))


def test_the_default_folder_is_made_of_plain_names():
    assert default_folder("wuhan_edz", "none", "abc") == Path("outputs/wuhan_edz/none/abc")
    assert default_folder("汉南 区", "a=b", "abc") == Path("outputs/汉南 区/a=b/abc")
    assert default_folder("../x/y", "..", "abc") == Path("outputs/__x_y/_/abc")


def test_what_is_saved_can_be_read(tmp_path):
    path = tmp_path / "结果" / "1"
    assert _save(RunFolder(path, "abc")) is None
    assert _names(path) == ["indicators.parquet", "run.json", "targets.csv"]
    pd.testing.assert_frame_equal(pd.read_parquet(path / "indicators.parquet"), TABLES["indicators.parquet"])
    pd.testing.assert_frame_equal(pd.read_csv(path / "targets.csv"), TABLES["targets.csv"])
    with RunFolder(path, "abc").claimed() as held:
        assert held["run"] == "abc"
        assert held["replicates"] == 2


def test_a_folder_in_which_nothing_was_saved_is_removed_with_its_parents(tmp_path):
    with pytest.raises(ZeroDivisionError), RunFolder(tmp_path / "a" / "b", "abc").claimed():
        raise ZeroDivisionError
    assert _names(tmp_path) == []


def test_an_empty_folder_of_the_user_stays(tmp_path):
    with pytest.raises(ZeroDivisionError), RunFolder(tmp_path, "abc").claimed():
        raise ZeroDivisionError
    assert tmp_path.is_dir()


def _another_run(path):
    _save(RunFolder(path, "xyz"))


def _other_files(path):
    path.mkdir()
    (path / "targets.csv").write_text("mine")


def _a_file(path):
    path.write_text("mine")


def _a_broken_record(path):
    _save(RunFolder(path, "abc"))
    (path / "run.json").write_text("{")


def _a_changed_table(path):
    _save(RunFolder(path, "abc"))
    (path / "targets.csv").write_text("mine")


def _a_missing_table(path):
    _save(RunFolder(path, "abc"))
    (path / "targets.csv").unlink()


@pytest.mark.parametrize(
    ("occupied", "told"),
    [
        (_another_run, "holds another run (xyz)"),
        (_other_files, "is no run and not empty: it holds 'targets.csv'"),
        (_a_file, "cannot be the folder of a run: File exists"),
        (_a_broken_record, "run.json is not the record of a run"),
        (_a_changed_table, "targets.csv was changed"),
        (_a_missing_table, "targets.csv was changed"),
    ],
)
def test_what_is_in_the_way_is_not_touched(tmp_path, occupied, told):
    path = tmp_path / "out"
    occupied(path)
    files = [file for file in (path, *path.glob("*")) if file.is_file()]
    before = {file: file.read_bytes() for file in files}
    with pytest.raises(UserError) as mistake:
        _save(RunFolder(path, "abc"))
    assert told in str(mistake.value)
    assert "out=DIR" in str(mistake.value)
    assert {file: file.read_bytes() for file in files} == before
    assert path.is_file() or set(_names(path)) == {file.name for file in files}


@pytest.mark.parametrize("occupied", [_another_run, _a_broken_record, _a_changed_table])
def test_force_replaces_it(tmp_path, occupied):
    occupied(tmp_path / "out")
    assert _save(RunFolder(tmp_path / "out", "abc"), force=True) is None
    with RunFolder(tmp_path / "out", "abc").claimed() as held:
        assert held["run"] == "abc"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failing_disk_leaves_the_files_that_were_there(tmp_path, monkeypatch, step):
    folder = RunFolder(tmp_path / "out", "abc")
    _save(folder)
    before = {name: (folder.path / name).read_bytes() for name in _names(folder.path)}

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(store.os, step, full)
    with pytest.raises(StoreError, match="No space left on device; free some space") as failure:
        _save(folder, {"indicators.parquet": TABLES["indicators.parquet"].head(1)})
    assert "\n" not in str(failure.value)
    assert {name: (folder.path / name).read_bytes() for name in _names(folder.path)} == before


def test_a_command_waits_for_another_in_the_same_folder(tmp_path):
    path, waited, told = tmp_path / "out", [], threading.Event()

    def second():
        with RunFolder(path, "abc").claimed(waits=told.set) as held:
            waited.append(held["replicates"])

    first = RunFolder(path, "abc")
    with first.claimed():
        thread = threading.Thread(target=second)
        thread.start()
        assert told.wait(10)
        first.save(TABLES, RECORD)
    thread.join(10)
    assert waited == [2]
    assert ".lock" not in _names(path)


def test_a_command_that_waited_takes_over_where_the_other_saved_nothing(tmp_path):
    path, told = tmp_path / "out", threading.Event()

    def second():
        with (folder := RunFolder(path, "abc")).claimed(waits=told.set) as held:
            assert held is None
            folder.save(TABLES, RECORD)

    thread = threading.Thread(target=second)
    with pytest.raises(ZeroDivisionError), RunFolder(path, "abc").claimed():
        thread.start()
        assert told.wait(10)
        raise ZeroDivisionError
    thread.join(10)
    assert _names(path) == ["indicators.parquet", "run.json", "targets.csv"]


def test_a_run_killed_among_its_final_names_is_taken_up_again(tmp_path, monkeypatch):
    folder = RunFolder(tmp_path / "out", "abc")
    if (child := os.fork()) == 0:  # a process that kills itself at the second rename
        real = os.replace

        def replace(source, target):
            real(source, target)
            os.kill(os.getpid(), signal.SIGKILL)

        os.replace = replace
        _save(folder)
    os.waitpid(child, 0)
    assert "indicators.parquet" in _names(folder.path)
    assert "run.json" not in _names(folder.path)
    assert _save(folder) is None
    assert _names(folder.path) == ["indicators.parquet", "run.json", "targets.csv"]


def test_the_record_lists_what_was_saved(tmp_path):
    _save(RunFolder(tmp_path / "out", "abc"))
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert list(record["files"]) == list(TABLES)
