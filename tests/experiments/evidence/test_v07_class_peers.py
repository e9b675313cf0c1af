"""The replay of classmates put together by lot."""

import numpy as np
import pandas as pd
import pytest

from experiments.evidence import v07_class_peers as v07


def by_hand(effect, schools=60, classes=4, size=25):
    """Students of schools that differ, dealt over classes; others' mean prior score has this effect."""
    draw = np.random.default_rng(5)
    frame = pd.DataFrame({"classroom": np.repeat(np.arange(schools * classes), size)})
    frame["school"] = frame["classroom"] // classes
    frame["prior"] = draw.normal(0, 1, schools)[frame["school"]] + draw.normal(0, 1, len(frame))
    total = frame.groupby("classroom")["prior"].transform("sum")
    mates = (total - frame["prior"]) / (size - 1)
    taught = draw.normal(0, 0.5, schools)[frame["school"]]
    frame["score"] = 0.8 * frame["prior"] + effect * mates + taught + draw.normal(0, 0.1, len(frame))
    return frame


@pytest.mark.parametrize("effect", [0.0, 0.3])
def test_the_estimator_finds_what_classmates_do_whatever_schools_add(effect):
    frame = by_hand(effect)
    of_students, of_classes = v07.peer_effects(frame)
    to_sd = frame["prior"].std() / frame["score"].std()
    assert of_students == pytest.approx(effect * to_sd, abs=0.03)
    class_means = frame.groupby("classroom")["prior"].mean().std() / frame["prior"].std()
    assert of_classes == pytest.approx(of_students * class_means)


def test_more_is_found_where_classmates_matter_more(monkeypatch):
    monkeypatch.setattr(v07, "SCHOOLS", 12)
    peers = v07.ClassPeers()
    much, nothing = (peers.simulate(1, {"b_peer": effect}) for effect in (1.0, 0.0))
    assert set(much) == {row.figure for row in peers.published}
    assert 0.4 < much[v07.OF_STUDENTS] - nothing[v07.OF_STUDENTS] < 1.2


def test_in_tennessee_too_classmates_with_a_common_past_seem_to_do_harm():
    found = v07.ClassPeers().from_data()
    assert found[v07.OF_COMMON_PAST] < 0 < found[v07.OF_CLASSES] < found[v07.OF_STUDENTS] < 0.3
    assert len(v07.star("K", "1")) > 2500
