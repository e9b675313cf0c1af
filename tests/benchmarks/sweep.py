"""What a sweep costs beside the model: `python tests/benchmarks/sweep.py [engine]`.

Runs a world that costs nearly nothing, 100 times and 10,000 times, so that the time it takes to start workers can be
told from the time that each run adds. Prints the CPU time of a run beyond the world's own, wall time, files and bytes
left, and how long it takes to read them.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from sim.noise import replicate_seed
from sim.replicate import replicate_from
from sim.sweep_parts import read_table
from sweep_toys import sweep, tasks

PER_TASK = 4
FEW, MANY = 100, 10_000


def cpu() -> float:
    """Seconds of this process and of those it has started and ended."""
    of = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in of)


def cost(engine: str, runs: int, folder: Path) -> tuple[float, float]:
    """CPU and wall seconds of a sweep of so many runs."""
    begun, busy = time.perf_counter(), cpu()
    sweep(folder, tasks(runs // PER_TASK, rates=(0.1, 0.2, 0.3)), engine)
    return cpu() - busy, time.perf_counter() - begun


def own(runs: int) -> float:
    """CPU seconds of the world itself."""
    begun = time.process_time()
    for task in tasks(runs // PER_TASK):
        rest = task.scenario.at_rest(replicate_seed(task.seed, task.replicate))
        for _ in range(PER_TASK):
            replicate_from(rest, task.scenario, ("policy",), task.replicate)
    return time.process_time() - begun


def main(engine: str = "processes") -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as place:
        few = cost(engine, FEW, Path(place, "few"))
        many = cost(engine, MANY, Path(place, "many"))
        files = [file for file in Path(place, "many").rglob("*") if file.is_file()]
        begun = time.perf_counter()
        rows = len(read_table(Path(place, "many"), "indicators"))
        reading = time.perf_counter() - begun
        size = sum(file.stat().st_size for file in files)
    world = own(MANY)
    busy = many[0] - few[0] - world
    print(f"engine={engine}, {MANY:,} runs of a toy world")
    print(f"CPU a run (asked: < 2 ms): {1000 * busy / MANY:.2f} ms, the world has {1000 * world / MANY:.2f} ms")
    print(f"wall a run, the world's own included: {1000 * (many[1] - few[1]) / (MANY - FEW):.2f} ms")
    print(f"starting workers, and {FEW} runs: {few[1]:.1f} s")
    print(f"files (asked: < 200): {len(files)}, {size / 1e6:.1f} MB; {rows:,} rows read in {reading:.2f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
