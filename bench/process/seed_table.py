#!/usr/bin/env python3
"""Sobel's edges of Zarr stacks of 8, 16 and 32 channels, by TileFlow and by Pantile.

    bench/process/seed_table.py [--stacks 2048x8,4096x16] [--rounds 3] [--threads 2] [--work …]

The stacks are those of the table in TileFlow's documentation: 2048x8, 4096x16, 8192x32, 16384x8
(8.6 GB of pixels the largest; `--stacks all`), float32 in chunks of 1024² with zarr-python's own
codec. As in its example, channels are read from the store and processed one by one, and results
are dropped. Each run is a process of its own; the times are those of all channels without imports,
the memory the most that lay in RAM. Every run's result is first held to a reference.

Needs Python with numpy, zarr and tileflow==0.7.14; OpenCV or SciPy make the tile function fast. A
row is left out, saying so, where its package is missing.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

TILEFLOW_VERSION = "0.7.14"
CLAIMED_S = {"2048x8": 2.1, "4096x16": 8.4, "8192x32": 33.2, "16384x8": 45.6}
TILE, OVERLAP, CHUNK = 256, 16, 1024
SAMPLES = (slice(None, None, 61), slice(None, None, 53))


# What is compared: each gives the channels' results one by one.


def tile_function() -> tuple[Callable[[Any], Any], str]:
    """The fastest Sobel of a tile that Python has here, and its name."""
    try:
        import cv2
    except ImportError:
        pass
    else:
        cv2.setNumThreads(1)

        def by_opencv(tile: Any) -> Any:
            gx = cv2.Sobel(tile, cv2.CV_32F, 1, 0, borderType=cv2.BORDER_REFLECT)
            gy = cv2.Sobel(tile, cv2.CV_32F, 0, 1, borderType=cv2.BORDER_REFLECT)
            return cv2.magnitude(gx, gy)

        return by_opencv, f"OpenCV {cv2.__version__}"
    try:
        import scipy
        import scipy.ndimage as ndimage
    except ImportError:
        from pantile.tileflow import sobel_magnitude

        return sobel_magnitude, "NumPy"

    def by_scipy(tile: Any) -> Any:
        return np.hypot(ndimage.sobel(tile, 0), ndimage.sobel(tile, 1))

    return by_scipy, f"SciPy {scipy.__version__}"


def tileflow(store: str, threads: int) -> Iterator[Any]:
    """TileFlow 0.7.14 from PyPI."""
    del threads  # it has one
    import tileflow as theirs
    import zarr

    array = zarr.open_array(store, mode="r")
    function = tile_function()[0]

    class Stream:
        def get_shape_hw(self) -> tuple[int, int]:
            return array.shape[1:]

        def read_raster(self, level: int, channels: list[int]) -> Any:
            del level
            return (
                np.stack([array[c] for c in channels])
                if len(channels) > 1
                else array[channels[0]][None]
            )

    for channel in range(array.shape[0]):
        flow = theirs.TileFlow((TILE, TILE), (OVERLAP, OVERLAP), consider_mask=False)
        # It always rescales; this range leaves pixels from 0 to 1 as they are.
        flow.add_channel(channel, rescale_range=(0, 1))
        flow.setup(0, lambda tile, spec: function(np.ascontiguousarray(tile[0]))[None])
        yield flow.run(Stream())[0]


def pantile_tileflow(store: str, threads: int) -> Iterator[Any]:
    """The example of TileFlow 0.6's documentation with its import changed."""
    import zarr

    from pantile.tileflow import TileFlow

    array = zarr.open_array(store, mode="r")
    flow = TileFlow((TILE, TILE), (OVERLAP, OVERLAP)).configure(function=tile_function()[0])
    for channel in range(array.shape[0]):
        yield flow.run(np.array(array[channel]), workers=threads)


def native(store: str, threads: int) -> Iterator[Any]:
    """Pantile's own operator, into memory made and touched before."""
    import pantile as pt

    edges = pt.open(store).sobel()
    out = np.zeros(edges.shape[1:], edges.dtype)
    out.fill(0)
    for channel in range(edges.shape[0]):
        yield edges[channel].compute(out=out, threads=threads)


CONTENDERS: dict[str, Callable[[str, int], Iterator[Any]]] = {
    "TileFlow": tileflow,
    "pantile.tileflow": pantile_tileflow,
    "pantile.tileflow, threads": pantile_tileflow,
    "pantile": native,
}


def missing(name: str) -> str:
    """Why a contender cannot run here; empty if it can."""
    try:
        if name == "TileFlow":
            version = importlib.metadata.version("tileflow")
            return "" if version == TILEFLOW_VERSION else f"tileflow is {version}"
        import pantile

        if name == "pantile" and not hasattr(pantile, "open"):
            return "pantile has no native module here"
    except (ImportError, importlib.metadata.PackageNotFoundError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def peak_bytes() -> int:
    """The most that this process ever had in RAM."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))


def run_one(name: str, store: str, threads: int, warm_up: str, samples: str) -> None:
    """Run one contender in this process, and print its figures."""
    contender = CONTENDERS[name]
    for _ in contender(warm_up, threads):
        pass
    kept = []
    begin, cpu_begin = time.perf_counter(), time.process_time()
    for result in contender(store, threads):
        kept.append(np.array(result[SAMPLES]))
    wall_s, cpu_s = time.perf_counter() - begin, time.process_time() - cpu_begin
    np.save(samples, np.stack(kept))
    print(json.dumps({"wall_s": wall_s, "cpu_s": cpu_s, "peak_bytes": peak_bytes()}))


# The driver.


def make_store(folder: pathlib.Path, side: int, channels: int) -> pathlib.Path:
    """A stack of made-up channels from 0 to 1.

    They have 256 values, so that zarr-python's codec makes a quarter of them, as TileFlow's table
    says of its own.
    """
    import zarr

    from pantile.tileflow import generate_multichannel_image

    store = folder / f"{side}x{channels}.zarr"
    if store.exists():
        return store
    unfinished = folder / f"{side}x{channels}.part.zarr"
    shutil.rmtree(unfinished, ignore_errors=True)
    chunk = min(side, CHUNK)
    array = zarr.create_array(
        str(unfinished),
        shape=(channels, side, side),
        chunks=(1, chunk, chunk),
        dtype="float32",
        dimension_names=("c", "y", "x"),
    )
    part = min(side, 2048)
    for channel in range(channels):
        pixels = generate_multichannel_image((channel % 6 + 1, part, part), seed=channel)[-1]
        pixels = np.round(pixels * 255) / np.float32(255)
        array[channel] = np.tile(pixels, (side // part, side // part))
    unfinished.rename(store)
    return store


def reference(store: pathlib.Path) -> np.ndarray[Any, Any]:
    """Samples of every channel's edges, computed whole and in 64 bits."""
    import zarr

    from pantile.tileflow import sobel_magnitude

    array = zarr.open_array(str(store), mode="r")
    rows = []
    for channel in range(array.shape[0]):
        pixels = array[channel]
        bands = []
        for y in range(0, pixels.shape[0], SAMPLES[0].step):
            y0, y1 = max(0, y - 1), min(pixels.shape[0], y + 2)
            band = sobel_magnitude(pixels[y0:y1].astype(np.float64))
            bands.append(band[y - y0, SAMPLES[1]])
        rows.append(np.stack(bands))
    return np.stack(rows)


def measure(
    name: str, store: pathlib.Path, args: argparse.Namespace
) -> tuple[dict[str, float], Any]:
    """One run of one contender, in a process of its own."""
    threads = 1 if name in ("TileFlow", "pantile.tileflow") else args.threads
    samples = args.work / "samples.npy"
    samples.unlink(missing_ok=True)
    done = subprocess.run(
        [
            sys.executable,
            __file__,
            "--one",
            name,
            "--store",
            str(store),
            "--threads",
            str(threads),
            "--warm-up",
            str(args.work / "256x1.zarr"),
            "--samples",
            str(samples),
        ],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{name} failed with {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1]), np.load(samples)


def bytes_of(folder: pathlib.Path) -> int:
    """All files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def one_stack(stack: str, names: list[str], args: argparse.Namespace) -> list[dict[str, Any]]:
    """Check and measure every contender on one stack, in turns."""
    side, channels = map(int, stack.split("x"))
    store = make_store(args.work, side, channels)
    expected = reference(store)
    raw = side * side * channels * 4
    print(f"\n{side}² × {channels}: {raw / 2**20:.0f} MiB, stored in {bytes_of(store) / raw:.0%}")
    for name in names:  # also warms the page cache
        _, samples = measure(name, store, args)
        if samples.shape != expected.shape or not np.allclose(
            samples, expected, rtol=1e-4, atol=2e-6
        ):
            sys.exit(f"{name} computes something else")
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(args.rounds):
        for name in names:
            runs[name].append(measure(name, store, args)[0])
    rows = []
    for name in names:
        wall_s = statistics.median(run["wall_s"] for run in runs[name])
        rows.append(
            {
                "stack": stack,
                "contender": name,
                "wall_s": wall_s,
                "cpu_s": statistics.median(run["cpu_s"] for run in runs[name]),
                "mpx_per_s": side * side * channels / wall_s / 1e6,
                "peak_bytes": max(run["peak_bytes"] for run in runs[name]),
                "times_claimed": CLAIMED_S[stack] / wall_s if stack in CLAIMED_S else None,
            }
        )
    first = rows[0]["wall_s"]
    for row in rows:
        claimed = f"{row['times_claimed']:6.1f}" if row["times_claimed"] else "     –"
        print(
            f"{row['contender']:26}{row['wall_s']:7.2f} s {row['cpu_s']:7.2f} CPU-s "
            f"{row['mpx_per_s']:6.0f} Mpx/s {first / row['wall_s']:6.2f} × {rows[0]['contender']}, "
            f"{claimed} × its table, {row['peak_bytes'] / 2**20:6.0f} MiB"
        )
    return rows


def main() -> None:
    """Parse, check, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stacks", default="2048x8,4096x16", help="side x channels, …, or all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--work",
        type=pathlib.Path,
        default=pathlib.Path("out/bench/seed_table"),
        help="folder for the stacks, which are kept there",
    )
    parser.add_argument("--json", type=pathlib.Path, help="also writes the figures to this file")
    for hidden in ("--one", "--store", "--warm-up", "--samples"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        run_one(args.one, args.store, args.threads, args.warm_up, args.samples)
        return
    args.work.mkdir(parents=True, exist_ok=True)
    names = []
    for name in CONTENDERS:
        why = missing(name)
        if why:
            print(f"{name} is left out: {why}")
        else:
            names.append(name)
    if not names:
        sys.exit("nothing to measure")
    make_store(args.work, 256, 1)
    load = " ".join(f"{x:.1f}" for x in os.getloadavg())
    print(
        f"{len(os.sched_getaffinity(0))} cores, load {load}; tiles of {TILE}² with {OVERLAP}, "
        f"Sobel of {tile_function()[1]}; {args.threads} threads; median of {args.rounds}"
    )
    stacks = list(CLAIMED_S) if args.stacks == "all" else args.stacks.split(",")
    rows = [row for stack in stacks for row in one_stack(stack, names, args)]
    if args.json:
        args.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    print("load", " ".join(f"{x:.1f}" for x in os.getloadavg()), "at the end")


if __name__ == "__main__":
    main()
