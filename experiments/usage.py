"""What `zonesim run --help` prints: the settings, and each lever as it declares itself."""

from sim.reform import known_levers
from sim.reform.lever import Setting

SETTINGS = """\
zonesim run [key=value ...]: a scenario and its counterfactual, replicated and paired.

Settings
  district=NAME         a configuration, or a folder that holds district.yaml      wuhan_edz
  policy=NAME           the levers that are pulled                                 wuhan_edz_2021_2023
  counterfactual=NAME   the policy it is compared with                             none
  effects=NAME          evidence draws how the world responds, means holds it      evidence
  background=NAME       law; frozen at the baseline year; a shock: falling_births, law
                        double_reduction, curriculum_2022
  run.replicates=N      1 ... 100000; more are added to a run that is there        100
  run.seed=N            0 ... 2^63-1                                               1
  run.horizon=YEAR      last simulated year, after the baseline, up to 2100        2025
  engine=NAME           processes, serial or dask; the figures are the same        processes
  engine.workers=N      of processes and dask                                      one for each core
  engine.time_limit=SECONDS, engine.memory_limit=2GB   what one run may take
                        of processes and dask                                      no limit
  engine.address=tcp://HOST:PORT, engine.scheduler_file=FILE   of dask: a
                        scheduler that runs already                                one is started here
  experiment=NAME       several policies on one district with the same luck, in
                        one table: all_reforms; its settings give way to typed ones;
                        one that is a sweep (zonesim sweep --help) is swept
  out=DIR               folder of the results                                      outputs/DISTRICT/POLICY/RUN
  standard=NAME         a national assessment asked of the last year:
                        youzhi_junheng (2017), jiben_junheng (2012)
  language=NAME         of the scoreboard and the report, en or zh                en
  channels=true         splits the change of the score gap by channel; takes longer  false
  force=true            runs again and replaces what is in the folder              false
  district.KEY=VALUE    one value of the district, such as district.students=80000
  district.zones=N      zones by distance, all of one size, where tables say where
                        schools lie; auto: one for each schools_a_zone schools     those of the district
  effects.KEY=NUMBER    one effect, fixed, such as effects.kappa=0.25
  policy.LEVER.KEY=VALUE   one setting of a lever below; a number also by year, {2021: 0.05, 2023: 0.1}
  policy.ends=true      the levers end with the plan's last year                   as in the policy's file
  policy.budget=YUAN    most that all levers may cost in a year, also by year; a
                        dearer policy is refused                                   no limit
  policy.spending_never_falls=true   the quota per student is at least last year's  false

Levers (off: the value at which the setting changes nothing; null is the district's status quo)
"""

EXAMPLES = """
Examples
  zonesim run policy.rotation.rate=0.15
  zonesim run 'policy.rotation.rate={2021: 0.05, 2023: 0.1}'
  zonesim run policy=none counterfactual=none effects=means run.replicates=20
  zonesim run out='results of today' engine=serial run.seed=7"""


def run_help() -> str:
    """The whole text."""
    levers = []
    for group, lever in known_levers().items():
        levers.append(f"  {group}")
        levers += [f"    {name:24} {_declared(setting)}" for name, setting in lever.settings().items()]
    return SETTINGS + "\n".join(levers) + "\n" + EXAMPLES


def _declared(setting: Setting) -> str:
    allowed = ", ".join(setting.choices)
    if setting.low is not None or setting.high is not None:
        allowed = " ... ".join("" if end is None else f"{end:g}" for end in (setting.low, setting.high)).strip()
    off = "null" if setting.off is None else str(setting.off).lower()
    parts = [setting.meaning, setting.unit, allowed, f"off {off}"]
    return "; ".join(part for part in parts if part)
