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


def strict_against_free(replicates: int, *worlds: str, looser: float = 0.0) -> dict[str, dict[str, np.ndarray]]:
    """What strict catchments do to the true between-school share, with marks deciding and with lots, by level.

    Mean over the fourth to sixth year, after as many as primary school has, by replicate.
    """
    rules = {"marks": (), "lots": ("policy.enrolment.lottery=true",)}
    scenarios = {
        f"{rule} {enforced}": wuhan(*worlds, *words, f"policy.enrolment.catchment_enforcement={enforced}", horizon=2026)
        for rule, words in rules.items()
        for enforced in (looser, 1.0)
    }
    found = experiment(scenarios, replicates=replicates, seed=SEED)

    def share(policy: str, level: str) -> np.ndarray:
        by_year = [found.values(policy, "between_school_share_true", level, year) for year in (2024, 2025, 2026)]
        return np.mean(by_year, axis=0)

    return {
        rule: {level: share(f"{rule} 1.0", level) - share(f"{rule} {looser}", level) for level in LEVELS}
        for rule in rules
    }


@pytest.fixture(scope="module")
def catchments() -> dict[str, dict[str, np.ndarray]]:
    return strict_against_free(8, "district.students=10000")


def test_strict_catchments_lower_the_between_school_share(catchments, capsys):
    """Against free choice: the better-off go where marks are high, and schools that are asked for take the best."""
    by_level = catchments["marks"]
    with capsys.disabled():
        for level in LEVELS:
            print(f"\nstrict catchments against free choice, {level}: {Estimate.of(by_level[level])}", end="")
    both = Estimate.of(np.mean(list(by_level.values()), axis=0))
    assert both.below(0), both


def test_where_lots_decide_strict_catchments_raise_the_between_school_share(catchments, capsys):
    """Choice then mixes what neighbourhoods set apart: who leaves a weak one gets in whatever his marks."""
    both = Estimate.of(np.mean(list(catchments["lots"].values()), axis=0))
    with capsys.disabled():
        print(f"\nthe same where lots decide, both levels: {both}", end="")
    assert both.above(0), both


@pytest.mark.slow
def test_each_level_shows_what_free_choice_does_and_the_last_twentieth_of_choosers_hardly_matters():
    """The last: from the enforcement that the district has, 0.95, to the whole."""
    free = strict_against_free(24, "district.students=10000")["marks"]
    for level in LEVELS:
        assert Estimate.of(free[level]).below(-0.01), f"{level}: {Estimate.of(free[level])}"
    now = strict_against_free(24, "district.students=10000", looser=0.95)["marks"]
    both = Estimate.of(np.mean(list(now.values()), axis=0))
    assert both.below(0.004) and both.above(-0.004), both


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
