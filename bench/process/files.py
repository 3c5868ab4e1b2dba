#!/usr/bin/env python3
"""File to file: Sobel of a tiled TIFF into a tiled zstd TIFF, by Pantile and by libvips.

    bench/process/files.py [--size 16384] [--rounds 3] [--threads 2] [--work FOLDER]

The picture is a photograph-like one of u8 in deflated tiles of 512. Both write tiles of 512, zstd
level 1, as u8; Pantile also writes the pyramid, and libvips does so in a row of its own. Results
are compared first (inside the edges, where the boundary rules differ). Every run is a process of its
own; rounds take turns. Needs numpy, tifffile, imagecodecs, pyvips' binary `vips` and the program
(PANTILE, or build/release/bin/pantile). Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import tifffile

PANTILE = os.environ.get("PANTILE", "build/release/bin/pantile")
# libvips' sobel of u8 gives |gx| + |gy|, cut to u8; so does this chain of ours, see compare().
VIPS_SOBEL = ["vips", "sobel"]


def picture(path: pathlib.Path, size: int) -> None:
    """Smooth waves with a little noise, which compress like a photograph."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / 97
    noise = np.random.default_rng(0).normal(0, 3, (size, size)).astype(np.float32)
    pixels = 128 + 60 * np.sin(x) * np.cos(y * 1.3) + 40 * np.sin(x * y / 50) + noise
    tifffile.imwrite(path, np.clip(pixels, 0, 255).astype(np.uint8), tile=(512, 512),
                     compression="zlib", bigtiff=True)


def run(words: list[str], threads: int) -> tuple[float, float, int]:
    """Wall seconds, CPU seconds, peak bytes."""
    env = dict(os.environ, VIPS_CONCURRENCY=str(threads))
    begin = time.perf_counter()
    process = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    error = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(words)}: {error.decode()}")
    return (time.perf_counter() - begin, usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss * 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", type=int, default=16384)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--work", type=pathlib.Path, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        work = pathlib.Path(folder)
        source = work / "in.tiff"
        # Not here: a child's peak memory begins with what its parent had.
        maker = multiprocessing.get_context("spawn").Process(target=picture,
                                                             args=(source, options.size))
        maker.start()
        maker.join()
        saving = "[tile,tile-width=512,tile-height=512,compression=zstd,Q=1,bigtiff"
        rows = {
            "pantile, with pyramid": (work / "ours.tiff", [
                PANTILE, "process", str(source), "sobel | cast(uint8)", "--compression=zstd",
                "--tiff-level=1", "--tile=512", f"--threads={options.threads}"]),
            "libvips": (work / "vips.tiff", [*VIPS_SOBEL, str(source)]),
            "libvips, with pyramid": (work / "pyramid.tiff", [*VIPS_SOBEL, str(source)]),
        }
        times: dict[str, list[tuple[float, float, int]]] = {name: [] for name in rows}
        for k in range(options.rounds + 1):
            for name, (target, words) in rows.items():
                target.unlink(missing_ok=True)
                if name.startswith("pantile"):
                    result = run([*words, "--out", str(target)], options.threads)
                else:
                    pyramid = ",pyramid]" if "pyramid" in name else "]"
                    result = run([*words, f"{target}{saving}{pyramid}"], options.threads)
                if k > 0:
                    times[name].append(result)
        compare(tifffile.imread(source), tifffile.imread(work / "ours.tiff"),
                tifffile.imread(work / "vips.tiff"))
        ours = statistics.median(t[0] for t in times["pantile, with pyramid"])
        print(f"Sobel, file to file, {options.size}² u8, {options.threads} threads  (reach: 4x libvips)")
        for name, all_times in times.items():
            wall, cpu, peak = (statistics.median(t[k] for t in all_times) for k in range(3))
            size = rows[name][0].stat().st_size
            print(f"  {name:24} {wall:7.2f} s  {cpu:7.2f} s CPU  {peak / 2**20:6.0f} MiB"
                  f"  {size / 2**20:6.0f} MiB written  {wall / ours:6.2f}x")


def compare(source: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> None:
    """Ours is the magnitude; theirs is held to what libvips says it does, |gx| + |gy|."""
    part = np.s_[1000:1256, 700:956]
    s = np.pad(source, 1, mode="edge").astype(np.int32)[1000:1258, 700:958]
    smooth_y = s[:-2] + 2 * s[1:-1] + s[2:]
    smooth_x = s[:, :-2] + 2 * s[:, 1:-1] + s[:, 2:]
    gx, gy = smooth_y[:, 2:] - smooth_y[:, :-2], smooth_x[2:] - smooth_x[:-2]
    wanted = np.clip(np.rint(np.hypot(gx, gy)), 0, 255)
    if np.abs(ours[part] - wanted).max() > 1:
        sys.exit("pantile's edges are wrong")
    if not np.corrcoef(theirs[part].ravel(), np.clip(np.abs(gx) + np.abs(gy), 0, 255).ravel())[0, 1] > 0.9:
        sys.exit("libvips' edges are not what they were taken for")


if __name__ == "__main__":
    main()
