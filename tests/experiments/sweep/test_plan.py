import pickle

import pandas as pd
import pytest

import sim
from experiments import provenance
from experiments.sweep import plan as plans
from experiments.sweep import settings
from experiments.sweep.designs import cells_of
from experiments.sweep.plan import Plan, make
from experiments.sweep.resolving import Resolver
from experiments.sweep.tasks import Tasks
from sim.noise import replicate_seed
from sim.userinput import UserError

SMALL = {"district.students": "800", "run.horizon": "2021"}


def cells(*words):
    typed = SMALL | dict(word.split("=", 1) for word in words)
    asked = settings.read([f"{key}={value}" for key, value in typed.items()])
    return [{**asked.fixed, **cell} for cell in cells_of(asked.design, asked.axes)]


def planned(*words, replicates=2, before=None):
    return make(cells(*words), Resolver(), replicates, ("district",), (), before)


def runs(plan):
    """Ids of the runs by what sets them apart."""
    settings_of = dict(zip(plan.cells["cell"], plan.cells["settings"], strict=True))
    places = zip(plan.runs["cell"], plan.runs["world"], strict=True)
    of = [settings_of.get(cell, f"without {world}") for cell, world in places]
    return dict(zip(zip(of, plan.runs["replicate"], strict=True), plan.runs["run"], strict=True))


def test_the_counterfactual_is_planned_once_for_the_cells_of_a_world():
    plan = planned("policy.rotation.rate=0,0.1,0.2", "district=wuhan_edz,tekes", "policy=tekes_zones", replicates=3)
    counts = plan.runs.groupby(["world", "scenario"]).size()
    assert counts.to_dict() == {(w, s): n for w in (0, 1) for s, n in (("counterfactual", 3), ("policy", 9))}
    seeds = plan.runs.groupby("replicate")["seed"].unique()
    assert [list(seed) for seed in seeds] == [[replicate_seed(1, number)] for number in range(3)]


@pytest.mark.parametrize(
    ("axis", "worlds"),
    [
        ("effects.kappa=0.1,0.2", 2),
        ("background=law,frozen", 2),
        ("counterfactual=none,tekes_zones", 2),
        ("run.seed=1,2,3", 3),
        ("district.birth_trend=0,0.01", 2),
        ("policy.rotation.rate=0,0.1", 1),
        ("policy=none,tekes_zones", 1),
    ],
)
def test_worlds_differ_by_district_effects_background_counterfactual_and_seed(axis, worlds):
    assert planned(axis).cells["world"].nunique() == worlds


def test_a_cell_without_policy_is_its_own_counterfactual_and_is_run_once():
    plan = planned("policy=none,tekes_zones", "district=tekes", replicates=1)
    assert len(plan.runs) == 3 and plan.runs["run"].nunique() == 2
    (task,) = Tasks(plan, Resolver(), set())
    assert len(task.policies) == 1 and task.counterfactual == plan.runs["run"][0]


def test_ids_do_not_depend_on_the_order_of_words_values_or_cells():
    one = planned("policy.rotation.rate=0,0.1", "policy.funding.performance_share=0.1,0.2")
    other = planned("policy.funding.performance_share=0.2,0.1", "policy.rotation.rate=range(0,0.2,0.1)")
    assert runs(one) == runs(other) and one.runs["run"].nunique() == len(one.runs)


def test_an_id_changes_with_every_setting_and_the_code(monkeypatch):
    def policies(plan):
        return set(plan.runs["run"][plan.runs["scenario"] == "policy"])

    one = planned("policy.rotation.rate=0.1")
    for words in (["policy.rotation.rate=0.11"], ["policy.rotation.rate=0.1", "run.seed=2"], ["effects=means"]):
        assert not policies(planned(*words)) & policies(one)
    monkeypatch.setattr(plans, "code_hash", lambda: "other")
    assert not set(runs(planned("policy.rotation.rate=0.1")).values()) & set(runs(one).values())


def test_a_task_shares_a_district_at_rest_among_some_policies_and_every_run_has_one_task():
    plan = planned("policy.rotation.rate=range(0,0.4,0.01)", replicates=2)
    tasks = Tasks(plan, Resolver(), set())
    assert [len(task.policies) + (task.counterfactual is not None) for task in tasks] == [16, 16, 9] * 2
    assert [task.replicate for task in tasks] == [0, 0, 0, 1, 1, 1] and len(tasks) == 6
    assert [task.number for task in tasks] == list(range(6)) == [task.number for task in tasks[0:6]]
    ids = [run for task in tasks for run, _ in task.policies] + [t.counterfactual for t in tasks if t.counterfactual]
    assert sorted(ids) == sorted(plan.runs["run"]) and tasks.runs == len(ids)


def test_a_task_is_what_sim_load_gives_for_its_cell():
    plan = planned("policy.rotation.rate=0.05,0.1", "effects.kappa=0.2", "background=frozen", replicates=1)
    (task,) = Tasks(plan, Resolver(), set())
    for rate, (run, policy) in zip((0.05, 0.1), task.policies, strict=True):
        overrides = ["district.students=800", f"policy.rotation.rate={rate}", "effects.kappa=0.2"]
        alone = sim.load(policy="wuhan_edz_2021_2023", background="frozen", horizon=2021, overrides=overrides)
        assert policy == alone.policy and alone.effects == task.scenario.effects
        assert alone.district == task.scenario.district and alone.background == task.scenario.background
        assert run in set(plan.runs["run"])
    assert pickle.loads(pickle.dumps(task)).policies == task.policies


def test_what_is_done_is_no_task():
    plan = planned("policy.rotation.rate=0,0.1")
    first = Tasks(plan, Resolver(), set())[0]
    rest = Tasks(plan, Resolver(), {first.counterfactual, first.policies[0][0]})
    assert rest[0].counterfactual is None and rest[0].policies == first.policies[1:] and rest[0].number == 0
    assert len(Tasks(plan, Resolver(), set(plan.runs["run"]))) == 0


@pytest.mark.parametrize(
    ("more", "replicates"),
    [
        ("policy.rotation.rate=0,0.1", 4),
        ("policy.rotation.rate=0.3,0.1,0,0.2", 2),
        ("policy.rotation.rate=0.3,0,0.1", 3),
    ],
)
def test_more_cells_and_replicates_are_added_behind_what_was_planned(more, replicates):
    before = planned("policy.rotation.rate=0,0.1")
    before = Plan(before.cells, before.runs, 2, ("district",), (), {"code": provenance.code_hash()})
    after = planned(more, replicates=replicates, before=before)
    pd.testing.assert_frame_equal(after.runs.iloc[: len(before.runs)], before.runs)
    assert after.cells["settings"].tolist()[:2] == before.cells["settings"].tolist()
    assert runs(after) == runs(planned(more, replicates=replicates))
    new = Tasks(after, Resolver(), set(before.runs["run"]))
    assert new[0].number > before.runs["number"].max()
    assert new.runs == len(after.runs) - len(before.runs)


def test_fewer_replicates_take_nothing_away():
    before = planned("policy.rotation.rate=0,0.1")
    before = Plan(before.cells, before.runs, 2, ("district",), (), {"code": provenance.code_hash()})
    assert planned("policy.rotation.rate=0,0.1", replicates=1, before=before).replicates == 2


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["policy.rotation.rate=0,0.2"], None, "1 cells that are not in this one, such as that with policy.rotation"),
        (["policy.rotation.rate=0,0.1", "effects=means"], None, "such as that with effects=evidence"),
        (["policy.rotation.rate=0,0.1"], "other", "begun with other code"),
    ],
)
def test_what_does_not_extend_a_sweep_is_refused_with_the_choice(words, code, told):
    before = planned("policy.rotation.rate=0,0.1")
    record = {"code": code or provenance.code_hash()}
    before = Plan(before.cells, before.runs, 2, ("district",), (), record)
    with pytest.raises(UserError, match=told) as refused:
        planned(*words, before=before)
    assert "out=DIR" in str(refused.value) and "force=true" in str(refused.value)


def test_a_file_that_has_changed_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs/policy").mkdir(parents=True)
    file = tmp_path / "configs/policy/mine.yaml"
    file.write_text("first_year: 2021\nrotation: {rate: 0.1}\n")
    before = planned("policy=mine,none")
    before = Plan(before.cells, before.runs, 2, ("district",), (), {"code": provenance.code_hash()})
    file.write_text("first_year: 2021\nrotation: {rate: 0.12}\n")
    with pytest.raises(UserError, match="1 cells of this sweep .*policy=mine.* no longer mean"):
        planned("policy=mine,none", before=before)


def test_a_typo_in_cell_900_is_found_and_named(tmp_path):
    file = tmp_path / "cells.csv"
    rows = [f"{i / 2000:.4f}" for i in range(1000)]
    rows[900] = "1.5"
    file.write_text("\n".join(["policy.rotation.rate", *rows]))
    with pytest.raises(UserError, match=r"^cell 900 \(policy.rotation.rate=1.5\): policy.rotation.rate must be within"):
        planned("design=list", f"design.file={file}", replicates=1)


def test_what_is_wrong_in_all_cells_names_none():
    with pytest.raises(UserError, match="^effects.kapa: no such effect"):
        planned("effects.kapa=1")


def test_a_plan_is_read_as_it_was_saved(tmp_path):
    plan = planned("policy.rotation.rate=0,{2021: 0.1}", "policy.governance.unified=[],[money]")
    plan.save(tmp_path)
    again = Plan.read(tmp_path)
    pd.testing.assert_frame_equal(again.runs, plan.runs)
    assert again.settings == plan.settings and again.replicates == 2 and again.scopes == ("district",)
    assert again.settings[2]["policy.rotation.rate"] == {2021: 0.1}
    assert make(again.settings, Resolver(), 2, ("district",), (), again).runs.equals(plan.runs)
    assert again.cells["policy.rotation.rate"].tolist() == ["0", "0", "{2021: 0.1}", "{2021: 0.1}"]
    assert again.cells["policy.governance.unified"].tolist() == ["[]", "[money]"] * 2
    assert Plan.read(tmp_path / "nowhere") is None


def test_rows_that_the_manifest_does_not_count_are_not_there(tmp_path):
    plan = planned("policy.rotation.rate=0,0.1")
    plan.save(tmp_path)
    manifest = (tmp_path / "manifest.json").read_bytes()
    before = Plan.read(tmp_path)
    planned("policy.rotation.rate=0,0.1,0.2", replicates=3, before=before).save(tmp_path)
    (tmp_path / "manifest.json").write_bytes(manifest)  # as if killed before the manifest was renamed
    pd.testing.assert_frame_equal(Plan.read(tmp_path).runs, plan.runs)


def test_a_plan_that_names_places_which_a_district_lacks_runs_there_without_them():
    resolver = Resolver()
    plan = make(cells("policy=qingshan_2021_2025", "district=tekes,qingshan"), resolver, 1, ("district",), ())
    assert len(plan.cells) == 2
    assert any("runs without its" in note and "tekes lacks" in note for note in resolver.notes)


def test_a_baseline_year_and_margins_that_are_typed_hold_in_every_cell():
    plan = planned("district.baseline_year=2014,2016", "run.horizon=2018", replicates=1)
    assert plan.cells["world"].nunique() == 2
    years = [task.scenario.baseline_year for task in Tasks(plan, Resolver(), set())]
    assert years == [2014, 2016]
