#!/usr/bin/env python3
"""Filters in memory: Pantile beside OpenCV, TileFlow, SciPy and dask, on one image in one run.

    bench/process/in_memory.py [--size 8192] [--rounds 5] [--threads 2] [--only sobel,chain,…]

Both sides write into an array that was made and touched before. Every result is first held to
another program's; then come medians of the rounds, which take turns, the ratio to each peer, and
the per cent of a copy of the same bytes made with as many threads. Needs numpy, opencv and scipy
(bench/requirements.txt); dask, tileflow and scikit-image where they are there. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pantile as pt
import scipy.ndimage as nd

Array = Any
Row = tuple[str, Callable[[], Any]]


def copier(source: Array, target: Array, threads: int) -> Callable[[], Any]:
    """A copy with several threads: what memory allows."""
    pool = concurrent.futures.ThreadPoolExecutor(threads)
    rows = np.linspace(0, len(source), 4 * threads + 1, dtype=int)

    def copy() -> None:
        list(pool.map(lambda k: np.copyto(target[rows[k] : rows[k + 1]], source[rows[k] : rows[k + 1]]),
                      range(4 * threads)))

    return copy


def medians(rows: list[Row], rounds: int) -> dict[str, float]:
    """Seconds of each, the rounds taking turns."""
    times: dict[str, list[float]] = {name: [] for name, _ in rows}
    for _, run in rows:
        run()
    for _ in range(rounds):
        for name, run in rows:
            begin = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - begin)
    return {name: statistics.median(t) for name, t in times.items()}


def report(title: str, reach: str, rows: list[Row], pixels: int, rounds: int) -> None:
    """One table: the first row is ours, the last the copy."""
    seconds = medians(rows, rounds)
    ours, copy = rows[0][0], rows[-1][0]
    print(f"\n{title}  (reach: {reach})")
    for name, s in seconds.items():
        ratio = "" if name == ours else f"{s / seconds[ours]:8.2f}x"
        print(f"  {name:34} {s * 1e3:9.1f} ms {pixels / s / 1e6:9.0f} Mpx/s {ratio:>10}"
              f" {100 * seconds[copy] / s:6.1f} % of the copy")


def agree(name: str, a: Array, b: Array, tolerance: float, share: float = 0.0) -> None:
    """Stop unless `a` is `b`, but for `share` of the pixels."""
    wrong = np.mean(np.abs(a.astype("f8") - b.astype("f8")) > tolerance)
    if wrong > share:
        sys.exit(f"{name}: {wrong:.2%} of the pixels differ by more than {tolerance}")


def opencv_sobel(image: Array, out: Array, buffers: tuple[Array, Array]) -> None:
    gx, gy = buffers
    cv2.Sobel(image, cv2.CV_32F, 1, 0, dst=gx, borderType=cv2.BORDER_REFLECT)
    cv2.Sobel(image, cv2.CV_32F, 0, 1, dst=gy, borderType=cv2.BORDER_REFLECT)
    cv2.magnitude(gx, gy, magnitude=out)


def dask_chain(image: Array, sigma: float) -> Callable[[], Any] | None:
    try:
        import dask.array as da
    except ImportError:
        print("  dask is left out: it is not installed")
        return None

    def work(block: Array) -> Array:
        smooth = nd.gaussian_filter(block, sigma)
        return (np.hypot(nd.sobel(smooth, 0), nd.sobel(smooth, 1)) > 0.2).astype(np.uint8)

    lazy = da.from_array(image, chunks=1024).map_overlap(work, depth=10, boundary="reflect",
                                                         dtype="u1")
    return lambda: lazy.compute(scheduler="threads")


def sobel(size: int, threads: int, rounds: int) -> None:
    image = np.random.default_rng(0).random((size, size), dtype=np.float32)
    ours, theirs = np.zeros_like(image), np.zeros_like(image)
    buffers = np.zeros_like(image), np.zeros_like(image)
    lazy = pt.open(image).sobel()
    lazy.compute(out=ours, threads=threads)
    opencv_sobel(image, theirs, buffers)
    agree("sobel", ours, theirs, 1e-5)
    report("Sobel, f32", "4x OpenCV", [
        ("pantile", lambda: lazy.compute(out=ours, threads=threads)),
        (f"OpenCV {cv2.__version__}, whole image", lambda: opencv_sobel(image, theirs, buffers)),
        ("copy", copier(image, theirs, threads))], image.size, rounds)


def chain(size: int, threads: int, rounds: int) -> None:
    image = np.random.default_rng(0).random((size, size), dtype=np.float32)
    mask, theirs = np.zeros(image.shape, np.uint8), np.zeros(image.shape, np.uint8)
    smooth, edges = np.zeros_like(image), np.zeros_like(image)
    buffers = np.zeros_like(image), np.zeros_like(image)
    lazy = pt.open(image).gaussian(2).sobel().threshold(0.2)

    def opencv() -> None:
        cv2.GaussianBlur(image, (17, 17), 2, dst=smooth, borderType=cv2.BORDER_REFLECT)
        opencv_sobel(smooth, edges, buffers)
        cv2.compare(edges, 0.2, cv2.CMP_GT, dst=theirs)

    lazy.compute(out=mask, threads=threads)
    opencv()
    agree("chain", mask, theirs // 255, 0, share=1e-4)
    rows: list[Row] = [("pantile", lambda: lazy.compute(out=mask, threads=threads)),
                       (f"OpenCV {cv2.__version__}, whole image", opencv)]
    dask = dask_chain(image, 2)
    if dask:
        rows.append(("dask + SciPy", dask))
    report("Gaussian 2, Sobel, threshold, f32", "4x OpenCV, 20x dask",
           [*rows, ("copy", copier(image, smooth, threads))], image.size, rounds)


def rank(size: int, threads: int, rounds: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (size, size), dtype=np.uint8)
    ours, theirs = np.zeros_like(image), np.zeros_like(image)
    opened = pt.open(image).open(15)
    kernel = np.ones((15, 15), np.uint8)

    def opencv_opening() -> None:
        cv2.morphologyEx(image, cv2.MORPH_OPEN, kernel, dst=theirs)

    opened.compute(out=ours, threads=threads)
    opencv_opening()
    agree("opening", ours[15:-15, 15:-15], theirs[15:-15, 15:-15], 0)
    report("opening 15x15, u8", "2x OpenCV", [
        ("pantile", lambda: opened.compute(out=ours, threads=threads)),
        (f"OpenCV {cv2.__version__}", opencv_opening),
        ("copy", copier(image, theirs, threads))], image.size, rounds)
    if not hasattr(pt.Image, "median"):
        return
    median = pt.open(image).median(5)
    median.compute(out=ours, threads=threads)
    cv2.medianBlur(image, 5, dst=theirs)
    agree("median", ours[2:-2, 2:-2], theirs[2:-2, 2:-2], 0)
    report("median 5x5, u8", "2x OpenCV", [
        ("pantile", lambda: median.compute(out=ours, threads=threads)),
        (f"OpenCV {cv2.__version__}", lambda: cv2.medianBlur(image, 5, dst=theirs)),
        ("copy", copier(image, theirs, threads))], image.size, rounds)


def label(size: int, threads: int, rounds: int) -> None:
    noise = np.random.default_rng(0).random((size, size), dtype=np.float32)
    mask = (cv2.GaussianBlur(noise, (0, 0), 4) > 0.5).astype(np.uint8)
    ours, theirs = np.zeros(mask.shape, np.uint32), np.zeros(mask.shape, np.int32)
    image = pt.open(mask)

    def run() -> None:
        image.label().compute(out=ours, threads=threads)

    run()
    count = nd.label(mask, output=theirs)
    pairs = np.unique(ours.astype("u8") << 32 | theirs.astype("u8"))
    if len(pairs) != count + 1 or ours.max() != count:
        sys.exit(f"labels: {ours.max()} components, scipy finds {count}, {len(pairs)} pairs")
    report(f"connected components, {count} of them", "2x scipy.ndimage.label", [
        ("pantile", run), ("scipy.ndimage.label", lambda: nd.label(mask, output=theirs)),
        ("cv2.connectedComponents", lambda: cv2.connectedComponents(mask, labels=theirs,
                                                                    connectivity=4)),
        ("copy", copier(mask, ours.view("u1")[:, :size], threads))], mask.size, rounds)


def resize(size: int, threads: int, rounds: int) -> None:
    ways = [("half by area", {"scale": 0.5, "method": "area"}, cv2.INTER_AREA),
            ("0.37 linear", {"scale": 0.37, "antialias": "off"}, cv2.INTER_LINEAR)]
    for dtype in (np.uint8, np.uint16, np.float32):
        image = np.random.default_rng(0).integers(0, 256, (size, size)).astype(dtype)
        for name, how, flag in ways:
            lazy = pt.open(image).resize(**how)
            ours = np.zeros(lazy.shape, dtype)
            theirs = np.zeros(lazy.shape, dtype)
            shape = lazy.shape[::-1]

            def run(lazy: Any = lazy, ours: Array = ours) -> None:
                lazy.compute(out=ours, threads=threads)

            def opencv(theirs: Array = theirs, shape: Any = shape, flag: int = flag,
                       image: Array = image) -> None:
                cv2.resize(image, shape, dst=theirs, interpolation=flag)

            run()
            opencv()
            # (Its whole numbers come of fixed point.)
            agree("resize", ours, theirs, 1 if np.dtype(dtype).kind == "u" else 1e-3)
            report(f"resize, {name}, {np.dtype(dtype).name}", "OpenCV", [
                ("pantile", run), (f"OpenCV {cv2.__version__}", opencv),
                ("copy", copier(image, np.zeros_like(image), threads))], image.size, rounds)


def watershed(size: int, threads: int, rounds: int) -> None:
    """Discs that touch, told apart by how far from their edge they are."""
    try:
        from skimage.segmentation import watershed as theirs
    except ImportError:
        print("\nwatershed: there is no scikit-image")
        return
    random = np.random.default_rng(0)
    mask = np.zeros((size, size), np.uint8)
    for y, x, r in random.integers((0, 0, 8), (size, size, 22), (size * size // 2500, 3)):
        cv2.circle(mask, (int(x), int(y)), int(r), 1, -1)
    values = -cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    peaks = (nd.minimum_filter(values, 11) == values) & (mask > 0)
    markers = nd.label(peaks, np.ones((3, 3)))[0].astype(np.int32)
    ours = np.zeros(mask.shape, np.uint32)
    inputs = [pt.open(a) for a in (values, markers, mask)]

    def run() -> None:
        inputs[0].watershed(inputs[1], mask=inputs[2]).compute(out=ours, threads=threads)

    run()
    # (Which of two markers of one value comes first, scikit-image leaves open.)
    if (differ := (ours != theirs(values, markers, mask=mask)).mean()) > 1e-3:
        sys.exit(f"watershed: {differ:.2%} of the pixels are others than scikit-image's")
    report(f"watershed, {markers.max()} markers", "scikit-image", [
        ("pantile", run), ("scikit-image", lambda: theirs(values, markers, mask=mask)),
        ("copy", copier(values, np.zeros_like(values), threads))], mask.size, rounds)


def function(size: int, threads: int, rounds: int) -> None:
    del size, threads
    image = np.zeros((3200, 3200), np.uint8)
    out = np.zeros_like(image)
    lazy = pt.open(image).map(lambda tile: tile, tile=32)
    lazy.compute(out=out, threads=1)
    tiles = (3200 // 32) ** 2
    seconds = medians([("an empty function", lambda: lazy.compute(out=out, threads=1))], rounds)
    print("\nan empty Python function  (reach: 20 us a tile)")
    print(f"  {seconds['an empty function'] / tiles * 1e6:.1f} us a tile of 32x32")


PARTS = {"sobel": sobel, "chain": chain, "rank": rank, "label": label, "resize": resize,
         "watershed": watershed, "function": function}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", type=int, default=8192)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default=",".join(PARTS))
    options = parser.parse_args()
    cv2.setNumThreads(options.threads)
    print(f"Pantile {pt.__version__} ({pt.simd_target()}), OpenCV {cv2.__version__}, "
          f"{options.threads} threads, {options.size}² pixels")
    for name in options.only.split(","):
        PARTS[name](options.size, options.threads, options.rounds)


if __name__ == "__main__":
    main()
