"""What money, catchments and class caps do to Wuhan's district: signs and sizes of means of paired differences.

60,000 students, effects at their values unless a test says otherwise.
"""

import numpy as np
import pytest

from paired_worlds import Estimate, Experiment, Worlds, experiment, wuhan
from sim.agents.school import LEVELS

REPLICATES = 16
SEED = 11
FIRST, LAST = 2021, 2025
YEARS = range(FIRST, LAST + 1)

FUND = ("policy.funding.zone_fund=1500000",)
REWARD = (*FUND, "policy.funding.performance_share=0.3")
ONE_YEAR = (*REWARD, "policy.funding.metric=value_added_1y")
THREE_YEARS = (*REWARD, "policy.funding.metric=value_added_3y")
PASS_RATE = (*REWARD, "policy.funding.metric=pass_rate")
CAPS = ("policy.enrolment.class_cap_primary=35", "policy.enrolment.class_cap_junior=40")


@pytest.fixture(scope="module")
def district() -> Experiment:
    return experiment(
        {
            "none": wuhan(),
            "plan": wuhan(policy="wuhan_edz_2021_2023", horizon=2023),
            "fund": wuhan(*FUND, horizon=FIRST),
            "one year": wuhan(*ONE_YEAR),
            "three years": wuhan(*THREE_YEARS),
            "pass rate": wuhan(*PASS_RATE, horizon=FIRST),
            "caps": wuhan(*CAPS),
        },
        replicates=REPLICATES,
        seed=SEED,
        after_first_year=inflation,
    )


def inflation(worlds: Worlds) -> dict[str, float]:
    """What stakes are said to lift measured scores by, mean over the students of each level, SD."""
    model = worlds["pass rate"]
    stake = model.schools.stake[model.students.school]
    kind = model.schools.level[model.students.school]
    lift = model.effects.gaming * model.effects.rec_perf_ind
    return {level: float(lift * stake[kind == row].mean()) for row, level in enumerate(LEVELS)}


def luck(district: Experiment, policy: str, level: str) -> np.ndarray:
    """Share of performance money that went to luck, mean over the years, by replicate."""
    return np.mean([district.values(policy, "fund_luck_share", level, year) for year in YEARS], axis=0)


def test_rewarding_one_year_of_value_added_pays_luck_more_than_rewarding_three(district, capsys):
    """Mean of both levels; the next test has the replicates to see it in the four junior zones and groups alone."""
    by_level = [luck(district, "one year", level) - luck(district, "three years", level) for level in LEVELS]
    with capsys.disabled():
        for level, more in zip(LEVELS, by_level, strict=True):
            print(f"\nluck paid more by one year than by three, {level}: {Estimate.of(more)}", end="")
    assert Estimate.of(np.mean(by_level, axis=0)).above(0)


@pytest.mark.slow
def test_rewarding_one_year_of_value_added_pays_luck_more_at_each_level():
    scenarios = {"one year": wuhan(*ONE_YEAR), "three years": wuhan(*THREE_YEARS)}
    found = experiment(scenarios, replicates=64, seed=SEED)
    for level in LEVELS:
        more = Estimate.of(luck(found, "one year", level) - luck(found, "three years", level))
        assert more.above(0), f"{level}: {more}"


@pytest.mark.parametrize("level", LEVELS)
def test_a_quarter_or_more_of_the_money_for_one_year_of_value_added_goes_to_luck(district, level):
    share = Estimate.of(luck(district, "one year", level))
    assert share.above(0.25), share


@pytest.mark.parametrize("level", LEVELS)
def test_a_reward_on_pass_rates_raises_measured_over_true(district, level):
    """By `gaming * rec_perf_ind * stake`, less than a thousandth of an SD: a zone's staff share the stake."""
    effect = district.effect("pass rate", "measured_minus_true", level, FIRST)
    assert effect.above(0), effect
    assert effect.mean == pytest.approx(district.first_year[level].mean(), rel=1e-6)
    assert effect.below(0.001), effect


@pytest.mark.parametrize("level", LEVELS)
def test_a_fund_without_a_reward_leaves_measured_over_true_as_it_is(district, level):
    with_fund = district.values("fund", "measured_minus_true", level, FIRST)
    assert np.array_equal(with_fund, district.values("none", "measured_minus_true", level, FIRST))


def test_a_class_cap_without_new_teachers_leaves_classes_uncovered_and_subjects_to_others(district, capsys):
    """It costs nothing, and the classes it makes have to find their teachers among those who are there."""
    uncovered = 0.0
    for level in LEVELS:
        teachers, classes, outside, more = (
            district.effect("caps", name, level, LAST)
            for name in ("teachers", "classes", "out_of_subject_share", "uncovered_classes")
        )
        with capsys.disabled():
            print(f"\ncaps, {level}: classes {classes}, uncovered {more}, outside the subject {outside}", end="")
        assert (district.values("caps", "cost_yuan", level, LAST) == 0).all()
        assert teachers.agrees_with(0), teachers
        assert classes.above(50), classes
        assert outside.above(0), outside
        assert not more.below(0), more
        without = district.values("none", "uncovered_classes", level, LAST)
        uncovered = uncovered + district.values("caps", "uncovered_classes", level, LAST) - without
    assert Estimate.of(uncovered).above(0), Estimate.of(uncovered)


def effect_of_strict_catchments(level: str, replicates: int, *world: str) -> Estimate:
    """On the true between-school share, after as many years as primary school has, against free choice."""
    scenarios = {
        "free": wuhan(*world, "policy.enrolment.catchment_enforcement=0", horizon=2026),
        "strict": wuhan(*world, "policy.enrolment.catchment_enforcement=1", horizon=2026),
    }
    found = experiment(scenarios, replicates=replicates, seed=SEED)
    return found.effect("strict", "between_school_share_true", level, 2026, than="free")


def test_strict_catchments_keep_what_sets_neighbourhoods_apart(capsys):
    """Against the expectation: they RAISE the between-school share of this district.

    Its schools differ by the homes in their catchments (`catchment_sd` 0.37). Families who choose leave weak
    neighbourhoods for schools of strong ones, the catchment says more about a child than the family's wish to choose
    (`ses_trait` 0.35), and where there are too few seats the lot decides and not the child's marks: choice mixes.
    House prices, by which strict catchments set neighbourhoods apart still more, are not in the model.
    """
    effect = effect_of_strict_catchments("primary", 8, "district.students=20000")
    with capsys.disabled():
        print(f"\nstrict catchments against free choice, primary: between-school share {effect}", end="")
    assert effect.above(0.02), effect


@pytest.mark.slow
def test_strict_catchments_lower_the_between_school_share_where_neighbourhoods_are_alike():
    """What is left is families who mind reputation going where it is: the expected sign."""
    alike = ("effects.catchment_sd=0", "effects.catchment_cohort_sd=0")
    effect = effect_of_strict_catchments("primary", 40, *alike)
    assert effect.below(0), effect


@pytest.mark.parametrize("policy", ["none", "plan"])
def test_official_targets_on_ranges_are_mostly_luck(district, policy, capsys):
    """Three points less every year is asked of ranges that luck moves by ten a year, with or without the plan."""
    figures = district.figures.loc[policy].xs(("primary", "district"), level=("level", "scope"))
    for indicator in ("excellent_range", "pass_range"):
        by_year = figures[indicator].droplevel("unit").unstack("year").loc[:, 2020:2023]
        change = by_year.diff(axis=1).iloc[:, 1:]
        good = (change <= -3).all(axis=1).mean()
        with capsys.disabled():
            print(
                f"\n{indicator}, {policy}: yearly change {change.stack().std():.1f} points; all three {good:.2f}",
                end="",
            )
        assert change.stack().std() > 6
        assert good <= 0.15


@pytest.mark.parametrize("policy", ["none", "plan"])
def test_two_points_more_at_each_school_every_year_are_met_by_nobody(district, policy):
    figures = district.figures.loc[policy].xs(("junior", "school"), level=("level", "scope"))
    change = figures["general_high_rate"].unstack("year").loc[:, 2020:2023].diff(axis=1).iloc[:, 1:]
    met = (change >= 0.02).all(axis=1)
    assert met.groupby("replicate").mean().mean() < 0.3
    assert not met.groupby("replicate").all().any()
