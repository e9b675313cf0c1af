"""Which pictures a report of a run has, by the place where they stand."""

from collections.abc import Iterator

import pandas as pd

from sim.report import findings
from sim.report.pictures import (
    Drawing,
    chances,
    cost,
    distribution,
    dumbbells,
    flows,
    school_map,
    trajectory,
    waterfall,
)
from sim.report.run_content import Content
from sim.report.words import Speaker

HEADLINES = ("cv_backbone", "teacher_skill_gap", "score_gap", "score_mean")
"""Indicators whose course is drawn."""
SCORE, STAFF = "score_mean", "backbone_per_100"
"""Indicators that are drawn school by school, and on the map."""


def drawings(content: Content, words: Speaker) -> dict[str, list[Drawing]]:
    """By place: what the policy changes, promises, chances, channels, schools and costs."""
    return {
        "course": list(_courses(content, words)),
        "promises": list(_promises(content, words)),
        "chances": [Drawing("chances", chances, (content.due,), "reading.chances")] if len(content.due) else [],
        "channels": list(_channels(content)),
        "schools": [drawing for level in content.levels for drawing in _of_schools(content, level)],
        "costs": list(_costs(content, words)),
    }


def _courses(content: Content, words: Speaker) -> Iterator[Drawing]:
    for name in HEADLINES:
        for level in content.levels:
            track = trajectory.of_indicator(content.result.indicators, name, level, words)
            if track.lines:
                yield Drawing(f"course-{name}-{level}", trajectory, (track,), "reading.course")


def _promises(content: Content, words: Speaker) -> Iterator[Drawing]:
    """The course of each target that neither the policy nor the district's table states itself."""
    targets = content.targets
    scored = targets[targets["mean"].notna() & ~targets["id"].str.endswith("/mean")]
    numbers = iter(range(len(scored)))
    for identifier, rows in scored.groupby(scored["id"].str.split("/").str[0], sort=False):
        if not rows["reason"].map(findings.stated_by).all():
            track = trajectory.of_target(rows, content.scored()[str(identifier)].unit, words)
            yield Drawing(f"promise-{next(numbers)}", trajectory, (track,), "reading.promise")


def _channels(content: Content) -> Iterator[Drawing]:
    if content.result.parts is not None:
        table = content.result.channels()
        last = table[table["year"] == table["year"].max()]
        for level in content.levels:
            yield Drawing(f"channels-{level}", waterfall, (last[last["level"] == level],), "reading.channels")


def _of_schools(content: Content, level: str) -> Iterator[Drawing]:
    schools, table = content.schools[content.schools["level"] == level], content.result.indicators
    if schools.empty:
        return
    yield Drawing(f"dumbbells-{level}", dumbbells, (schools, SCORE), "reading.dumbbells")
    if flows.RECEIVED in table:
        moves = flows.gross(table, content.places, level)
        yield Drawing(f"flows-{level}", flows, (moves, level), "reading.flows")
    yield Drawing(f"map-{level}", school_map, (schools, STAFF), "reading.map")
    yield Drawing(f"distribution-{level}", distribution, (table, level), "reading.distribution")


def _costs(content: Content, words: Speaker) -> Iterator[Drawing]:
    points: pd.DataFrame = content.costs[(content.costs["indicator"] == "score_gap") & content.costs["closed"].notna()]
    if len(points):
        labels = pd.Series([words(f"level.{level}") for level in points["level"]], points.index, object)  # in both
        yield Drawing("cost-gap", cost, (points.assign(label=labels),), "reading.costs")
