#!/usr/bin/env python3
"""Channels of a NumPy array, each processed tile by tile.

    python examples/python/basic_usage.py [--size 512] [--channels 8]

Makes up a picture [channels, size, size], finds the edges of every channel, and segments the
nuclei of the first. Tiles see 16 pixels of their neighbours, so no seam shows: the edges are those
of the whole picture, bit for bit.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import numpy.typing as npt

from pantile.tileflow import (
    MetricsCallback,
    SobelEdgeDetector,
    TileFlow,
    TileSpec,
    generate_multichannel_image,
    sobel_magnitude,
)


def nuclei(channel: npt.NDArray[np.float32]) -> Any:
    """Segment bright spots: smooth, then a threshold that is the same in every tile."""
    threshold = np.quantile(channel, 0.8)

    def segment(tile: npt.NDArray[np.float32]) -> Any:
        height, width = tile.shape
        padded = np.pad(tile, 2, mode="symmetric")
        rows = np.mean([padded[k : k + height] for k in range(5)], axis=0)
        mean = np.mean([rows[:, k : k + width] for k in range(5)], axis=0)
        return (mean > threshold).astype(np.uint8)

    flow = TileFlow(tile_size=(256, 256), overlap=(16, 16))
    flow.configure(function=segment)
    return flow.run(channel)


def main() -> None:
    """Run the example."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=512, help="height and width, pixels")
    parser.add_argument("--channels", type=int, default=8)
    args = parser.parse_args()

    image = generate_multichannel_image((args.channels, args.size, args.size))
    print(f"picture {image.shape} {image.dtype}, {image.nbytes / 2**20:.1f} MiB")

    sobel = SobelEdgeDetector(tile_size=(256, 256), overlap=(16, 16))
    for index, channel in enumerate(image):
        edges = sobel.process(channel)
        if not np.array_equal(edges, sobel_magnitude(channel)):
            raise SystemExit(f"channel {index}: tiles show a seam")
        print(f"channel {index}: edges up to {edges.max():.3f}, mean {edges.mean():.4f}")

    mask = nuclei(image[0])
    print(f"channel 0: {mask.mean():.1%} of it is nuclei")

    # All channels at once, and a function that wants to know where its tile lies.
    def normalise(tile: npt.NDArray[np.float32], spec: TileSpec) -> Any:
        del spec  # row, column, core and halo in pixels of the image
        return tile / means[:, None, None]

    means = image.mean(axis=(1, 2))
    flow = TileFlow(tile_size=(256, 256)).configure(function=normalise)
    normalised = flow.run(image, callbacks=[MetricsCallback()])
    print(f"all channels: {normalised.shape}, mean {normalised.mean():.3f}")


if __name__ == "__main__":
    main()
