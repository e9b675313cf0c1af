import fcntl
import json
import shlex
from pathlib import Path

import pandas as pd
import pytest

import sim
from experiments.sweep.parts import SweepFolder
from sim.sweep_parts import read_table

SMALL = ("district.students=600", "run.horizon=2021", "effects=means", "run.replicates=1", "engine=serial")
RATES = "policy.rotation.rate=0,0.2"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def values(folder):
    return read_table(Path(folder), "indicators"), read_table(Path(folder), "costs")


def assert_equal(one, other):
    for table, same in zip(values(one), values(other), strict=True):
        pd.testing.assert_frame_equal(table, same, check_exact=True)


def test_a_sweep_is_begun_looked_at_grown_and_read(zonesim):
    status, output, messages = zonesim("sweep", RATES, *SMALL, "out=one")
    assert status == 0, messages
    assert "2 cells over policy.rotation.rate; 1 world x 1 replicate" in output
    assert "3 done, 0 failed, 0 missing" in output and "sim.open_sweep('one')" in output
    manifest = json.loads(Path("one/manifest.json").read_text())
    assert manifest["command"].startswith("zonesim sweep policy.rotation.rate=0,0.2")
    assert manifest["resolved"]["district"]["students"] == 600 and manifest["fixed"]["run.horizon"] == 2021

    status, output, messages = zonesim("sweep", RATES, *SMALL, "out=one")
    assert status == 0 and "this sweep is finished" in messages

    status, output, messages = zonesim("sweep", "one", "run.replicates=2", "engine=serial")
    assert status == 0 and "6 runs with counterfactuals (1 more replicate): 3 are done, 3 are missing" in messages
    more = ("policy.rotation.rate=0,0.1,0.2", *SMALL[:3], "run.replicates=2", "engine=serial")
    status, output, messages = zonesim("run", "-m", *more, "out=one")
    assert status == 0 and "8 runs with counterfactuals (1 more cell): 6 are done, 2 are missing" in messages

    assert zonesim("sweep", *more, "out=whole")[0] == 0
    whole = sim.open_sweep("whole").indicators.set_index(["policy.rotation.rate", "scenario", "replicate"])
    grown = sim.open_sweep("one").indicators.set_index(["policy.rotation.rate", "scenario", "replicate"])
    columns = [name for name in whole.columns if name != "cell"]
    pd.testing.assert_frame_equal(grown[columns].sort_index(), whole[columns].sort_index(), check_exact=True)

    manifest = json.loads(Path("one/manifest.json").read_text())
    assert len(manifest["earlier"]) == 2 and "sweep one run.replicates=2" in manifest["earlier"][1]
    status, output, _ = zonesim("sweep", "one", "--status")
    assert status == 0 and "done 8, failed 0, missing 0 of 8 runs" in output and "it is finished" in output
    status, output, _ = zonesim("sweep", "one", "--failed")
    assert status == 0 and "no run has failed" in output

    alone = sim.load(
        policy="wuhan_edz_2021_2023",
        effects="means",
        horizon=2021,
        overrides=["district.students=600", "policy.rotation.rate=0.2"],
    )
    run = sim.run(alone, replicates=2).indicators
    run = run[(run["scope"] == "district") & (run["scenario"] == "policy")].reset_index(drop=True)
    swept = sim.open_sweep("one").indicators
    swept = swept[swept["policy.rotation.rate"] == 0.2].reset_index(drop=True)
    pd.testing.assert_frame_equal(swept[run.columns], run, check_exact=True, check_dtype=False)


def test_what_does_not_fit_the_folder_is_refused_and_force_begins_anew(zonesim):
    assert zonesim("sweep", RATES, *SMALL, "out=one")[0] == 0
    before = Path("one/manifest.json").read_bytes()
    for words, told in (
        ((RATES, "district.students=700", *SMALL[1:]), "choose another folder with out=DIR, or type force=true"),
        ((RATES, *SMALL, "scopes=[district,zone]"), "keeps scopes=['district']"),
    ):
        status, _, messages = zonesim("sweep", *words, "out=one")
        assert status == 2 and told in messages
    assert Path("one/manifest.json").read_bytes() == before
    status, _, messages = zonesim("sweep", "one", "district=tekes")
    assert status == 2 and "goes on with the sweep that is there" in messages
    status, _, messages = zonesim("sweep", *SMALL, "scopes=[zone,district]", "out=one", "force=true")
    assert status == 0 and "begun anew" in messages
    assert set(sim.open_sweep("one").indicators["scope"]) == {"district", "zone"}


def test_a_folder_with_something_else_is_left_alone(zonesim):
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("x")
    status, _, messages = zonesim("sweep", RATES, *SMALL, "out=mine", "force=true")
    assert status == 2 and "mine is no sweep and not empty: it holds 'thesis.txt'" in messages
    assert [file.name for file in Path("mine").iterdir()] == ["thesis.txt"]


def test_a_sweep_that_lost_its_plan_is_refused(zonesim):
    assert zonesim("sweep", RATES, *SMALL, "out=one")[0] == 0
    Path("one/cells.parquet").unlink()
    status, _, messages = zonesim("sweep", "one")
    assert status == 2 and "one does not hold the plan of a sweep" in messages


def test_a_second_sweep_into_the_same_folder_is_refused(zonesim):
    assert zonesim("sweep", RATES, *SMALL, "out=one")[0] == 0
    with open("one/.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        status, _, messages = zonesim("sweep", "one", "run.replicates=2", "engine=serial")
        assert status == 2 and "another command works in one" in messages
        assert "a command works on it now" in zonesim("sweep", "one", "--status")[1]


def test_nothing_is_left_behind_by_a_mistake(zonesim):
    for word in ("policy.rotation.rate=0,2", "design=lhs", "policy=none,nowhere", "effects.kappa=interval(0,1)"):
        status, output, messages = zonesim("sweep", word, *SMALL, "out=one")
        assert status == 2 and output == "" and "Traceback" not in messages
    assert list(Path().iterdir()) == []


def test_a_failed_run_says_why_how_to_run_it_alone_and_is_tried_again_when_asked(zonesim, monkeypatch):
    from sim.reform.rotation import Rotation

    apply = Rotation.apply

    def fails(self, model, year):
        if self.rate == 0.2:
            raise ZeroDivisionError("no teacher left")
        return apply(self, model, year)

    monkeypatch.setattr(Rotation, "apply", fails)
    status, output, messages = zonesim("sweep", RATES, *SMALL, "run.seed=7", "out=one")
    assert status == 1 and "2 done, 1 failed, 0 missing" in output
    assert "1 run failed: zonesim sweep one --failed says why, zonesim sweep one retry=true tries again" in messages
    status, output, _ = zonesim("sweep", "one", "--failed")
    assert status == 0
    assert "one: 1 run failed" in output and "1 x ZeroDivisionError: no teacher left" in output
    assert "cell 1 (policy.rotation.rate=0.2), replicate 0" in output
    assert "Traceback of run" in output and "in fails" in output
    assert output.splitlines()[-1] == "  zonesim sweep one retry=true"
    words = shlex.split(output.partition("To run it alone:\n")[2].partition("\n")[0])
    assert words[:2] == ["zonesim", "run"] and "run.seed=7" in words and "policy.rotation.rate=0.2" in words
    status, _, messages = zonesim(*words[1:], "out=alone")
    assert status == 1 and "ZeroDivisionError" in messages
    failed = sim.open_sweep("one").failed
    assert failed["reason"].tolist() == ["ZeroDivisionError: no teacher left"] and failed["cell"].tolist() == [1]

    status, output, messages = zonesim("sweep", RATES, *SMALL, "run.seed=7", "out=one")
    assert status == 1 and "2 are done, 1 failed (zonesim sweep one retry=true tries again)" in messages
    assert sim.open_sweep("one").failed["started"].tolist() == failed["started"].tolist()
    status, output, messages = zonesim("sweep", "one", "retry=true", "engine=serial")
    assert status == 1 and "2 are done, 1 failed and run once more" in messages
    assert sim.open_sweep("one").failed["started"].tolist() > failed["started"].tolist()
    monkeypatch.setattr(Rotation, "apply", apply)
    with monkeypatch.context() as killed:
        killed.setattr(SweepFolder, "compact", lambda self: None)  # before it did that
        status, output, _ = zonesim("sweep", "one", "retry=true", "engine=serial")
    assert status == 0 and "3 done, 0 failed, 0 missing" in output and len(pd.read_parquet("one/runs")) == 4
    assert zonesim("sweep", "one")[0] == 0 and len(pd.read_parquet("one/runs")) == 3
    assert zonesim("sweep", RATES, *SMALL, "run.seed=7", "out=whole")[0] == 0
    assert_equal("one", "whole")


def test_a_sweep_goes_on_from_another_folder(zonesim, tmp_path, monkeypatch):
    Path("configs/policy").mkdir(parents=True)
    Path("configs/policy/mine.yaml").write_text("first_year: 2021\nrotation: {rate: 0.1}\n")
    Path("towns/east").mkdir(parents=True)
    shipped = sim.userinput.find("district", "tekes").read_text(encoding="utf-8")
    Path("towns/east/district.yaml").write_text(shipped.replace("name: tekes\n", ""), encoding="utf-8")
    words = ("policy=none,mine", "district=towns/east", *SMALL)
    assert zonesim("sweep", *words, "out=one")[0] == 0
    monkeypatch.chdir("towns")
    status, _, messages = zonesim("sweep", "../one", "run.replicates=2", "engine=serial")
    assert status == 0 and "4 runs with counterfactuals (1 more replicate)" in messages


def test_masked_numbers_are_sampled_from_the_ranges_that_their_files_state(zonesim):
    words = ("experiment=grand_zones_ranges", "design.cells=4", *SMALL)
    status, _, messages = zonesim(*words, "out=one")
    assert status == 0, messages
    cells = sim.open_sweep("one").cells
    assert len(cells) == 4
    stated = sim.load("grand_zones_county", "grand_zones").ranges
    for key, one in stated.items():
        if key == "district.students":  # typed
            assert key not in cells
        elif "among" in one:
            assert set(cells[key]) <= set(one["among"])
        else:
            assert cells[key].between(one["low"], one["high"]).all() and cells[key].nunique() == 4


def test_policies_of_an_experiment_can_be_swept_too(zonesim):
    words = ("sweep", "experiment=all_reforms", *SMALL, "policy=none,grand_zones")
    status, output, messages = zonesim(*words, "out=one")
    assert status == 0, messages
    assert sim.open_sweep("one").cells["policy"].tolist() == ["none", "grand_zones"]


def test_help_shows_every_setting_and_flag(zonesim):
    from experiments.sweep.designs import DESIGNS

    status, output, _ = zonesim("sweep", "--help")
    assert status == 0
    for word in (*DESIGNS, "--status", "--failed", "design.ranges", "scopes=", "range(0,0.5,0.1)", "interval(", "out="):
        assert word in output
