"""The replays there are, in order: a new one is a line here."""

from importlib import import_module

from experiments.evidence.replay import Replay

STUDIES = {
    "V01": "v01_fade_out.FadeOut",
    "V02": "v02_school_noise.SchoolNoise",
    "V03": "v03_group_incentives.GroupIncentives",
    "V04": "v04_performance_pay.PerformancePay",
    "V05": "v05_matched_pairs.MatchedPairs",
    "V06": "v06_lesson_study.LessonStudy",
    "V07": "v07_class_peers.ClassPeers",
    "V08": "v08_score_persistence.ScorePersistence",
    "V09": "v09_class_share.ClassShare",
    "V10": "v10_gap_by_schools.GapBySchools",
    "V11": "v11_starting_inequality.StartingInequality",
    "V12": "v12_value_added.ValueAdded",
    "V13": "v13_flatness.Flatness",
    "V14": "v14_spending.Spending",
}
"""Module of this package and class, by id; imported when it is asked for."""


def replay(id: str) -> Replay:
    """The replay of this id."""
    module, _, name = STUDIES[id].rpartition(".")
    found = getattr(import_module(f"experiments.evidence.{module}"), name)()
    assert isinstance(found, Replay)
    return found
