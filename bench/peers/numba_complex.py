#!/usr/bin/env python3
"""The complex picture with Numba on one core: what kernel_bench's text/complex/6x6 does.

Checks a few pixels against Python's own maths, then prints pixels per second as one JSON line.
Needs: numba, numpy.
"""
import argparse
import json
import math
import time

import numba
import numpy as np

IMAGE, TILE = 16384, 512
SCALE = 6.0 / IMAGE


@numba.njit(cache=False, fastmath=False)
def complex_value(x, y):
    q = x * x + y * y
    c = math.cos(q)
    s = math.sin(100.0 * math.sqrt(q + 1e-10))
    term = 0.0
    if c > 0.0:
        term = math.pow(c, s)
    elif c < 0.0:
        nearest = round(s)
        if abs(s - nearest) < 1e-6:
            term = math.pow(-c, s)
            if int(nearest) % 2 != 0:
                term = -term
    v = math.sin(1000.0 * x * y) + term - 0.5
    return min(max(v, -3.0), 3.0)


@numba.njit(cache=False, fastmath=False)
def draw(x0, y0, image, scale, out):
    for row in range(out.shape[0]):
        y = (y0 + row + 0.5 - image / 2) * scale
        for column in range(out.shape[1]):
            x = (x0 + column + 0.5 - image / 2) * scale
            n = (complex_value(x, y) + 3.0) / 6.0
            if n < 0.5:
                f = n * 2.0
                r, g, b = 20.0 * (1 - f), 60.0 * (1 - f), 170.0 * (1 - f)
            else:
                f = (n - 0.5) * 2.0
                r, g, b = 170.0 * f, 25.0 * f, 50.0 * f
            out[row, column, 0] = np.uint8(r + 0.5)
            out[row, column, 1] = np.uint8(g + 0.5)
            out[row, column, 2] = np.uint8(b + 0.5)


def check(out, x0, y0):
    for row, column in [(0, 0), (17, 300), (255, 256), (511, 511), (100, 7)]:
        x = (x0 + column + 0.5 - IMAGE / 2) * SCALE
        y = (y0 + row + 0.5 - IMAGE / 2) * SCALE
        n = (complex_value.py_func(x, y) + 3.0) / 6.0
        low, high = ((20, 60, 170), (0, 0, 0)) if n < 0.5 else ((0, 0, 0), (170, 25, 50))
        f = (n * 2.0) % 1.0
        for c in range(3):
            want = low[c] * (1 - f) + high[c] * f
            if abs(int(out[row, column, c]) - want) > 1.01:
                raise SystemExit(f"numba's pixel {column},{row} differs: "
                                 f"want {want}, got {out[row, column, c]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    seconds = parser.parse_args().seconds
    out = np.empty((TILE, TILE, 3), np.uint8)
    draw(3 * TILE, 6 * TILE, IMAGE, SCALE, out)  # compiles
    check(out, 3 * TILE, 6 * TILE)
    per_row = IMAGE // (3 * TILE)
    tiles, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        x0 = tiles % per_row * 3 * TILE
        y0 = tiles // per_row % per_row * 3 * TILE
        draw(x0, y0, IMAGE, SCALE, out)
        tiles += 1
    rate = tiles * TILE * TILE / (time.process_time() - start)
    print(json.dumps({"name": "numba complex", "version": numba.__version__, "px_per_s": rate}))


if __name__ == "__main__":
    main()
