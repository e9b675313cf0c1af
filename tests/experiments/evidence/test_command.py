import importlib.util
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from experiments import engines
from experiments.engines import EngineSettings
from experiments.evidence import command, repeats
from experiments.evidence.command import read
from experiments.evidence.repeats import Repeat, carry_out, planned
from experiments.evidence.studies import STUDIES, replay
from sim.userinput import UserError

CHEAP = "V10"


@pytest.fixture
def empty(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_defaults_are_those_of_the_documentation():
    settings = read([])
    assert (settings.size, settings.replays, settings.seed) == ("quick", tuple(STUDIES), 1)
    assert settings.engine == EngineSettings("processes", None)
    assert settings.out == Path("outputs/evidence/quick")
    assert read(["size=full"]).out == Path("outputs/evidence/full")


@pytest.mark.parametrize("typed", [CHEAP, f"[{CHEAP}]", f"[ {CHEAP}, {CHEAP} ]"])
def test_replays_are_chosen_by_id(typed):
    assert read([f"replays={typed}"]).replays == (CHEAP,)


def test_replays_come_in_the_order_of_the_studies():
    ids = list(STUDIES)[:3]
    assert read([f"replays=[{','.join(reversed(ids))}]"]).replays == tuple(ids)


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("size=huge", "no such size; known: quick, full"),
        ("replays=V99", "replays=V99: V99: no such replay; known: V"),
        (f"replays=[{CHEAP},x]", "x: no such replay"),
        ("replay=V10", "did you mean 'replays'?"),
        ("run.replicates=3", "known: run.seed"),
        ("run.seed=-1", "0 ... 9223372036854775807"),
        ("policy=none", "policy: no such setting; known: engine, engine.workers, engine.time_limit"),
        ("force=1", "true or false"),
        ("engine=nowhere", "known: dask, processes, serial"),
    ],
)
def test_a_mistake_is_one_line_and_exit_status_2(zonesim, empty, word, told):
    status, output, messages = zonesim("evidence", word)
    assert status == 2
    assert told in messages and len(messages.splitlines()) == 1
    assert output == "" and os.listdir() == []


def test_help_lists_the_settings_and_the_replays(zonesim):
    status, output, _ = zonesim("evidence", "--help")
    assert status == 0
    assert max(map(len, output.splitlines())) <= 120
    for word in ("size=quick|full", "replays=", "run.seed=N", "engine=", "out=DIR", "force=true", *STUDIES):
        assert word in output


def test_a_missing_package_is_told_with_the_way_to_get_it(zonesim, empty, monkeypatch):
    there = importlib.util.find_spec
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "statsmodels" else there(name))
    status, _, messages = zonesim("evidence")
    assert status == 2
    assert messages == "zonesim: evidence needs statsmodels: pip install 'zonesim[evidence]'\n"
    assert os.listdir() == []


def test_the_command_leaves_its_table_the_same_on_every_engine_and_shows_it(zonesim, empty):
    status, output, _ = zonesim("evidence", f"replays={CHEAP}", "run.seed=3", "engine=serial", "out=here")
    assert status == 0
    assert output.splitlines()[-1] == "Files: here"
    assert sorted(os.listdir("here")) == ["evidence.csv", "repeats.csv", "run.json"]
    table = pd.read_csv("here/evidence.csv")
    assert table["figure"].tolist() == [row.figure for row in replay(CHEAP).published]
    assert table["simulated"].notna().all() and table["null"].notna().all()
    assert (table["repeats"] == 3).all() and (table["seed"] == 3).all()
    assert {"source", "note", "version", "date", "code"} <= set(table)
    record = json.loads(Path("here/run.json").read_text(encoding="utf-8"))
    assert record["run"] == "evidence" and record["replays"] == [CHEAP]
    elsewhere = engines.processes(1)(partial(carry_out, 3), [Repeat(CHEAP, "model", 2), Repeat(CHEAP, "null", 2)])
    single = pd.read_csv("here/repeats.csv")
    here = single[single["repeat"] == 2]["estimate"].tolist()
    assert here == [value for outcome in elsewhere for value in outcome.estimates.values()]


def test_a_folder_with_something_else_is_spared(zonesim, empty):
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("mine")
    status, _, messages = zonesim("evidence", f"replays={CHEAP}", "out=mine")
    assert status == 2
    assert "mine is no run and not empty" in messages
    assert os.listdir("mine") == ["notes.txt"]


def test_every_repeat_has_luck_of_its_own_and_the_null_model_the_same():
    plan = list(planned([CHEAP], "full"))
    assert len(plan) == 1 + 2 * 200
    assert {one.world for one in plan} == {"model", "null", "data"}
    seeds = []

    class Spy:
        published = replay(CHEAP).published

        def simulate(self, seed, effects):
            seeds.append((seed, bool(effects)))
            return {row.figure: 1.0 for row in self.published}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeats, "replay", lambda _: Spy())
        for world, number in (("model", 0), ("model", 1), ("null", 1)):
            assert carry_out(5, Repeat(CHEAP, world, number)).failure == ""
    assert seeds[0] == (5, False)
    assert seeds[1][0] != 5 and seeds[2] == (seeds[1][0], True)


@pytest.mark.parametrize(
    ("found", "told"),
    [(ValueError("two\nlines"), "ValueError: two lines"), ({}, "LookupError: no estimate of best less worst of 6")],
)
def test_a_repeat_that_fails_says_why(monkeypatch, found, told):
    class Broken:
        published = replay(CHEAP).published

        def simulate(self, seed, effects):
            if isinstance(found, Exception):
                raise found
            return found

    monkeypatch.setattr(repeats, "replay", lambda _: Broken())
    outcome = carry_out(1, Repeat(CHEAP, "model"))
    assert outcome.estimates == {}
    assert outcome.failure.startswith(told)


def test_the_module_runs_as_a_program():
    roots = {**os.environ, "PYTHONPATH": str(Path(command.__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-m", "experiments.cli", "--help"], capture_output=True, text=True, check=False, env=roots
    )
    assert done.returncode == 0
    assert "zonesim" in done.stdout


def test_an_unknown_id_is_refused_where_it_is_read():
    with pytest.raises(UserError, match="no such replay"):
        read(["replays=nothing"])
