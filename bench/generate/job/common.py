"""What the drivers of this folder share: running and measuring programs, and checking results.

Standard library only; the checks read files with check_result.py, in the Python of the peers.
"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
BENCH = ROOT / "bench"


def add_arguments(parser, rounds):
    parser.add_argument("--pantile", type=pathlib.Path, default=ROOT / "build/bench/bin/pantile",
                        help="the program (scripts/build bench)")
    parser.add_argument("--python", type=pathlib.Path, default=ROOT / ".venv-bench/bin/python",
                        help="a Python with the peers (scripts/setup --bench)")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "out/bench",
                        help="folder for the pictures; emptied afterwards")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=rounds)


def prepare(args):
    for program in (args.pantile, args.python):
        if not program.exists():
            sys.exit(f"{program} is not there: run scripts/setup --bench && scripts/build bench")
    args.work.mkdir(parents=True, exist_ok=True)
    print(f"machine: {machine()}; load {load()} at the start")


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, {len(os.sched_getaffinity(0))} cores"


def load():
    return " ".join(f"{x:.1f}" for x in os.getloadavg())


def remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def settle():
    """What earlier runs left to be written must not slow down the next one."""
    os.sync()


class Run:
    """One finished program: wall and CPU seconds, peak memory, standard output."""

    def __init__(self, command, env=None):
        begin = time.perf_counter()
        with subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE,
                              env={**os.environ, **(env or {})}) as process:
            self.output = process.stdout.read().decode()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.wall_s = time.perf_counter() - begin
        self.cpu_s = usage.ru_utime + usage.ru_stime
        self.peak_bytes = usage.ru_maxrss * 1024
        if process.returncode != 0:
            sys.exit(f"failed with {process.returncode}: {' '.join(str(c) for c in command)}")

    def last_json(self):
        return json.loads(self.output.strip().splitlines()[-1])


def generate(args, out, side, scale, *more):
    settle()
    return Run([args.pantile, "generate", "--size", side, "--scale", f"{scale!r}", "--out", out,
                "--threads", args.threads, "--log", "json", *more])


def summary_of(run):
    for line in run.output.splitlines():
        event = json.loads(line)
        if event["event"] == "summary":
            return event
    sys.exit("the program printed no summary")


def check(args, *arguments):
    """Stops unless check_result.py is content."""
    Run([args.python, pathlib.Path(__file__).with_name("check_result.py"), *arguments])


def disk_bytes(path):
    if path.is_file():
        return path.stat().st_size
    return sum(f.stat().st_size for f in path.rglob("*") if f.is_file())


def median(values):
    return statistics.median(values)


def limits(args):
    """The ceilings of this machine as bench/limits measures them; None without the program."""
    program = args.pantile.with_name("machine_limits")
    if not program.exists():
        return None
    settle()
    return Run([program, args.work]).last_json()
