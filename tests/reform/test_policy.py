"""A policy acts in its years, with the values of each year, and refuses what is wrong before it runs."""

import json
import pickle
import textwrap
from dataclasses import dataclass
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.reform.lever import CALENDAR_YEAR, Lever, Settings, setting
from sim.reform.policy import Policy
from sim.reform.schedule import Schedule
from sim.userinput import UserError


@dataclass(frozen=True)
class Site(Settings):
    place: str = setting("", unit="name", meaning="where", source="assumed")
    start: int = setting(2021, unit=CALENDAR_YEAR, meaning="first year", source="assumed")


@dataclass(frozen=True)
class Turning(Lever):
    step: ClassVar[str] = "rotation"
    group: ClassVar[str] = "rotation"
    rate: float = setting(0.0, unit="share", meaning="of the eligible", source="assumed", low=0, high=1)
    share: float = setting(0.0, unit="share", meaning="of the movers", source="assumed", low=0, high=1)
    cap: int | None = setting(None, unit="students", meaning="most in a class", source="assumed", low=1)
    opened: int | None = setting(None, unit=CALENDAR_YEAR, meaning="opening", source="assumed")
    scope: str = setting("zone", unit="", choices=("zone", "district"), meaning="where", source="assumed")
    often: bool = setting(False, unit="", meaning="how often", source="assumed")
    spending: dict[str, float] = setting({}, unit="share", meaning="by purpose", source="assumed", low=0)
    sites: tuple[Site, ...] = setting((), unit="sites", meaning="where it is done", source="assumed")

    def __post_init__(self):
        super().__post_init__()
        if self.rate + self.share > 1.5:
            raise UserError("policy.rotation.rate and share must not add to more than 1.5")

    def apply(self, model, year):
        pass


@dataclass(frozen=True)
class Meeting(Lever):
    step: ClassVar[str] = "joint_teaching"
    group: ClassVar[str] = "research"
    coverage: float = setting(0.0, unit="share", meaning="of the schools", source="assumed", low=0, high=1)

    def apply(self, model, year):
        pass


KNOWN = {"research": Meeting, "rotation": Turning}

PLAN = """
name: plan
title: 三年计划
first_year: 2021
last_year: 2023
source: {document: "000", date: 2021-03-18}
rotation: {rate: {2021: 0.05, 2023: 0.1}, share: 0.2}
sources: {rotation.rate: "assumed", rotation.share: 充分调动骨干教师交流的积极性}
"""


@pytest.fixture
def load(tmp_path):
    def load(text=PLAN, overrides=(), baseline_year=2020):
        begins = "" if "first_year" in text else "first_year: 2021\n"
        path = tmp_path / "plan.yaml"
        path.write_text(begins + textwrap.dedent(text), encoding="utf-8")
        return Policy.load(path, overrides, baseline_year, known=KNOWN)

    return load


@pytest.fixture
def refusal(load):
    def refusal(*args, **kwargs):
        with pytest.raises(UserError) as refused:
            load(*args, **kwargs)
        assert "\n" not in str(refused.value)
        return str(refused.value)

    return refusal


def rates(policy, years=range(2019, 2027)):
    acting = [policy.acting("rotation", year) for year in years]
    return [levers[0].rate if levers else None for levers in acting]


class TestYears:
    def test_a_value_holds_until_the_next_listed_year_and_after_the_last_year(self, load):
        assert rates(load()) == [None, None, 0.05, 0.05, 0.1, 0.1, 0.1, 0.1]

    def test_a_policy_that_ends_is_off_afterwards(self, load):
        assert rates(load(PLAN + "ends: true")) == [None, None, 0.05, 0.05, 0.1, None, None, None]

    def test_values_after_the_last_year_are_not_used_and_the_user_is_told(self, load):
        policy = load(overrides=[("policy.rotation.rate", {2021: 0.05, 2024: 0.5})])
        assert rates(policy) == [None, None] + [0.05] * 6
        assert policy.notes == [
            "policy.rotation has values for 2024, after the policy's last year 2023: they are not used"
        ]

    @pytest.mark.parametrize("baseline_year", [2020, 2023])
    def test_values_that_would_never_act_are_refused(self, refusal, baseline_year):
        assert refusal(overrides=[("policy.rotation.rate", {2040: 0.1})], baseline_year=baseline_year) == (
            "policy.rotation.rate: values by year begin in 2040, after the policy's last year 2023, so none would "
            "act; use earlier years or raise policy.last_year"
        )

    @pytest.mark.parametrize(
        ("line", "note"),
        [
            ({2018: 0.1, 2019: 0.3}, "has a value for 2019, before the policy's first year: it acts from 2021"),
            ({2019: 0.1, 2021: 0.3}, "has a value for 2019, before the policy's first year 2021: it is not used"),
        ],
    )
    def test_a_value_for_a_year_before_the_policy_is_told(self, load, line, note):
        policy = load(overrides=[("policy.rotation.rate", line)])
        assert policy.notes == [f"policy.rotation.rate {note}"]
        assert policy.lever("rotation", 2021).rate == 0.3

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("scope", {2021: "zone"}),
            ("scope", {2021: "zone", "x": 1}),
            ("often", {2021: True}),
            ("spending", {2021: {"a": 1}}),
        ],
    )
    def test_only_numbers_take_values_by_year(self, refusal, name, value):
        message = refusal(overrides=[(f"policy.rotation.{name}", value)])
        assert message.startswith(f"policy.rotation.{name} takes one value for all years; values by year are for")

    def test_a_number_that_may_be_null_takes_values_by_year(self, load):
        policy = load(overrides=[("policy.rotation.cap", {2021: None, 2022: 45}), ("policy.rotation.spending", {})])
        assert [policy.lever("rotation", year).cap for year in (2021, 2022)] == [None, 45]

    def test_before_its_first_listed_year_a_setting_is_off(self, load):
        policy = load("first_year: 2021\nrotation: {rate: {2023: 0.1}, share: 0.2}")
        assert [policy.lever("rotation", year).rate for year in (2021, 2022, 2023)] == [0, 0, 0.1]
        assert load("rotation: {rate: {2023: 0.1}}").acting("rotation", 2022) == []

    def test_a_lever_acts_only_in_its_step(self, load):
        policy = load("rotation: {rate: 0.1}\nresearch: {coverage: 0.5}")
        assert policy.acting("rotation", 2021) == [Turning(rate=0.1)]
        assert policy.acting("joint_teaching", 2021) == [Meeting(coverage=0.5)]
        assert policy.acting("learning", 2021) == []

    def test_levers_stand_in_the_known_order_whatever_the_files(self, load):
        policy = load("rotation: {rate: 0.1}\nresearch: {coverage: 0.5}")
        assert [schedule.group for schedule in policy.levers] == ["research", "rotation"]

    def test_a_lever_at_its_off_values_does_not_act(self, load):
        assert load("rotation: {rate: 0, cap: null}").acting("rotation", 2022) == []
        assert load("rotation: {}").acting("rotation", 2022) == []

    def test_the_first_year_is_one(self, load):
        assert [load().years_running(year) for year in (2019, 2020, 2021, 2022)] == [0, 0, 1, 2]

    def test_the_lever_of_a_year_is_made_once(self, load):
        policy = load()
        assert policy.lever("rotation", 2021) is policy.lever("rotation", 2022)

    @given(
        st.dictionaries(st.integers(2021, 2030), st.floats(0.01, 1), min_size=1),
        st.integers(2021, 2035),
        st.data(),
    )
    def test_any_timeline_is_read_as_written(self, line, year, data):
        order = data.draw(st.permutations(list(line)))
        schedule = Schedule.read("rotation", Turning, {"rate": {listed: line[listed] for listed in order}})
        begun = [listed for listed in line if listed <= year]
        lever = schedule.at(year)
        assert (lever.rate if lever else 0.0) == (line[max(begun)] if begun else 0.0)


class TestMoving:
    def test_a_policy_moves_to_the_year_after_the_baseline(self, load):
        policy = load(baseline_year=2023)
        assert (policy.first_year, policy.last_year, policy.moved_by) == (2024, 2026, 3)
        assert rates(policy, range(2023, 2028)) == [None, 0.05, 0.05, 0.1, 0.1]
        assert policy.notes == [
            "policy plan was moved by +3 years to begin in 2024, the year after the baseline"
        ]

    def test_years_inside_settings_move_with_it(self, load):
        policy = load(
            "first_year: 2021\nrotation: {opened: 2022, sites: [{place: 甲, start: 2023}]}", (), 2018
        )
        lever = policy.lever("rotation", 2019)
        assert (lever.opened, lever.sites[0].start) == (2020, 2021)

    def test_one_that_need_not_move_says_nothing(self, load):
        assert (load().moved_by, load().notes) == (0, [])

    def test_without_a_first_year_it_begins_after_the_baseline(self, load):
        policy = Policy.load("none", [("policy.rotation.rate", 0.1)], 2017, known=KNOWN)
        assert (policy.first_year, policy.last_year, policy.moved_by) == (2018, None, 0)


class TestOverrides:
    def test_a_value_replaces_what_was_there(self, load):
        policy = load(
            overrides=[("policy.rotation.rate", 0.15), ("effects.kappa", 1), ("policy.research.coverage", 1)]
        )
        assert policy.lever("rotation", 2022) == Turning(rate=0.15, share=0.2)
        assert policy.lever("research", 2022) == Meeting(coverage=1)
        assert policy.sources["rotation.rate"] == "command line"

    def test_a_mapping_replaces_the_whole(self, load):
        policy = load(overrides=[("policy.rotation.rate", {2022: 0.3})])
        assert rates(policy, (2021, 2022, 2023)) == [0.0, 0.3, 0.3]
        assert load(overrides=[("policy.rotation", {"cap": 45})]).lever("rotation", 2021) == Turning(cap=45)
        assert load(overrides=[("policy.rotation", {})]).acting("rotation", 2021) == []

    def test_the_last_one_wins(self, load):
        overrides = [("policy.rotation.rate", 0.15), ("policy.rotation.rate", 0.3)]
        assert load(overrides=overrides).lever("rotation", 2021).rate == 0.3

    def test_years_can_be_set(self, load):
        policy = load(overrides=[("policy.last_year", 2022), ("policy.ends", True)])
        assert rates(policy, (2021, 2022, 2023)) == [0.05, 0.05, None]

    @pytest.mark.parametrize(
        ("key", "value", "message"),
        [
            ("policy.rotation.rate", 1.5, "policy.rotation.rate must be within 0 ... 1, got 1.5"),
            (
                "policy.rotation.rate",
                True,
                "policy.rotation.rate must be a number (within 0 ... 1), got true",
            ),
            (
                "policy.rotation.rate",
                {2021: 0.1, 2023: 1.5},
                "policy.rotation.rate (2023) must be within 0 ... 1",
            ),
            ("policy.rotation.rate", {2021: {2022: 0.1}}, "policy.rotation.rate (2021) must be a number"),
            ("policy.rotation.rate", {}, "policy.rotation.rate must be a value or values by year"),
            (
                "policy.rotation.rate",
                {21: 0.1},
                "policy.rotation.rate: a year must be within 1900 ... 2200, got 21",
            ),
            ("policy.rotation.rate", {"2021": 0.1}, "policy.rotation.rate: a year must be a whole number"),
            ("policy.rotation.rate", {True: 0.1}, "policy.rotation.rate: a year must be a whole number"),
            (
                "policy.rotation.spending",
                {2021: {"a": 1}, "b": 1},
                "policy.rotation.spending takes one value for all years",
            ),
            ("policy.rotation.rate.x", 1, "policy.rotation.rate.x: no such setting; known: rate, share"),
            ("policy.rotation.share", {2022: 1, 2023: 1.0}, None),
            (
                "policy.rotation",
                {"rate": {2021: 0.1, 2023: 1}, "share": {2022: 0.9}},
                "policy.rotation.rate and share must not add to more than 1.5",
            ),
            (
                "policy.rotaton.rate",
                0.1,
                "policy.rotaton: no such lever; known: research, rotation; did you mean 'rotation'?",
            ),
            ("policy.first_yaer", 2021, "did you mean 'first_year'?"),
            ("policy.name", "x", "policy.name: no such lever"),
            ("policy.rotation", None, "policy.rotation must be settings in { }, got null"),
            ("policy.rotation._target_", "os.Path", "only a policy file may name a class"),
            ("policy.mine", {"_target_": "os.Path"}, "only a policy file may name a class"),
            ("policy.first_year", "2021", "policy.first_year must be a whole number"),
            ("policy.last_year", 2020, "policy.last_year must be within 2021 ... 2200, got 2020"),
            ("policy.ends", 1, "policy.ends must be true or false, got 1"),
            ("policy.budget", -1, "policy.budget must be within 0 ... 1e+18, got -1"),
            ("policy.budget", {2022: "all"}, "policy.budget (2022) must be a number (within 0 ... 1e+18), got 'all'"),
            ("policy.budget", {}, "policy.budget must be a value or values by year"),
            ("policy.spending_never_falls", 1, "policy.spending_never_falls must be true or false, got 1"),
        ],
    )
    def test_what_is_wrong_is_refused_before_the_run(self, load, refusal, key, value, message):
        if message is None:
            load(overrides=[(key, value)])
        else:
            assert message in refusal(overrides=[(key, value)])


class TestFiles:
    def test_a_policy_is_found_by_name(self, tmp_path):
        path = tmp_path / "policy" / "my_plan.yaml"
        path.parent.mkdir()
        path.write_text("first_year: 2021\nrotation: {rate: 0.1}", encoding="utf-8")
        assert Policy.load("my_plan", extra_dirs=[tmp_path], known=KNOWN).name == "my_plan"

    def test_texts_are_kept(self, load):
        policy = load()
        assert (policy.name, policy.title, policy.source["document"]) == ("plan", "三年计划", "000")
        assert policy.sources["rotation.share"] == "充分调动骨干教师交流的积极性"

    def test_null_is_no_policy(self):
        with pytest.raises(UserError, match="policy must be a name, got null; policy=none"):
            Policy.load(None, known=KNOWN)
        with pytest.raises(UserError, match="counterfactual must be a name, got null; counterfactual=none"):
            Policy.load(None, known=KNOWN, key="counterfactual")

    @pytest.mark.parametrize("name", ["none.yaml", "configs/policy/none.yaml", "./none"])
    def test_a_path_is_no_name(self, name):
        with pytest.raises(UserError) as refused:
            Policy.load(name, known=KNOWN)
        assert str(refused.value).startswith(f"policy={name}: no such policy; known: ")
        assert str(refused.value).endswith("did you mean 'none'?")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("# nothing\n", "this file is empty; a policy states first_year, last_year and its levers"),
            ("rotation: {rate: 0.1}", "first_year is missing: the year in which rotation begins"),
            ("first_year: 2021\nrotation: {rat: 0.1}", "policy.rotation.rat: no such setting"),
            ("first_year: 2021\nlast_year: 2020", "policy.last_year must be within 2021 ... 2200, got 2020"),
            ("first_year: 2021\nrotation: 0.1", "policy.rotation must be settings in { }"),
            ("first_year: 2021\nrotation: {rate: {2021:0.05}}", "policy.rotation.rate: a year must be a whole number"),
        ],
    )
    def test_what_is_wrong_in_a_file_names_it(self, tmp_path, text, message):
        path = tmp_path / "p2.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(UserError) as refused:
            Policy.load(path, known=KNOWN)
        assert str(refused.value).startswith(f"{path}: {message}")

    def test_what_is_typed_does_not_name_the_file(self, refusal):
        assert refusal(overrides=[("policy.rotation.rate", "abc")]).startswith("policy.rotation.rate must be a number")

    @pytest.mark.parametrize("name", [3, True, "nowhere", "", "nowhere.yaml"])
    def test_an_unknown_policy_is_refused(self, name):
        with pytest.raises(UserError):
            Policy.load(name, known=KNOWN)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("rotation: 0.1", "policy.rotation must be settings in { }, got 0.1"),
            (
                "rotations: {rate: 0.1}",
                "policy.rotations: no such lever; known: research, rotation; did you mean",
            ),
            ("rotation: {1: 2}", "policy.rotation.1: no such setting"),
            ("ends: true", "policy.ends is true, but policy.last_year does not say when"),
            ("sources: [1]", "policy.sources must be names and texts, got [1]"),
        ],
    )
    def test_a_wrong_file_is_refused(self, refusal, text, message):
        assert message in refusal(text)

    def test_resolved_is_plain_and_says_what_runs(self, load):
        resolved = json.loads(json.dumps(load(baseline_year=2021).resolved))
        assert resolved == {
            "name": "plan",
            "first_year": 2022,
            "last_year": 2024,
            "ends": False,
            "rotation": {"rate": {"2022": 0.05, "2024": 0.1}, "share": 0.2},
        }

    def test_a_budget_moves_with_the_policy_and_stays_as_it_is_after_the_last_year(self, load):
        policy = load(overrides=[("policy.budget", {2022: 5e6, 2023: 6e6, 2026: 7e6})], baseline_year=2021)
        assert (policy.moved_by, policy.last_year) == (1, 2024)
        by_year = {year: policy.budget(year) for year in (2022, 2023, 2024, 2030)}
        assert by_year == {2022: None, 2023: 5e6, 2024: 6e6, 2030: 6e6}
        assert policy.resolved["budget"] == {2023: 5e6, 2024: 6e6, 2027: 7e6}
        assert load(overrides=[("policy.budget", 9)]).budget(2022) == 9 and load().budget(2022) is None
        assert load(overrides=[("policy.budget", 9)]).resolved["budget"] == 9

    def test_a_policy_travels_to_workers(self, load):
        assert pickle.loads(pickle.dumps(load())) == load()
