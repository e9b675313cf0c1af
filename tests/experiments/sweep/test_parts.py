"""What a folder holds while parts come, are merged, and when the command is killed in between."""

import os
from contextlib import suppress
from datetime import UTC, datetime

import pandas as pd
import pytest

from experiments.sweep import parts as module
from experiments.sweep.parts import TABLES, SweepFolder, write
from experiments.sweep.work import Results, failed_rows
from sim.sweep_parts import part_file, parts, read_table
from sweep_toys import sweep, task, tasks, tried


@pytest.fixture
def folder(tmp_path):
    return SweepFolder(tmp_path)


def add(folder, *numbers, reason="no reason"):
    """A part of failed tasks, which are the quickest to make."""
    results = Results(())
    for number in numbers:
        results.rows += failed_rows(task(number), reason, None, 0.0).rows
    keep(folder, results, *numbers)


def keep(folder, results, *numbers):
    written = {table: folder.unfinished(table) for table in TABLES}
    for table, rows in results.tables().items():
        write(rows, written[table])
    folder.commit(numbers[0], numbers[-1], written)


def files(folder):
    return [file for table in TABLES for file in (folder.path / table).iterdir()]


class Killed(BaseException):
    """In the place of SIGKILL."""


def test_many_parts_stay_few_files_and_become_one(folder, monkeypatch):
    monkeypatch.setattr(module, "FACTOR", 4)
    with folder.claimed():
        for number in range(30):
            add(folder, number)
            assert len(files(folder)) <= 3 * 2 * module.FACTOR
        assert len(tried(folder)) == 90
        folder.compact()
    assert len(files(folder)) == 3 and len(tried(folder)) == 90
    assert list(folder.runs()["task"]) == [number for number in range(30) for _ in range(3)]


def test_a_large_part_is_merged_no_more(folder, monkeypatch):
    with folder.claimed():
        add(folder, 0)
        monkeypatch.setattr(module, "LARGE", sum(file.stat().st_size for file in files(folder)) * 2.5)
        for number in range(1, 8):
            add(folder, number)
        folder.compact()
    assert len(parts(folder.path)) == 4  # of two each


@pytest.mark.parametrize("steps", range(12))  # three renames, then three times three deletions
def test_killed_while_it_merges_a_folder_reads_the_same_and_goes_on(folder, monkeypatch, steps):
    with folder.claimed():
        for number in range(3):
            add(folder, number)
    before = folder.runs()
    with pytest.raises(Killed), folder.claimed():
        stop_after(steps, monkeypatch)
        folder.compact()
    monkeypatch.undo()
    pd.testing.assert_frame_equal(folder.runs(), before)
    with folder.claimed():
        pd.testing.assert_frame_equal(folder.runs(), before)
        folder.compact()
    assert len(files(folder)) == 3
    pd.testing.assert_frame_equal(folder.runs(), before)


def stop_after(steps, monkeypatch):
    """Killed after so many renames and deletions."""
    left = steps

    def counted(function):
        def once(*args, **how):
            nonlocal left
            if left == 0:
                raise Killed
            left -= 1
            return function(*args, **how)

        return once

    def delete(self, part):
        for table in reversed(TABLES):
            counted(part_file(self.path, table, part).unlink)()

    monkeypatch.setattr(os, "replace", counted(os.replace))
    monkeypatch.setattr(SweepFolder, "_delete", delete)


def test_a_part_that_lacks_a_file_does_not_count(folder):
    with folder.claimed():
        add(folder, 0)
        add(folder, 1)
    first, second = parts(folder.path)
    part_file(folder.path, "runs", first).unlink()  # killed before the last rename
    part_file(folder.path, "costs", second).unlink()  # a machine without power before the disk had it
    (folder.path / ".unfinished-1.runs").touch()
    with folder.claimed():
        assert tried(folder) == set() and files(folder) == []
        assert not list(folder.path.glob(".unfinished-*"))


def test_a_run_tried_twice_counts_once(folder):
    with folder.claimed():
        add(folder, 0, reason="first")
        add(folder, 0, reason="second")
    assert set(folder.runs()["reason"]) == {"second"} and len(folder.runs()) == 3
    with folder.claimed():
        results = Results(())
        results._note("0-0.1", "ok", None, None, 0.0, datetime(2000, 1, 1, tzinfo=UTC), task(0))
        keep(folder, results, 0)
    assert list(folder.runs().set_index("run").loc[["0-0.1", "0-0.2"], "status"]) == ["ok", "failed"]


@pytest.mark.parametrize("large", [module.LARGE, 1])  # merged with its second trial, or in a part of its own
@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4, 99])
def test_a_first_trial_goes_when_the_second_is_in_its_place(folder, monkeypatch, large, steps):
    monkeypatch.setattr(module, "LARGE", large)
    results = Results(())
    results._note("0-0.1", "ok", None, None, 0.0, datetime(2000, 1, 1, tzinfo=UTC), task(0))
    with folder.claimed():
        add(folder, 0)
        add(folder, 1)
        keep(folder, results, 0)
    before = folder.runs()
    with suppress(Killed), folder.claimed():
        stop_after(steps, monkeypatch)
        folder.compact()
    monkeypatch.undo()
    pd.testing.assert_frame_equal(folder.runs(), before)
    with folder.claimed():
        folder.compact()
    rows = pd.concat(pd.read_parquet(file) for file in folder.path.glob("runs/*"))
    assert sorted(rows["run"]) == sorted(before["run"]) and len(rows) == 6
    pd.testing.assert_frame_equal(folder.runs(), before)


def test_scopes_say_whose_indicators_are_kept(tmp_path):
    folder = sweep(tmp_path, tasks(1), scopes=("district", "school"))
    rows = read_table(folder.path, "indicators")
    assert set(rows["unit"]) == {"toy", "一小", "二小", "一中"}
    assert list(rows.columns[:5]) == ["run", "year", "level", "scope", "unit"]


def test_an_empty_folder_has_empty_tables(folder):
    with folder.claimed():
        pass
    assert tried(folder) == set() and all(len(read_table(folder.path, table)) == 0 for table in TABLES)
    assert tried(SweepFolder(folder.path / "nowhere")) == set()
