#!/usr/bin/env python3
"""A Zarr store as image and as result (needs the package zarr).

    python examples/python/zarr_integration.py [--size 512] [--channels 4] [--out FOLDER]

Writes a made-up picture to a Zarr store channel by channel, processes the store without reading it
whole, lets the result be a store too, and reads it back.
"""

from __future__ import annotations

import argparse
import pathlib
import tempfile
from typing import Any

import numpy as np
import numpy.typing as npt
import zarr

from pantile.tileflow import (
    MemoryTracker,
    TileFlow,
    ZarrStreamable,
    generate_multichannel_image,
    sobel_magnitude,
)


def folder_bytes(folder: pathlib.Path) -> int:
    """Give the size of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def run(folder: pathlib.Path, size: int, channels: int) -> None:
    """Write, process and read back."""
    chunk = min(256, size)
    image = zarr.create_array(
        str(folder / "microscopy.zarr"),
        shape=(channels, size, size),
        chunks=(1, chunk, chunk),
        dtype="uint16",
    )
    for channel in range(channels):
        pixels = generate_multichannel_image((1, size, size), seed=channel)[0]
        image[channel] = (pixels * 4095).astype("uint16")
    raw_bytes = channels * size * size * 2
    stored_bytes = folder_bytes(folder / "microscopy.zarr")
    print(f"stored {raw_bytes / 2**20:.1f} MiB in {stored_bytes / raw_bytes:.0%} of that")

    # Tiles are those of the store's chunks, so that each is written once.
    memory = MemoryTracker()
    flow = TileFlow(tile_size=(chunk, chunk), overlap=(1, 1))
    flow.configure(function=sobel_magnitude)
    edges = flow.run(ZarrStreamable(image, folder / "edges.zarr"), callbacks=[memory])
    print(f"edges {edges.shape} {edges.dtype} in chunks of {edges.chunks}")
    print(f"memory: {memory.peak_delta_bytes / 2**20:.1f} MiB more")

    # By chunks, with a function that sees each chunk's result: here the mean edge of every chunk.
    def mean_of(chunk: npt.NDArray[np.float32]) -> Any:
        return chunk.mean(axis=(1, 2))

    large = (2 * chunk, 2 * chunk)
    by_chunks = TileFlow((chunk, chunk), (1, 1), chunk_size=large, chunk_overlap=(4, 4))
    means = by_chunks.configure(sobel_magnitude, chunk_function=mean_of).run(image)
    print(f"mean edges of {means.shape[1]} by {means.shape[2]} chunks per channel")

    # Back to NumPy, and one channel at a time as the simplest way of all.
    again = zarr.open_array(str(folder / "edges.zarr"), mode="r")
    for channel in range(channels):
        expected = sobel_magnitude(np.asarray(image[channel]))
        if not np.array_equal(np.asarray(again[channel]), expected):
            raise SystemExit(f"channel {channel}: the store does not hold its edges")
    print("read back: the same as the edges of the whole picture")


def main() -> None:
    """Run the example."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=512, help="height and width, pixels")
    parser.add_argument("--channels", type=int, default=4)
    parser.add_argument("--out", type=pathlib.Path, help="keeps the stores in this folder")
    args = parser.parse_args()
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
        run(args.out, args.size, args.channels)
        return
    with tempfile.TemporaryDirectory() as folder:
        run(pathlib.Path(folder), args.size, args.channels)


if __name__ == "__main__":
    main()
