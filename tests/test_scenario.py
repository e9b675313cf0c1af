"""From a few words to a table: what a scenario is, how its replicates are numbered, and the model it gives."""

import gc
import json
import pickle
import re
import weakref

import mesa
import numpy as np
import pandas as pd
import pytest

import sim
from sim.agents.places import School, Zone
from sim.noise import Noise, replicate_seed
from sim.replicate import run_replicate
from sim.scenario import Scenario
from sim.tables import indicator_table

SMALL = ["district.students=900"]
PLAN = "wuhan_edz_2021_2023"
REFORM = sim.load(policy=PLAN, horizon=2022, overrides=SMALL)
TABLES = ("schools", "zones", "teachers", "students", "classes")
ARMS = ("policy", "counterfactual")


def assert_same_state(one, other):
    for name in TABLES:
        for key, column in getattr(one, name).arrays.items():
            np.testing.assert_array_equal(column, getattr(other, name).arrays[key], err_msg=f"{name}.{key}")


def arrays_of(model):
    return {f"{name}.{key}": array for name in TABLES for key, array in getattr(model, name).arrays.items()}


def backwards(function, items):
    """An engine that does the last replicate first, and hands them over in order."""
    items = list(items)
    return reversed([function(item) for item in reversed(items)])


def over_a_wire(function, items):
    """An engine that sends the work and the results as bytes."""
    for item in items:
        yield pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(function))(item)))


class TestLoad:
    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"district": "wuhan"}, "district=wuhan: no such district; known: "),
            ({"policy": "wuhan_edz_2021"}, "did you mean 'wuhan_edz_2021_2023'?"),
            ({"policy": None}, "policy must be a name, got null; policy=none is the one that changes nothing"),
            ({"counterfactual": "nothing"}, "counterfactual=nothing: no such policy; known: "),
            ({"policy": "none.yaml"}, "policy=none.yaml: no such policy; known: "),
            ({"overrides": "policy.rotation.rate=0.1"}, 'must be a list, such as ["policy.rotation.rate=0.15"]'),
            ({"overrides": [3]}, "or pairs of key and value, got 3"),
            (
                {"overrides": ["policy.rotation.rate=0.1", ("policy.rotation.rate", 0.3)]},
                "policy.rotation.rate is given twice, as 0.1 and as 0.3; keep one",
            ),
            ({"overrides": ["district.students=abc"]}, "district.students must be a number (within 500 ... 20000000)"),
            ({"overrides": ["district.foo=1"]}, "district.foo: no such margin; known are the margins of configs/"),
            ({"effects": "mean"}, "effects=mean: no such effects; known: evidence, means; did you mean 'means'?"),
            ({"background": "laws"}, "did you mean 'law'?"),
            ({"horizon": 2020}, "run.horizon, after the baseline year 2020, must be within 2021 ... 2100, got 2020"),
            ({"horizon": 2101}, "run.horizon, after the baseline year 2020, must be within 2021 ... 2100, got 2101"),
            (
                {"district": "shapingba", "horizon": 2015},
                "run.horizon, after the baseline year 2015, must be within 2016 ... 2100, got 2015",
            ),
            ({"horizon": True}, "run.horizon must be a whole number"),
            ({"overrides": ["district.baseline_year=2030"]}, "run.horizon, after the baseline year 2030, must be"),
            ({"overrides": ["district.students=-1"]}, "district.students must be within 500 ... 20000000, got -1"),
            ({"overrides": ["students=900"]}, "students: no such setting; overrides begin with district., policy."),
            ({"overrides": ["polcy.rotation.rate=0.1"]}, "did you mean 'policy'?"),
            ({"overrides": ["policy=none"]}, "policy: no such setting"),
            ({"overrides": ["policy.rotaton.rate=0.1"]}, "did you mean 'rotation'?"),
            ({"overrides": ["policy.rotation.rate=true"]}, "policy.rotation.rate"),
            ({"overrides": ["policy.rotation.rate=1.5"]}, "policy.rotation.rate must be within 0 ... 1, got 1.5"),
            ({"overrides": ["effects.kapa=0.1"]}, "did you mean 'kappa'?"),
            ({"overrides": ["policy.rotation.rate"]}, "must be key=value"),
        ],
        ids=str,
    )
    def test_what_is_wrong_is_said_in_one_short_message(self, given, message):
        with pytest.raises(sim.UserError) as refused:
            sim.load(**given)
        assert message in str(refused.value)
        all_but_what_is_known = re.sub(r"known: [^;]*", "", str(refused.value))  # grows with the shipped files
        assert "\n" not in str(refused.value) and len(all_but_what_is_known) < 200

    def test_overrides_are_texts_or_pairs(self):
        texts = sim.load(policy=PLAN, overrides=["policy.rotation.rate=0.15", "effects.kappa=0.1", *SMALL])
        pairs = sim.load(
            policy=PLAN,
            overrides=[("policy.rotation.rate", 0.15), ("effects.kappa", 0.1), ("district.students", 900)],
        )
        assert texts == pairs and texts.resolved == pairs.resolved
        assert texts.policy.lever("rotation", 2021).rate == 0.15 and texts.district.students == 900
        assert all(texts.effects_of(seed).kappa == 0.1 for seed in range(3))

    def test_the_policy_is_overridden_and_the_counterfactual_is_not(self):
        scenario = sim.load(policy=PLAN, counterfactual=PLAN, overrides=["policy.rotation.rate=0.3"])
        assert scenario.policy.lever("rotation", 2021).rate == 0.3
        assert scenario.counterfactual.lever("rotation", 2021).rate == 0.1

    def test_a_plan_for_other_years_is_moved_and_the_run_says_so(self):
        scenario = sim.load(policy=PLAN, overrides=["district.baseline_year=2018"])
        assert scenario.baseline_year == 2018 and scenario.policy.first_year == 2019
        assert len(scenario.notes) == 1 and "moved by -2 years" in scenario.notes[0]
        assert sim.load(policy=PLAN).notes == []

    def test_the_resolved_configuration_is_plain_and_tells_scenarios_apart(self):
        assert json.loads(json.dumps(REFORM.resolved, ensure_ascii=False)).keys() == REFORM.resolved.keys()
        kinds = [
            REFORM,
            sim.load(policy=PLAN, horizon=2023, overrides=SMALL),
            sim.load(policy="none", horizon=2022, overrides=SMALL),
            sim.load(policy=PLAN, horizon=2022, overrides=[*SMALL, "policy.rotation.rate=0.11"]),
            sim.load(policy=PLAN, horizon=2022, overrides=[*SMALL, "effects.kappa=0.2"]),
            sim.load(policy=PLAN, horizon=2022, overrides=[*SMALL, "district.zone_km=3"]),
            sim.load(policy=PLAN, horizon=2022, overrides=SMALL, background="frozen"),
            sim.load(policy=PLAN, horizon=2022, overrides=SMALL, effects="means"),
        ]
        texts = {json.dumps(kind.resolved, sort_keys=True) for kind in kinds}
        assert len(texts) == len(kinds)


class TestReplicates:
    def test_replicate_zero_is_the_model_of_the_seed(self):
        done = run_replicate(REFORM, 7, ARMS, 0)
        for arm in ARMS:
            model = REFORM.model(seed=7, arm=arm)
            model.step()
            model.step()
            figures = np.stack([model.records[year] for year in (2020, 2021, 2022)])
            np.testing.assert_array_equal(done.figures[arm], figures)
            by_lever = {year: {lever: sum(y) for lever, y in costs.items()} for year, costs in model.costs.items()}
            assert done.costs[arm] == by_lever

    def test_another_replicate_is_the_model_of_its_own_seed(self):
        done = run_replicate(REFORM, 7, ("policy",), 3)
        model = REFORM.model(seed=replicate_seed(7, 3))
        np.testing.assert_array_equal(done.figures["policy"][0], model.records[2020])
        assert not np.array_equal(done.figures["policy"][0], REFORM.model(seed=7).records[2020], equal_nan=True)

    def test_effects_are_those_of_the_seed_in_both_arms(self):
        models = [REFORM.model(seed=5, arm=arm) for arm in ARMS]
        assert models[0].effects == models[1].effects == REFORM.effects.draw(Noise(5))
        assert models[0].effects != REFORM.model(seed=6).effects

    def test_arms_start_from_one_place_and_do_not_touch_each_other(self):
        rest = REFORM.at_rest(4)
        reform, still = (REFORM.start(rest, arm) for arm in ARMS)
        assert_same_state(reform, still)
        for _ in range(2):
            reform.step()
        assert_same_state(still, rest)
        assert_same_state(still, REFORM.model(seed=4, arm="counterfactual"))
        assert list(still.records) == list(rest.records) == [2020]
        assert reform.teachers.rotated.any()

    def test_a_district_that_nobody_needs_at_rest_goes_on_itself(self):
        rest = REFORM.at_rest(4)
        copy, same = REFORM.start(rest, "policy"), REFORM.start(rest, "policy", copied=False)
        assert same.students is rest.students and copy.students is not rest.students
        copy.step()
        same.step()
        assert_same_state(copy, same)

    def test_a_finished_world_is_gone_before_the_collector_comes(self, monkeypatch):
        tables = []

        def watched(make):
            def world(*words, **more):
                model = make(*words, **more)
                tables.append(weakref.ref(model.students))
                return model

            return world

        for name in ("at_rest", "start"):
            monkeypatch.setattr(Scenario, name, watched(getattr(Scenario, name)))
        gc.disable()
        try:
            run_replicate(REFORM, 4, ARMS, 0, ("peers",))
            assert [table() for table in tables] == [None] * 4
        finally:
            gc.enable()

    def test_no_array_of_one_world_is_that_of_another_or_stands_for_two_columns(self):
        rest = REFORM.at_rest(4)
        model = REFORM.start(rest, "policy")
        for _ in range(2):
            own = arrays_of(model)
            names = list(own)
            for i, one in enumerate(names):
                assert not np.may_share_memory(own[one], arrays_of(rest)[one]), one
                for other in names[:i]:
                    assert not np.may_share_memory(own[one], own[other]), (one, other)
            model.step()


@pytest.fixture(scope="module")
def result():
    return sim.run(REFORM, replicates=3, seed=2)


class TestRun:
    @pytest.mark.parametrize("engine", [backwards, over_a_wire])
    def test_tables_do_not_depend_on_the_engine(self, result, engine):
        other = sim.run(REFORM, replicates=3, seed=2, map=engine)
        pd.testing.assert_frame_equal(result.indicators, other.indicators, check_exact=True)
        pd.testing.assert_frame_equal(result.costs, other.costs, check_exact=True)

    def test_there_is_a_row_for_each_arm_replicate_year_and_unit(self, result):
        table = result.indicators
        keys = ["scenario", "replicate", "year", "level", "scope", "unit"]
        assert list(table)[:6] == keys and not table.duplicated(keys).any()
        assert len(table) == 2 * 3 * 3 * (2 + 12 + 37)
        assert table["scenario"].unique().tolist() == list(ARMS)
        assert table["year"].unique().tolist() == [2020, 2021, 2022]
        assert table.groupby("scope")["unit"].nunique().to_dict() == {"district": 1, "zone": 12, "school": 37}

    def test_rows_hold_the_figures_of_their_model(self, result):
        model = REFORM.model(seed=replicate_seed(2, 1))
        model.step()
        where = "scenario == 'policy' and replicate == 1 and year == 2021 and scope == 'school'"
        table = result.indicators.query(where)
        enrolled = np.bincount(model.students.school, minlength=37)
        by_name = dict(zip(model.schools.name, enrolled, strict=True))
        assert table["students"].tolist() == [by_name[name] for name in table["unit"]]

    def test_the_number_of_replicates_changes_none_of_them(self, result):
        later = sim.run(REFORM, replicates=2, seed=2, first_replicate=1).indicators
        among = result.indicators[result.indicators["replicate"] > 0]
        pd.testing.assert_frame_equal(later, among.reset_index(drop=True), check_exact=True)

    def test_both_arms_are_the_same_in_the_baseline_year_and_not_after(self, result):
        arms = [result.indicators.query("scenario == @arm").reset_index(drop=True).iloc[:, 1:] for arm in ARMS]
        first = [arm[arm["year"] == 2020] for arm in arms]
        pd.testing.assert_frame_equal(*first, check_exact=True)
        assert not arms[0].equals(arms[1])

    def test_a_policy_against_itself_has_no_effect_at_all(self):
        same = sim.run(sim.load(policy=PLAN, counterfactual=PLAN, horizon=2022, overrides=SMALL), replicates=1)
        arms = [same.indicators.query("scenario == @arm").reset_index(drop=True).iloc[:, 1:] for arm in ARMS]
        pd.testing.assert_frame_equal(*arms, check_exact=True)

    def test_without_a_counterfactual_there_is_one_arm(self, result):
        alone = sim.run(REFORM, replicates=3, seed=2, counterfactual=False).indicators
        paired = result.indicators.query("scenario == 'policy'").reset_index(drop=True)
        pd.testing.assert_frame_equal(alone, paired, check_exact=True)

    def test_costs_are_means_over_replicates(self, result):
        spent = [run_replicate(REFORM, 2, ("policy",), number).costs["policy"] for number in range(3)]
        rows = result.costs.query("scenario == 'policy'")
        assert len(rows) == sum(len({lever for one in spent for lever in one[year]}) for year in (2021, 2022)) > 5
        for row in rows.itertuples():
            assert row.yuan == sum(one[row.year].get(row.lever, 0) for one in spent) / 3

    def test_costs_of_levers_add_up_to_what_the_levels_cost(self):
        done = run_replicate(REFORM, 2, ("policy",), 0)
        table = indicator_table(REFORM, [done]).query("scope == 'district' and year > 2020")
        spent = {year: sum(by_lever.values()) for year, by_lever in done.costs["policy"].items()}
        assert (table.groupby("level")["cost_yuan"].sum() > 0).all()
        assert table.groupby("year")["cost_yuan"].sum().to_dict() == spent

    @pytest.mark.parametrize("given", [{"replicates": 0}, {"replicates": True}, {"seed": -1}, {"seed": 1.5}])
    def test_a_wrong_number_is_refused(self, given):
        with pytest.raises(sim.UserError, match=rf"run\.{next(iter(given))} must be"):
            sim.run(REFORM, **given)


def test_what_is_no_scenario_is_not_run():
    with pytest.raises(sim.UserError, match="sim.run takes what sim.load gives, got 'wuhan_edz'"):
        sim.run("wuhan_edz")


@pytest.fixture(scope="module")
def model():
    model = REFORM.model(seed=1)
    model.step()
    return model


class TestModel:
    """`model = reform.model(seed=1); model.step(); model.students.to_frame()` as the README shows it."""

    def test_a_step_is_a_year_and_students_are_a_frame(self, model):
        frame = model.students.to_frame()
        assert model.year == 2021 and len(frame) == 900
        assert {"id", "grade", "school", "trait", "score"} <= set(frame)
        assert frame["grade"].value_counts().to_dict() == dict.fromkeys(range(1, 10), 100)

    def test_schools_and_zones_are_agents_of_mesa(self, model):
        assert isinstance(model, mesa.Model)
        kinds = [type(agent) for agent in model.agents]
        assert (kinds.count(School), kinds.count(Zone), len(kinds)) == (37, 12, 49)
        assert all(isinstance(agent, mesa.Agent) and agent.model is model for agent in model.agents)
        assert len({agent.unique_id for agent in model.agents}) == 49

    @pytest.mark.parametrize(("kind", "table"), [(School, "schools"), (Zone, "zones")])
    def test_an_agent_shows_its_row_as_it_is_now(self, model, kind, table):
        columns = getattr(model, table)
        for agent in model.agents_by_type[kind]:
            for name in columns.arrays:
                np.testing.assert_array_equal(getattr(agent, name), columns.arrays[name][agent.row])
            assert repr(agent) == f"{kind.__name__}({agent.name})"
        with pytest.raises(AttributeError, match=f"{kind.__name__} has no attribute 'colour'"):
            _ = agent.colour

    def test_an_agent_moves_on_with_the_years(self):
        model = REFORM.model(seed=1)
        school = model.school_agents[0]
        seen = []
        for _ in range(2):
            model.step()
            seen.append(school.score)
            assert school.score == model.schools.score[0]
        assert seen[0] != seen[1]

    def test_agents_of_a_copy_look_at_the_copy(self):
        rest = REFORM.at_rest(1)
        model = REFORM.start(rest, "policy")
        model.schools.reputation[0] = 99.0
        assert model.school_agents[0].reputation == 99.0 != rest.school_agents[0].reputation

    def test_a_model_nobody_looks_at_any_more_is_forgotten(self):
        """Else a run of 100 replicates holds 300 districts of 60,000 students in memory."""
        model = REFORM.model()
        model.step()
        gone = weakref.ref(model)
        del model
        gc.collect()
        assert gone() is None
