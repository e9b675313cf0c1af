"""The replays there are, in order: a new one is a line here."""

from importlib import import_module

from experiments.evidence.replay import Replay

STUDIES = {
    "V10": "v10_gap_by_schools.GapBySchools",
    "V11": "v11_starting_inequality.StartingInequality",
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
