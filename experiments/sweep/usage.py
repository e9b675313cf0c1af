"""What `zonesim sweep --help` prints."""

SWEEP = """\
zonesim sweep [key=value ...]: many scenarios, each replicated and paired with its counterfactual; the same luck in all
zonesim sweep DIR [--status | --failed]: goes on with the sweep in a folder, or says how it stands

zonesim run -m ... and --multirun are the same. All cells are checked before the first run; what is done is kept
whatever happens, and the same command, or the folder alone, does what is missing.

Axes: any setting of zonesim run that is below policy., district. or effects., and district, policy, counterfactual,
effects, background, run.seed and run.horizon, with
  a,b,c                 these values; names too: district=qingshan,tekes; by year: '{2021: 0.05},{2021: 0.1}'
  range(0,0.5,0.1)      0, 0.1, ... 0.4: the end is left out
  interval(0,0.3)       all between, for designs that sample: lhs, sobol, morris
Whatever is given one value is the same in all cells.

Settings
  design=NAME           grid: every value with every other                             grid
                        list: the rows of a table, design.file=cells.csv, whose columns are settings
                        lhs, sobol: design.cells=N points spread over the axes         64
                        morris: design.trajectories=N, design.levels=N                 10, 4
                        (needs pip install 'zonesim[analysis]')
  design.seed=N         of the points                                                  1
  design.ranges=true    also varies each number that the documents of the district and the policy mask, in the
                        range their files state, in place of values by year too; a list of
                        settings varies those                                          false
  run.replicates=N      of each cell; more are added to a sweep that is there          20
  run.seed=N, run.horizon=YEAR, counterfactual=NAME, ... as in zonesim run
  scopes=[district]     whose indicators are kept: district, zone, school              [district]
  engine=NAME           processes, serial or dask; the figures are the same            processes
  engine.workers=N, engine.time_limit=SECONDS, engine.memory_limit=2GB (of one run)
  engine.address=tcp://HOST:PORT, engine.scheduler_file=FILE: a dask scheduler that is there
  experiment=NAME       a sweep of configs/experiment: country (2,900 counties), grand_zones_ranges,
                        pilot_125_ranges, qingshan_ranges; its settings give way to typed ones
  out=DIR               folder of the results                                          outputs/sweep/ID
  retry=true            runs the failed runs of the sweep in the folder once more        false
  force=true            takes away the sweep that is in the folder and begins anew     false

Flags
  --status              done, failed and missing runs, and how fast; while it runs, too
  --failed              why runs failed, one traceback, and how to run one alone

A sweep is extended by the same command with more replicates, or with more cells and out=DIR (a lhs design is made
anew for another design.cells; sobol keeps its first cells). It is not mixed: with other code of the model, or where a
file of its settings has changed, another folder is asked for. Engines and their limits may differ each time.

A run that fails is a row that says why; all others finish, and the exit status is 1. The same seed fails again, so what
failed is left so until retry=true is typed, after a limit was raised (zonesim sweep DIR retry=true
engine.time_limit=600) or a machine mended.

To read it, in Python
  sweep = sim.open_sweep("DIR")
  sweep.effects(["score_gap"])      policy - counterfactual by cell, with intervals; sweep.cells, .runs, .failed
  sweep.indicators                  every indicator, with the settings of its cell
  sweep.sql("select ...")           DuckDB over indicators, cells, runs, costs (pip install 'zonesim[sql]')

Examples
  zonesim sweep policy.rotation.rate=0,0.05,0.1 run.replicates=20 out=rotation
  zonesim sweep 'policy.rotation.rate=range(0,0.2,0.05)' district=wuhan_edz,qingshan policy=none,wuhan_edz_2021_2023
  zonesim sweep design=lhs design.cells=200 'policy.rotation.rate=interval(0,0.2)' 'effects.kappa=interval(0,0.3)'
  zonesim sweep design=list design.file=cells.csv
  zonesim sweep rotation --status"""
