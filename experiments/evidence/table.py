"""The table of evidence: each published figure beside what the model, the null model and real data give."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from experiments.evidence.repeats import Outcome, World
from experiments.evidence.replay import Published, Replay
from experiments.evidence.verdict import Simulated, passes, verdict, z_score


def evidence_table(replays: Iterable[Replay], outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """One row for each published figure, in order.

    Columns: id, title, kind, figure; published, se, low, high; simulated, mcse (its Monte-Carlo standard error),
    repeats; data (the same estimator on real records); z, verdict; null, null_mcse, null_verdict, uninformative (the
    figure is met without the effects too); failed (repeats without an estimate, and why), source, note.
    """
    return pd.DataFrame([_row(study, row, outcomes) for study in replays for row in study.published])


def repeat_table(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """One row for each estimate, or for each repeat that failed."""
    rows: list[tuple[str, World, int, str, float, str]] = []
    for outcome in outcomes:
        repeat = outcome.repeat
        estimates = outcome.estimates or ({"": float("nan")} if outcome.failure else {})
        rows += [
            (repeat.study, repeat.world, repeat.number, figure, value, outcome.failure)
            for figure, value in estimates.items()
        ]
    return pd.DataFrame(rows, columns=["id", "world", "repeat", "figure", "estimate", "failure"])


def _row(study: Replay, published: Published, outcomes: Sequence[Outcome]) -> dict[str, object]:
    own = [outcome for outcome in outcomes if outcome.repeat.study == study.id]
    simulated, null, data = (_simulated(own, world, published.figure) for world in ("model", "null", "data"))
    word, null_word = verdict(published, simulated), verdict(published, null)
    return {
        "id": study.id,
        "title": study.title,
        "kind": published.kind or study.kind,
        "figure": published.figure,
        "published": published.value,
        "se": published.se,
        "low": published.low,
        "high": published.high,
        "simulated": simulated.mean,
        "mcse": simulated.error,
        "repeats": simulated.repeats,
        "data": data.mean,
        "z": z_score(published, simulated),
        "verdict": word,
        "null": null.mean,
        "null_mcse": null.error,
        "null_verdict": null_word,
        "uninformative": passes(word) and passes(null_word),
        "failed": _failures(own),
        "source": published.source,
        "note": published.note,
    }


def _simulated(own: Iterable[Outcome], world: World, figure: str) -> Simulated:
    found = [one.estimates[figure] for one in own if one.repeat.world == world and figure in one.estimates]
    return Simulated.of(np.array(found, dtype=np.float64))


def _failures(own: Sequence[Outcome]) -> str:
    """How many repeats of each world failed, and the first reason."""
    told = []
    for world in ("model", "null", "data"):
        of_world = [one for one in own if one.repeat.world == world]
        failed = [one.failure for one in of_world if one.failure]
        if failed:
            told.append(f"{world}: {len(failed)} of {len(of_world)}: {failed[0]}")
    return "; ".join(told)
