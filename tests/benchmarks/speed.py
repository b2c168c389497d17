"""CPU-seconds per track and peak memory of real scans: `python -m tests.benchmarks.speed DIR [--peer PYTHON]`.

Scans every track under DIR from an empty index, without writing into files, in a process of its own; `--peer PYTHON` runs
VibeNet 0.1.0 (which that interpreter has) over the same files in the same way.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from moodtag.library.files import find_tracks

_SCAN = "import sys; from moodtag.cli import main; sys.argv = ['moodtag', *sys.argv[1:]]; main()"
_PEER = """
import sys, warnings
warnings.filterwarnings("ignore")
from vibenet import load_model
model = load_model()
for path in sys.argv[1:]:
    model.predict(path)
"""


def measure(command: list[str]) -> dict[str, float]:
    """Wall and CPU seconds and peak MB of a command and all its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"failed: {' '.join(command[:4])}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall_s": wall_s, "cpu_s": cpu_s, "peak_mb": usage.ru_maxrss / 1024}


def scan_command(paths: list[str], index: Path, *options: str) -> list[str]:
    """`moodtag scan` into that index."""
    return [sys.executable, "-c", _SCAN, "scan", *paths, "--no-write", "--index", str(index), *options]


def main() -> None:
    """Measures and prints a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peer", metavar="PYTHON", help="an interpreter with vibenet==0.1.0")
    parser.add_argument("--limit", type=int, default=1000)
    arguments = parser.parse_args()
    tracks = [str(found.path) for found in find_tracks([arguments.folder]) if found.stamp is not None and found.error is None]
    tracks = tracks[: arguments.limit]
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index.sqlite3"
        runs = {
            "start-up and one track": (1, measure(scan_command(tracks[:1], Path(folder) / "one.sqlite3"))),
            "scan --jobs 2": (len(tracks), measure(scan_command(tracks, index, "--jobs", "2"))),
            "scan again": (len(tracks), measure(scan_command(tracks, index))),
        }
    if arguments.peer:
        runs["VibeNet 0.1.0, one track"] = (1, measure([arguments.peer, "-c", _PEER, *tracks[:1]]))
        runs["VibeNet 0.1.0"] = (len(tracks), measure([arguments.peer, "-c", _PEER, *tracks]))
    table = Table("", "tracks", "CPU-s per track", "tracks/s", "peak MB")
    for name, (count, cost) in runs.items():
        table.add_row(name, str(count), f"{cost['cpu_s'] / count:.3f}", f"{count / cost['wall_s']:.1f}", f"{cost['peak_mb']:.0f}")
    Console().print(table)
    print(json.dumps({name: {"tracks": count, **cost} for name, (count, cost) in runs.items()}))


if __name__ == "__main__":
    main()
