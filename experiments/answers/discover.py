"""`zonesim discover`: the effects under which a policy misses a target."""

from collections.abc import Sequence
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd

from experiments.answers import question
from experiments.answers.answer import Answer, give
from experiments.answers.question import Question
from experiments.answers.runs import Runs
from sim.analysis.outcomes import Outcome
from sim.indicators.catalogue import INDICATORS
from sim.userinput import UserError, number

USAGE = """\
zonesim discover [key=value ...]: under which effects a policy misses a target.

Settings
  outcomes=[OUTCOME]      what the target is about, see below               change.score_gap.primary
  least=N or most=N       it shall be at least, or at most, this; of met.ID least=1   most=0
  vary=[effects.KEY,...]  effects among which boxes are sought              all that are drawn
  boxes=N                 at most                                           3
  run.replicates=N        each draws its effects, its district and its luck   400
  district, policy, counterfactual, effects, background, policy.LEVER.SETTING ... as in zonesim run
  experiment=NAME, engine=NAME, store=DIR (of the runs), out=DIR (of the answer), force=true
{outcomes}
Examples
  zonesim discover district.students=6000
  zonesim discover outcomes=[met.WK06] least=1 most=null
"""


def usage() -> str:
    """The text of `zonesim discover --help`."""
    return USAGE.format(outcomes=question.OUTCOMES_HELP)


def run(words: Sequence[str], config_dirs: Sequence[Path], command: str) -> None:
    """Do what was typed after `zonesim discover`."""
    from sim.analysis.discovery import LEAST_CASES

    asked = question.read("discover", words, config_dirs)
    if len(asked.outcomes) != 1:
        raise UserError(f"outcomes={asked.texts}: discover asks about one target; name one outcome")
    if others := [factor.key for factor in asked.factors if factor.kind != "effect"]:
        raise UserError(f"{others[0]}: discover looks among effects, which the runs draw; leave it out of vary")
    if (asked.own["least"] is None) == (asked.own["most"] is None):
        raise UserError("give one of least=N and most=N, and null for the other: what the outcome shall be")
    asked.whole("boxes", 1, 20)
    if asked.replicates < LEAST_CASES:
        raise UserError(f"run.replicates={asked.replicates} are too few cases to search; {LEAST_CASES} are the fewest")
    runs = Runs(asked, command)
    give(asked, command, lambda: _answer(asked, runs), runs.folders, runs.meaning())


def _answer(asked: Question, runs: Runs) -> Answer:
    from sim.analysis.discovery import discover, misses, strongest
    from sim.analysis.factors import drawn_effects
    from sim.config import EffectTable
    from sim.report.pictures import boxes as picture

    (outcome,) = asked.outcomes
    fixed = [(key, value) for key, value in asked.fixed.items() if key.startswith("effects.")]
    table = EffectTable.load(str(asked.fixed["effects"]), fixed, asked.config_dirs)
    every = drawn_effects(table, asked.replicates, asked.seed)
    drawn = every[[factor.key for factor in asked.factors if factor.key in every]]  # one for those drawn together
    # A cell of its own for each replicate: its draw of the effects is the case.
    done = runs(pd.DataFrame(index=range(1)), asked.replicates, asked.seed)
    cases = done.assign(cell=done["replicate"], replicate=0)
    bounds = {name: None if asked.own[name] is None else number(asked.own[name], name) for name in ("least", "most")}
    figures = done[outcome.word]
    missed = misses(cases, outcome.word, **bounds)
    sign, limit = ("at least", bounds["least"]) if bounds["least"] is not None else ("at most", bounds["most"])
    unit = INDICATORS[outcome.indicator].unit if outcome.indicator else ""
    goal = f"{outcome.word} {sign} {limit:g} {unit}".rstrip()
    found = discover(drawn, missed, goal=goal, boxes=int(asked.own["boxes"]), seed=asked.seed)
    tables = {
        "boxes.csv": found.boxes,
        "limits.csv": found.limits,
        "trajectory.csv": found.trajectory,
        "cases.csv": drawn.assign(outcome=figures.to_numpy(), missed=missed.to_numpy()),
    }
    sentences = [*found.sentences(), strongest(drawn, figures), _spread(outcome, figures, unit)]
    return Answer(tables, picture, (found, drawn, missed.to_numpy()), sentences)


def _spread(outcome: Outcome, figures: "pd.Series[float]", unit: str) -> str:
    """What the figure is over all cases."""
    from sim.analysis.paired import CONFIDENCE, LOWER, UPPER, spread

    over = spread(np.asarray(figures, np.float64))
    half = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * float(over.sd) / float(over.replicates) ** 0.5
    mean = f"{float(over.mean):.3g} ({float(over.mean) - half:.3g} ... {float(over.mean) + half:.3g}) {unit}".rstrip()
    within = f"{float(over.p05):.3g} ... {float(over.p95):.3g}"
    return f"{outcome.word} is {mean} on average; {UPPER - LOWER} % of the cases lie within {within}."
