"""Images and flows that tests make up."""

import random

import numpy as np


def box3(image):
    """Sum over 3 by 3 pixels, mirrored at the edges: needs an overlap of 1."""
    padded = np.pad(image, [(0, 0)] * (image.ndim - 2) + [(1, 1), (1, 1)], mode="symmetric")
    rows = padded[..., :-2, :] + padded[..., 1:-1, :] + padded[..., 2:, :]
    return rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]


def random_case(rng):
    size = rng.randint(4, 40), rng.randint(4, 40)
    overlap = rng.randint(1, size[0] // 2 - 1), rng.randint(1, size[1] // 2 - 1)
    shape = (*rng.choice([(), (1,), (3,), (2, 3)]), rng.randint(1, 150), rng.randint(1, 150))
    chunk = rng.randint(4, 120), rng.randint(4, 120)
    chunk_overlap = rng.randint(1, chunk[0] // 2 - 1), rng.randint(1, chunk[1] // 2 - 1)
    dtype = rng.choice(["u1", "i2", "u4", "f4", "f8", ">u2"])
    return size, overlap, shape, chunk, chunk_overlap, dtype


CASES = [random_case(rng) for rng in (random.Random(seed) for seed in range(150))]


def picture(shape, dtype, seed=0):
    return (np.random.default_rng(seed).random(shape) * 200).astype(dtype)
