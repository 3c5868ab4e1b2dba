#!/usr/bin/env python3
"""Runs kernel_bench and Numba's version of the complex picture in turns, prints medians and ratios.

    bench/generate/compare_kernel.py --bench build/bench/bin/kernel_bench --python venv/bin/python

Both count CPU time of one thread. Needs numba in the given Python.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys


def run_bench(program):
    out = subprocess.run([program, "--benchmark_format=json", "--benchmark_min_time=0.5"],
                         check=True, capture_output=True, text=True).stdout
    return {b["name"]: b["px/s"] for b in json.loads(out)["benchmarks"]}


def run_numba(python):
    script = pathlib.Path(__file__).resolve().parent.parent / "peers" / "numba_complex.py"
    out = subprocess.run([python, str(script)], check=True, capture_output=True, text=True).stdout
    return json.loads(out)["px_per_s"]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True, help="the kernel_bench program")
    parser.add_argument("--python", default=sys.executable, help="a Python that has numba")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()

    ours, numba = {}, []
    for _ in range(args.rounds):
        for name, rate in run_bench(args.bench).items():
            ours.setdefault(name, []).append(rate)
        numba.append(run_numba(args.python))
    median = {name: statistics.median(rates) for name, rates in ours.items()}
    peer = statistics.median(numba)

    print(f"{'':24} {'Mpx/s':>8}   per core, median of {args.rounds}")
    print(f"{'numba complex/6x6':24} {peer / 1e6:8.1f}")
    for name, rate in median.items():
        note = ""
        if name.startswith("text/"):
            note = f"   {100 * rate / median['hand' + name[4:]]:.0f} % of the hand-written loop"
        if name == "text/complex/6x6":
            note += f", {rate / peer:.1f} x numba"
        print(f"{name:24} {rate / 1e6:8.1f}{note}")


if __name__ == "__main__":
    main()
