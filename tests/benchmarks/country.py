"""A tenth of `experiment=country`: `python tests/benchmarks/country.py [SHARE]` prints time, memory and rows.

With SHARE 1 it is the whole country, which takes ten times as long.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import sim
from sim.userinput import config_root

TENTH = 0.1
STUDENTS = 145e6
MINUTES = 10
"""Asked of the whole country on two cores."""


def main() -> None:
    """Run so much of the country, by the command, and say what it took."""
    share = float(sys.argv[1]) if len(sys.argv) > 1 else TENTH
    counties = (config_root() / "experiment" / "country.csv").read_text(encoding="utf-8").splitlines()
    some = counties[: 1 + round(share * (len(counties) - 1))]
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder, "counties.csv"), Path(folder, "out")
        file.write_text("\n".join(some), encoding="utf-8")
        words = ["experiment=country", f"design.file={file}", f"out={out}"]
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "experiments.cli", "sweep", *words], check=True)
        seconds = time.perf_counter() - started
        sweep = sim.open_sweep(out)
        students, rows = sum(map(int, some[1:])), len(sweep.indicators)
        files = [each for each in out.rglob("*") if each.is_file()]
        size = sum(each.stat().st_size for each in files)
        assert sweep.failed.empty
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{len(some) - 1:,} counties, {students / 1e6:.1f} million students, {len(sweep.runs):,} runs, {rows:,} rows")
    print(f"{seconds:.0f} s wall clock, {used.ru_utime + used.ru_stime:.0f} s of processor")
    print(f"largest process {used.ru_maxrss / 1024:.0f} MB; {len(files)} files, {size / 1e6:.1f} MB")
    print(f"the whole country at this pace: {seconds / 60 * STUDENTS / students:.1f} minutes (asked: {MINUTES})")


if __name__ == "__main__":
    main()
