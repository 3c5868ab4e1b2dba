#!/usr/bin/env python3
"""Peak memory of `pantile process` on an image of twenty times its budget.

    bench/process/memory.py [--size 34816] [--memory 165MiB] [--threads 1] [--work FOLDER]

An RGB picture (3.4 GiB at the default size) is generated, filtered by "gaussian(2) | sobel" into an
OME-Zarr of f32 (four times as many bytes), and windows of the result are held to SciPy. Prints what
the kernel says was the most that the process had in RAM. Needs numpy, scipy, zarr and the program
(PANTILE, or build/release/bin/pantile), and 20 GB of disk.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import zarr
from scipy import ndimage

PANTILE = os.environ.get("PANTILE", "build/release/bin/pantile")
MARGIN, WINDOW = 16, 256


def run(words: list[str]) -> tuple[float, int]:
    """Seconds, and the most bytes in RAM."""
    begin = time.perf_counter()
    child = subprocess.Popen([PANTILE, *words], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"pantile {words[0]} failed")
    return time.perf_counter() - begin, usage.ru_maxrss * 1024


def compare(source: zarr.Array, made: zarr.Array) -> None:
    """Windows of all parts of the image, edges among them."""
    size = source.shape[-1]
    random = np.random.default_rng(1)
    corners = [(0, 0), (size - WINDOW, size - WINDOW)]
    corners += [tuple(random.integers(MARGIN, size - WINDOW - MARGIN, 2)) for _ in range(6)]
    for y, x in corners:
        y0, x0, y1, x1 = max(0, y - MARGIN), max(0, x - MARGIN), y + WINDOW + MARGIN, x + WINDOW + MARGIN
        part = source[:, y0:y1, x0:x1].astype(np.float64)
        found = made[:, y : y + WINDOW, x : x + WINDOW]
        for channel in range(part.shape[0]):
            smooth = ndimage.gaussian_filter(part[channel], 2, mode="reflect", truncate=4)
            edges = np.hypot(ndimage.sobel(smooth, 0), ndimage.sobel(smooth, 1))
            wanted = edges[y - y0 : y - y0 + WINDOW, x - x0 : x - x0 + WINDOW]
            if not np.allclose(found[channel], wanted, atol=1e-3):
                sys.exit(f"wrong pixels around y {y}, x {x}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", type=int, default=34816)
    parser.add_argument("--memory", default="165MiB")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--work", type=pathlib.Path, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        job, made = f"{folder}/job", f"{folder}/edges.ome.zarr"
        run(["generate", "--formula=complex", f"--size={options.size}", "--scale=0.001", "--tiff=off",
             "--previews=none", "--out", job])
        wall_s, peak = run(["process", job, "gaussian(2) | sobel", "--out", made,
                            f"--memory={options.memory}", f"--threads={options.threads}"])
        source = zarr.open_group(f"{job}/image.ome.zarr", mode="r")["0"]
        result = zarr.open_group(made, mode="r")["0"]
        compare(source, result)
        image = source.nbytes
        print(f"{options.size}² RGB, {image / 2**20:.0f} MiB, budget {options.memory}, "
              f"{options.threads} thread(s): peak {peak / 2**20:.0f} MiB, {wall_s:.0f} s; the image "
              f"is {image / peak:.0f} times the peak")


if __name__ == "__main__":
    main()
