"""Functions that tests send to worker processes, which import them from here."""

import os
import signal
import time

import numpy as np


def double(tile):
    return tile * 2


def whoami(tile):
    return np.full(tile.shape, os.getpid(), "i4")


def place(tile, spec):
    return np.full(tile.shape, 100 * spec.row + spec.column, "i4")[(..., *spec.inner)]


def fill(tile, out):
    out[...] = tile[..., : out.shape[-2], : out.shape[-1]] + 1


def change(tile):
    tile += 1
    return tile


def model(tiles, specs):
    assert len(tiles) == len(specs)
    return -tiles


def labels(tile):
    from scipy import ndimage

    return ndimage.label(tile > 0.5)[0]


class Adder:
    def __init__(self, amount):
        self.amount = amount

    def __call__(self, tile):
        return tile + self.amount


class Strange(Exception):
    """An exception that cannot be made again of what it is told."""

    def __init__(self, one, two):
        super().__init__(f"{one} {two}")


def fail(tile, spec):
    if (spec.row, spec.column) == (1, 2):
        raise KeyError("lost")
    return tile


def fail_strangely(tile):
    raise Strange(1, 2)


def interrupt(tile):
    raise KeyboardInterrupt


def die(tile, spec):
    if (spec.row, spec.column) == (1, 0):
        os.kill(os.getpid(), signal.SIGKILL)
    return tile


def leave(tile):
    os._exit(7)


calls = 0


def die_late(tile):
    """Dies after many calls, until the variable is taken away."""
    global calls
    calls += 1
    if calls > 60 and "PANTILE_TEST_DIES" in os.environ:
        os._exit(1)
    return tile + 1


def slow(tile):
    time.sleep(0.05)
    return tile


def mean_and_place(chunk, spec):
    if spec.column == 9:
        raise ValueError("no tenth column")
    return float(chunk.mean()), (spec.row, spec.column), chunk[..., :1, :2]
