"""Each question as it is typed: what it prints, what it leaves on disk, and what it refuses."""

import json

import pandas as pd
import pytest

import sim

SMALL = ("district.students=1500", "run.horizon=2022", "engine=serial")


@pytest.fixture
def here(tmp_path, monkeypatch, without_report):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder):
    return {file.name for file in folder.iterdir()}


def only(folder):
    (answer,) = folder.iterdir()
    return answer


def test_policies_are_compared_on_the_same_luck(here, zonesim):
    words = ("compare", "wuhan_edz_2021_2023", "shapingba_2015", *SMALL, "run.replicates=3")
    status, output, _ = zonesim(*words)
    assert status == 0
    assert "shapingba_2015 against wuhan_edz_2021_2023, 3 replicates: " in output
    answer = only(here / "outputs" / "compare")
    assert files(answer) == {"answer.txt", "differences.csv", "picture.svg", "run.json", "winners.csv"}
    table = pd.read_csv(answer / "differences.csv")
    picture = (answer / "picture.svg").read_text(encoding="utf-8")
    assert '<svg role="img" aria-labelledby="title alt"' in picture
    assert '<desc id="alt">shapingba_2015, primary, mean score (SD): ' in picture
    assert set(table["one"]) == {"shapingba_2015"} and set(table["scope"]) == {"district", "zone", "school"}

    def result(policy):
        reform = sim.load("wuhan_edz", policy, overrides=["district.students=1500"], horizon=2022)
        return sim.run(reform, replicates=3, seed=1)

    direct = result("shapingba_2015").against(result("wuhan_edz_2021_2023"), ["score_gap"], years=[2022])
    found = table[table["indicator"] == "score_gap"]["mean"]
    assert found.tolist() == pytest.approx(direct["mean"].tolist(), rel=1e-12)
    again = zonesim(*words)
    assert again[0] == 0 and again[1] == output and "this question is answered" in again[2]


def test_a_policy_against_a_copy_of_itself_is_zero_everywhere(here, zonesim):
    own = here / "configs" / "policy"
    own.mkdir(parents=True)
    (own / "twin.yaml").write_text("name: twin\ntitle: t\nfirst_year: 2021\nlast_year: 2021\n", encoding="utf-8")
    status, output, messages = zonesim("compare", "none", "twin", *SMALL, "run.replicates=2")
    assert status == 0, messages
    table = pd.read_csv(only(here / "outputs" / "compare") / "differences.csv")
    assert len(table) > 50 and (table["mean"] == 0).all() and not table["differs"].any()
    assert "every figure of 2022 that is compared is the same" in output


def test_a_question_is_asked_again_when_a_file_that_it_names_has_changed(here, zonesim):
    own = here / "configs" / "policy"
    own.mkdir(parents=True)
    words = ("compare", "none", "ours", *SMALL, "run.replicates=2", "scopes=[district]", "indicators=[cost_yuan]")
    found = []
    for rate in (0.1, 0.2):
        text = f"name: ours\ntitle: t\nfirst_year: 2021\nlast_year: 2022\nrotation:\n  rate: {rate}\n"
        (own / "ours.yaml").write_text(text, encoding="utf-8")
        status, output, messages = zonesim(*words)
        assert status == 0 and "this question is answered" not in messages, messages
        found.append(output.splitlines()[:2])
    assert found[0] != found[1]
    assert len(list((here / "outputs" / "compare").iterdir())) == 2


def test_settings_and_cells_of_a_table_are_compared(here, zonesim):
    zonesim("compare", "policy.rotation.rate=0,0.2", *SMALL, "run.replicates=2", "out=a", "scopes=[district]")
    (here / "cells.csv").write_text("policy.rotation.rate\n0\n0.2\n", encoding="utf-8")
    zonesim("compare", "table=cells.csv", *SMALL, "run.replicates=2", "out=b", "scopes=[district]")
    one, other = (pd.read_csv(here / name / "differences.csv") for name in "ab")
    assert one["one"].unique().tolist() == ["rate=0.2"]
    pd.testing.assert_frame_equal(one, other)
    (here / "named.csv").write_text("name,policy.rotation.rate\nnone,0\nmany, 0.2\n", encoding="utf-8")
    zonesim("compare", "table=named.csv", *SMALL, "run.replicates=2", "out=c", "scopes=[district]")
    named = pd.read_csv(here / "c" / "differences.csv", keep_default_na=False)
    assert named[["one", "against"]].drop_duplicates().values.tolist() == [["many", "none"]]
    (here / "named.csv").write_text("name,policy.rotation.rate\nsome,0\nsome,0.2\n", encoding="utf-8")
    assert "must have a name of its own" in zonesim("compare", "table=named.csv", *SMALL)[2]


def test_finished_runs_and_cells_of_a_sweep_are_compared(here, zonesim):
    small = ("district.students=1500", "run.horizon=2021", "engine=serial", "run.replicates=2")
    zonesim("run", "policy=none", *small, "out=without")
    zonesim("run", *small, "out=with")
    zonesim("sweep", "policy=none,wuhan_edz_2021_2023", *small, "out=both")
    assert zonesim("compare", "without", "with", "scopes=[district]", "out=a")[0] == 0
    assert zonesim("compare", "both:0", "both:1", "scopes=[district]", "out=b")[0] == 0
    assert "this question is answered" in zonesim("compare", "both:0", "both:1", "scopes=[district]", "out=b")[2]
    one, other = (pd.read_csv(here / name / "differences.csv").drop(columns=["one", "against"]) for name in "ab")
    pd.testing.assert_frame_equal(one, other)
    zonesim("run", *small, "run.seed=5", "out=with", "force=true")
    status, _, messages = zonesim("compare", "without", "with", "scopes=[district]")
    assert status == 2 and "do not start from the same districts" in messages


def test_sensitivity_ranks_factors_and_keeps_its_runs(here, zonesim):
    words = ("policy.rotation.rate=interval(0,0.3)", "vary=[effects.kappa]", "outcomes=[cost,change.score_gap.primary]")
    status, output, messages = zonesim("sensitivity", *words, *SMALL, "trajectories=2", "closer=0")
    assert status == 0, messages
    assert "cost changes most over the range of: policy.rotation.rate" in output
    answer = only(here / "outputs" / "sensitivity")
    record = json.loads((answer / "run.json").read_text(encoding="utf-8"))
    assert all((here / folder / "manifest.json").exists() for folder in record["runs"])
    table = pd.read_csv(answer / "morris.csv").set_index(["outcome", "factor"])
    assert table.loc[("cost", "effects.kappa"), "mu_star"] == 0


def test_discover_takes_the_draws_of_the_runs_as_cases(here, zonesim):
    words = ("run.replicates=40", "vary=[effects.kappa,effects.b_exp_yr5]")
    status, output, messages = zonesim("discover", *SMALL, *words)
    assert status == 0, messages
    assert " of 40 cases" in output or "In all 40 cases" in output
    cases = pd.read_csv(only(here / "outputs" / "discover") / "cases.csv")
    scenario = sim.load("wuhan_edz", "wuhan_edz_2021_2023", overrides=["district.students=1500"], horizon=2022)
    drawn = [scenario.effects_of(sim.noise.replicate_seed(1, number)).kappa for number in range(40)]
    assert cases["effects.kappa"].tolist() == pytest.approx(drawn)
    # Effects that are drawn together are one.
    assert len([name for name in cases if name.startswith("effects.b_exp")]) == 1


def test_calibrate_gives_draws_for_what_was_observed(here, zonesim):
    lines = ("outcome,value,error", "between_school_share.primary.2020,0.1,0.01")
    (here / "ours.csv").write_text("\n".join(lines), encoding="utf-8")
    words = ("observed=ours.csv", "vary=[effects.catchment_sd]", "cells=10", "waves=1", "run.replicates=2")
    small = ("district.students=900", "run.horizon=2021", "engine=serial")
    status, output, messages = zonesim("calibrate", *words, *small)
    assert status == 0, messages
    assert "effects.catchment_sd is " in output
    draws = pd.read_csv(only(here / "outputs" / "calibrate") / "draws.csv")
    assert draws["effects.catchment_sd"].between(0.28, 0.46).all()


def test_optimise_finds_that_nothing_is_cheapest(here, zonesim):
    words = ("policy.rotation.rate=interval(0,0.3)", "objectives=[min:cost]", "rounds=1", "batch=4", "finalists=1")
    status, output, messages = zonesim("optimise", *words, *SMALL, "run.replicates=2", "limits=cost<=1e9")
    assert status == 0, messages
    assert output.startswith("Lowest cost: policy.rotation.rate=")


@pytest.mark.parametrize(
    "words, told",
    [
        (["compare", "none"], "compare needs two policies, runs or cells"),
        (["compare", "none", "none"], "one is named twice"),
        (["compare", "none", "nome"], "nome"),
        (["compare", "none", "green_education", "policy.rotation.rate=0,1"], "compare either what is named"),
        (["compare", "none", "green_education", "scopes=[]"], "scopes must be a list"),
        (["compare", "none", "green_education", "scopes=[county]"], "no such scope"),
        (["compare", "none", "green_education", "indicators=[score_gp]"], "did you mean 'score_gap'"),
        (["compare", "none", "green_education", "interval=z"], "known: t, bootstrap"),
        (["compare", "none", "green_education", "precision=-1"], "precision must be"),
        (["sensitivity", "base=5"], "base must be a power of two, got 5; take 8"),
        (["sweep", "experiment=gaoxin_rotation"], "is for zonesim optimise, not sweep"),
        (["sensitivity", "vary=[]"], "nothing is varied"),
        (["discover", "least=1"], "give one of least=N and most=N"),
        (["discover", "vary=[policy.rotation.rate]"], "discover looks among effects"),
        (["calibrate"], "observed=FILE.csv is needed"),
        (["calibrate", "observed=nowhere.csv"], "nowhere.csv cannot be read"),
        (["optimise", "objectives=[cost]"], "objectives: cost must begin with min: or max:"),
        (["optimise", "limits=cost<20"], "limits: cost<20 must be OUTCOME<=NUMBER"),
        (["optimise", "vary=[effects.kappa]"], "no lever is varied"),
        (["discover", "outcomes=[met.WK99]"], "met.WK99: no such promise that is judged by the last year; known: WK"),
        (["sensitivity", "outcomes=[score_gap.junior.2031]"], "year 2031 is not simulated; known: 2020 to 2025"),
        (["optimise", "objectives=[min:met.WK99]"], "no such promise"),
        (["discover", "run.replicates=39"], "run.replicates=39 are too few cases to search; 40 are the fewest"),
        (["compare", "none", "green_education", "outcomes=[cost]"], "outcomes: no such setting"),
        (["compare", "policy.rotation.rate=interval(0,1)"], "compare takes values"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_one_line(here, zonesim, words, told):
    status, output, messages = zonesim(*words)
    assert (status, output) == (2, "")
    assert told in messages and messages.count("\n") == 1
    assert not (here / "outputs").exists()
