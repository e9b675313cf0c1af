import pytest

from experiments.evidence.replay import Replay
from experiments.evidence.studies import STUDIES, replay

KINDS = ("emerges", "recovers", "arithmetic")


@pytest.mark.parametrize("id", STUDIES)
def test_every_replay_says_what_it_is_and_what_it_is_held_against(id):
    study = replay(id)
    assert isinstance(study, Replay)
    assert study.id == id
    assert STUDIES[id].startswith(f"{id.lower()}_")
    assert study.kind in KINDS
    assert study.title
    assert len((type(study).__doc__ or "").split()) > 20
    figures = [row.figure for row in study.published]
    assert figures and len(figures) == len(set(figures))
    for row in study.published:
        assert row.source
        assert row.kind in (None, *KINDS)
        if row.low is not None and row.high is not None:
            assert row.low <= row.value <= row.high


def test_ids_are_in_order():
    assert list(STUDIES) == sorted(STUDIES)
