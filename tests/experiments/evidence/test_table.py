import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from experiments.evidence import board
from experiments.evidence.repeats import Outcome, Repeat
from experiments.evidence.replay import Published, Replay
from experiments.evidence.table import evidence_table, repeat_table
from experiments.evidence.verdict import Simulated, verdict, z_score


class Toy(Replay):
    """A study of a toy, of which one figure has a standard error and one a range."""

    id, title, kind = "V99", "Toy", "emerges"
    published = (
        Published("with an error", 0.5, "someone", se=0.1),
        Published("with a range", 0.5, "someone else", low=0.4, high=0.6, kind="recovers"),
    )

    def simulate(self, seed, effects):
        raise AssertionError


def outcomes(world, values, figures=("with an error", "with a range")):
    return [Outcome(Repeat("V99", world, i), dict.fromkeys(figures, value)) for i, value in enumerate(values)]


def table(*found):
    return evidence_table([Toy()], [one for part in found for one in part]).set_index("figure")


def test_z_takes_both_errors():
    simulated = Simulated.of(np.array([0.6, 0.8]))
    assert simulated.error == pytest.approx(0.1)
    assert z_score(Toy.published[0], simulated) == pytest.approx(0.2 / np.hypot(0.1, 0.1))
    assert z_score(Toy.published[1], simulated) is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0.5, 0.52], ["agrees", "consistent"]),
        ([0.69, 0.69], ["agrees", "not consistent"]),
        ([0.71, 0.71], ["differs", "not consistent"]),
        ([0.4, 0.4], ["agrees", "consistent"]),
        ([np.nan, np.nan], ["no estimate", "no estimate"]),
    ],
)
def test_a_figure_is_judged_by_what_was_published_of_it(values, words):
    found = [verdict(row, Simulated.of(np.array(values))) for row in Toy.published]
    assert found == words


def test_a_row_holds_published_simulated_null_and_real():
    found = table(outcomes("model", [0.5, 0.6]), outcomes("null", [0.0, 0.0]), outcomes("data", [0.47]))
    row = found.loc["with an error"]
    assert (row["kind"], row["published"], row["se"], row["data"]) == ("emerges", 0.5, 0.1, 0.47)
    assert row["simulated"] == pytest.approx(0.55)
    assert (row["repeats"], row["verdict"], row["null"], row["null_verdict"]) == (2, "agrees", 0.0, "differs")
    assert not row["uninformative"]
    assert found.loc["with a range", "kind"] == "recovers"


def test_what_the_null_model_meets_too_is_uninformative():
    found = table(outcomes("model", [0.5]), outcomes("null", [0.45]))
    assert found["uninformative"].tolist() == [True, True]
    assert table(outcomes("model", [0.9]), outcomes("null", [0.5]))["uninformative"].tolist() == [False, False]


def test_a_repeat_that_failed_is_told_and_the_others_count():
    failed = Outcome(Repeat("V99", "model", 1), {}, "ValueError: singular")
    found = table(outcomes("model", [0.5]), [failed], outcomes("null", [0.0]))
    assert found["failed"].tolist() == ["model: 1 of 2: ValueError: singular"] * 2
    assert found["repeats"].tolist() == [1, 1]
    rows = repeat_table([*outcomes("model", [0.5]), failed])
    assert rows["failure"].tolist() == ["", "", "ValueError: singular"]
    assert rows["estimate"].tolist()[:2] == [0.5, 0.5] and np.isnan(rows["estimate"].iloc[2])


def test_where_every_repeat_failed_the_row_is_there():
    found = table([Outcome(Repeat("V99", "model"), {}, "KeyError: 1")])
    assert found["verdict"].tolist() == ["no estimate"] * 2


@pytest.mark.parametrize("width", [79, 100, 120])
def test_the_table_fits_a_terminal(width):
    found = table(outcomes("model", [0.5, 0.6]), outcomes("null", [0.5, 0.4]), outcomes("data", [0.47])).reset_index()
    found = pd.concat([found, found.assign(figure="a figure of so many words that no line could hold them all " * 2)])
    console = Console(width=width, record=True, file=open("/dev/null", "w"))
    board.show(found, "title", console)
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= width
    for words in ("V99", "0.500±0.100", "0.500 (0.400..0.600)", "0.550±0.050", "agrees, z=0.4", "consistent"):
        assert words in text
    for words, least in (("emerges ", 120), ("0.470", 100), ("0.450 uninformative", 100)):
        assert (words in text) == (width >= least)
