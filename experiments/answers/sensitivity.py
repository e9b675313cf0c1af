"""`zonesim sensitivity`: what drives an outcome, by Morris's method, then the strongest factors by Sobol's."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from experiments.answers import question
from experiments.answers.answer import Answer, give
from experiments.answers.question import Question
from experiments.answers.runs import Runs
from sim.userinput import UserError

if TYPE_CHECKING:
    from sim.analysis.sensitivity import Sensitivity

USAGE = """\
zonesim sensitivity [key=value ...]: which levers and effects drive an outcome.

Settings
  outcomes=[OUTCOME,...]  what is asked for, see below             change.cv_backbone.primary, change.score_gap.primary
  vary=[KEY,...]          effects (all that are drawn), effects.KEY, policy.LEVER.SETTING, district.MARGIN  effects
  KEY=interval(LOW,HIGH)  varies that setting within these bounds
  trajectories=N          of Morris; each takes a cell more than there are factors   10
  closer=N                strongest factors that Sobol's method looks at; 0: none    3
  base=N                  points of Sobol's sequence, a power of two                 32
  groups=true             policy, what we do not know and the place against each other
  run.replicates=N        of each cell, with the same luck in all                    2
  district, policy, counterfactual, effects, background, policy.LEVER.SETTING ... as in zonesim run
  experiment=NAME, engine=NAME, store=DIR (of the runs), out=DIR (of the answer), force=true
{outcomes}
Examples
  zonesim sensitivity district.students=6000
  zonesim sensitivity vary=[effects] policy.rotation.rate=interval(0,0.3) outcomes=[cv_backbone.primary]
"""


def usage() -> str:
    """The text of `zonesim sensitivity --help`."""
    return USAGE.format(outcomes=question.OUTCOMES_HELP)


def run(words: Sequence[str], config_dirs: Sequence[Path], command: str) -> None:
    """Do what was typed after `zonesim sensitivity`."""
    asked = question.read("sensitivity", words, config_dirs)
    if not asked.factors:
        raise UserError("nothing is varied; type vary=[effects] or a setting with an interval")
    base = asked.whole("base", 4, 2**20)
    if base & (base - 1):
        raise UserError(f"base must be a power of two, got {base}; take {1 << base.bit_length()}")
    runs = Runs(asked, command)
    give(asked, command, lambda: _answer(asked, runs), runs.folders, runs.meaning())


def _answer(asked: Question, runs: Runs) -> Answer:
    from sim.analysis.sensitivity import indices, screen
    from sim.report.pictures import sensitivity as picture

    groups: Literal["kind", "factor"] = "kind" if asked.own["groups"] else "factor"
    closer, replicates, seed = asked.whole("closer", 0, 100), asked.replicates, asked.seed
    found: list[Sensitivity] = []
    if groups == "factor":
        length = asked.whole("trajectories", 2, 10_000)
        found.append(screen(runs, asked.factors, asked.texts, trajectories=length, replicates=replicates, seed=seed))
    strongest = asked.factors
    if found and closer:
        names = {name for text in asked.texts for name in found[0].strongest(text, closer)}
        strongest = tuple(factor for factor in asked.factors if factor.dimension in names)
    if not found or closer:
        base = int(asked.own["base"])
        found.append(indices(runs, strongest, asked.texts, base=base, replicates=replicates, seed=seed, groups=groups))
    last = found[-1]
    tables = {f"{one.method}.csv": one.table for one in found} | {"noise.csv": last.noise}
    drawn = last.ranked(asked.texts[0])
    sentences = list(dict.fromkeys(said for one in reversed(found) for said in (*one.warnings, *one.sentences())))
    return Answer(tables, picture, (drawn,), sentences)
