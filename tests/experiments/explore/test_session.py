import time

import numpy as np
import pandas as pd
import pytest

import sim
from experiments.explore import session as module
from experiments.explore.session import Answers, Session
from experiments.explore.settings import read

SMALL = ("district.students=900", "run.horizon=2022", "run.replicates=2")


@pytest.fixture(scope="module")
def session():
    return Session(read(SMALL))


def answered(session, a, b, at_most=120.0):
    """The whole answer to a question, asked of a thread of its own."""
    answers = Answers(session)
    answers.start()
    answers.ask(a, b)
    end = time.monotonic() + at_most
    while answers.busy and time.monotonic() < end:
        time.sleep(0.01)
    answers.close()
    assert answers.problem is None
    return answers.latest


def test_figures_are_those_of_a_run_to_the_bit(session):
    """With a slider moved, against another policy, from districts that other questions were asked of before."""
    answered(session, session.as_typed, session.other("none"))
    pairs = answered(session, session.scenario({"rotation.rate": 0.4}), session.other("grand_zones"))
    scenario = sim.load(
        "wuhan_edz",
        "wuhan_edz_2021_2023",
        counterfactual="grand_zones",
        horizon=2022,
        overrides=["district.students=900", "policy.rotation.rate=0.4"],
    )
    ours, theirs = pairs.result(), sim.run(scenario, replicates=2, seed=1)
    pd.testing.assert_frame_equal(ours.indicators, theirs.indicators, check_exact=True)
    pd.testing.assert_frame_equal(ours.costs, theirs.costs, check_exact=True)
    assert ours.scenario.resolved == theirs.scenario.resolved


def test_a_slider_changes_the_policy_alone(session):
    moved = session.scenario({"rotation.rate": 0.4}).resolved
    typed = session.as_typed.resolved
    assert {key for key in typed if moved[key] != typed[key]} == {"policy"}
    assert moved["policy"]["rotation"]["rate"] == 0.4
    changed = {key for key in typed["policy"] if moved["policy"][key] != typed["policy"][key]}
    assert changed == {"rotation"}


def test_a_slider_replaces_what_was_typed():
    session = Session(read([*SMALL, "policy.rotation.rate={2021: 0.1, 2022: 0.2}"]))
    assert session.as_typed.policy.resolved["rotation"]["rate"] == {2021: 0.1, 2022: 0.2}
    assert session.scenario({"rotation.rate": 0.3}).policy.resolved["rotation"]["rate"] == 0.3
    assert "rotation" not in session.other("none").policy.resolved


def test_districts_at_rest_are_made_once_and_what_is_known_is_not_run_again(monkeypatch):
    session = Session(read(SMALL))
    runs = []
    real = module.replicate_from

    def counted(rest, scenario, arms, number):
        runs.append((id(rest), scenario.policy.name, number))
        return real(rest, scenario, arms, number)

    monkeypatch.setattr(module, "replicate_from", counted)
    a, b = session.as_typed, session.other("none")
    start = time.perf_counter()
    answered(session, a, b)
    first = time.perf_counter() - start
    assert len(runs) == 4 and len({rest for rest, *_ in runs}) == 2
    answered(session, a, b)
    assert len(runs) == 4
    start = time.perf_counter()
    answered(session, session.scenario({"rotation.rate": 0.5}), b)
    print(f"first question {first:.2f} s, a slider moved {time.perf_counter() - start:.2f} s, 2 replicates each")
    assert len(runs) == 6 and len({rest for rest, *_ in runs}) == 2


def test_only_so_many_policies_are_kept(monkeypatch):
    monkeypatch.setattr(module, "POLICIES_KEPT", 2)
    session = Session(read(["district.students=900", "run.horizon=2021"]))
    for rate in (0.1, 0.2, 0.3):
        session.replicate(session.scenario({"rotation.rate": rate}), 0)
    assert len(session._known) == 2


def test_a_newer_question_takes_the_place_of_an_older_one(session, monkeypatch):
    answers, asked = Answers(session), []
    older, newer = (session.scenario({"rotation.rate": rate}) for rate in (0.6, 0.7))
    b = session.as_typed
    real = Session.replicate

    def watched(self, scenario, number):
        asked.append((scenario, number))
        if scenario is older:
            answers.ask(newer, b)  # the slider moves on while the older one is run
        return real(self, scenario, number)

    monkeypatch.setattr(Session, "replicate", watched)
    answers.ask(older, b)
    answers.start()
    while answers.busy:
        time.sleep(0.01)
    answers.close()
    assert [number for scenario, number in asked if scenario is older] == [0]
    assert answers.latest.are_of(newer, b) and len(answers.latest.done) == 2


def test_what_goes_wrong_is_told_and_the_next_question_is_answered(session, monkeypatch):
    answers, good = Answers(session), session.as_typed
    bad = session.scenario({"rotation.rate": 0.9})
    real = Session.replicate

    def broken(self, scenario, number):
        if scenario is bad:
            raise MemoryError
        return real(self, scenario, number)

    monkeypatch.setattr(Session, "replicate", broken)
    answers.start()
    answers.ask(bad, good)
    while answers.busy:
        time.sleep(0.01)
    assert isinstance(answers.problem, MemoryError)
    answers.ask(good, good)
    while answers.busy:
        time.sleep(0.01)
    assert answers.problem is None and len(answers.latest.done) == 2
    answers.close()


def test_policies_that_do_not_fit_the_district_are_not_offered(session, tmp_path):
    (tmp_path / "policy").mkdir()
    text = "first_year: 2021\nbuilding: {projects: [{school: nowhere, start_year: 2021, seats: 90, money: 1}]}\n"
    (tmp_path / "policy" / "elsewhere.yaml").write_text(text)
    (tmp_path / "policy" / "mine.yaml").write_text("first_year: 2021\nrotation: {rate: 0.2}\n")
    offered = Session(read(SMALL, [tmp_path])).others()
    assert {"none", "grand_zones", "wuhan_edz_2021_2023", "mine"} <= set(offered)
    assert "elsewhere" not in offered


def test_places_are_those_of_the_first_replicates_schools(session):
    rest = session.at_rest(0)
    session.at_rest(1)
    assert [place.name for place in session.places] == list(rest.schools.name[~rest.schools.private])
    assert np.allclose([place.east for place in session.places], rest.schools.x[~rest.schools.private])
    assert session.places_are_drawn
    assert sum(place.lead for place in session.places) == rest.schools.lead.sum()
