"""Draws every picture once, of the Wuhan plan, and writes the page that shows them.

    python docs/gallery.py [REPLICATES]

It writes docs/gallery.md and docs/gallery/NAME.LANGUAGE.svg; the 20 replicates of its own accord are a minute or two.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import made_up
import pandas as pd
from matplotlib.axes import Axes

import sim
from experiments import engines
from sim.report import svg
from sim.report.findings import judged
from sim.report.pictures import chances, cost, distribution, dumbbells, flows, school_map, trajectory, waterfall
from sim.report.places import school_figures
from sim.report.words import LANGUAGES, Words
from sim.result import Result

HERE = Path(__file__).parent
SEED, REPLICATES = 1, 20
LEVEL = "primary"
INTRODUCTION = """\
Every picture that `zonesim` draws, of the Wuhan plan ({replicates} replicates of seed {seed}, primary schools), as
`python docs/gallery.py` drew it. Each is a module of `sim.report.pictures`: `draw(*data, words, ax)` draws into any
Axes, `alt_text(*data, words)` says what is seen. `words` is `sim.report.words.Words(language)`; for files other than
SVG `sim.report.fonts.words_for(language)`, which looks for a font that shows Chinese. Schools and their places are
synthetic."""
MADE_UP = ("front", "sensitivity", "differences", "intervals", "along", "points", "grid", "boxes")
"""Pictures of numbers that no analysis gave."""


class Shown(NamedTuple):
    """A picture in one language, the module that draws it, and what is seen in it."""

    name: str
    module: str
    ax: Axes
    alt: str


def pictures(result: Result, places: pd.DataFrame, words: Words) -> Iterator[Shown]:
    """Every picture there is."""
    table, targets, channels = result.indicators, result.targets(), result.channels()
    schools, costs = school_figures(table, places), result.cost_per_sd()
    here = schools[schools["level"] == LEVEL]
    parts = channels[(channels["level"] == LEVEL) & (channels["year"] == channels["year"].max())]
    points = costs[costs["indicator"] == "score_gap"]
    points = points.assign(label=[words(f"level.{level}") for level in points["level"]])
    promise = targets[targets["id"] == "WK03"]
    drawn: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "course": (trajectory, (trajectory.of_indicator(table, "cv_backbone", LEVEL, words),)),
        "promise": (trajectory, (trajectory.of_target(promise, "%", words),)),
        "chances": (chances, (judged(targets),)),
        "channels": (waterfall, (parts,)),
        "dumbbells": (dumbbells, (here, "score_mean")),
        "flows": (flows, (flows.gross(table, places, LEVEL), LEVEL)),
        "map": (school_map, (here, "backbone_per_100")),
        "distribution": (distribution, (table, LEVEL)),
        "costs": (cost, (points,)),
    } | {name: made_up.TABLES[name](words) for name in MADE_UP}
    for name, (picture, data) in drawn.items():
        yield Shown(name, picture.__name__, picture.draw(*data, words), picture.alt_text(*data, words))


def page(shown: dict[str, list[Shown]], replicates: int) -> str:
    """The gallery in Markdown."""
    lines = ["# Pictures", "", INTRODUCTION.format(replicates=replicates, seed=SEED)]
    for picture, chinese in zip(*shown.values(), strict=True):
        made_up = " Made-up numbers, to show the picture only." if picture.name in MADE_UP else ""
        lines += ["", f"## {picture.name}", "", f"`{picture.module}`.{made_up}", ""]
        both = zip(LANGUAGES, (picture, chinese), strict=True)
        lines += [f"![{one.alt}](gallery/{one.name}.{language}.svg)" for language, one in both]
    return "\n".join(lines) + "\n"


def main(replicates: int) -> None:
    """Run, draw and write."""
    scenario = sim.load("wuhan_edz", "wuhan_edz_2021_2023")
    result = sim.run(scenario, replicates, SEED, channels=True, map=engines.processes())
    places = scenario.places(SEED)
    folder = HERE / "gallery"
    folder.mkdir(exist_ok=True)
    shown = {language: list(pictures(result, places, Words(language))) for language in LANGUAGES}
    for language, drawn in shown.items():
        for one in drawn:
            text = svg.whole(one.ax.get_figure(root=True), one.name, one.alt)
            (folder / f"{one.name}.{language}.svg").write_text(text, encoding="utf-8")
    (HERE / "gallery.md").write_text(page(shown, replicates), encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else REPLICATES)
