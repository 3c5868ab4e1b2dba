#!/usr/bin/env python3
"""Another pipeline for every channel, several channels at once.

    python examples/python/multichannel_processing.py [--size 512] [--channels 8] [--workers 2]

Nuclei are segmented, other channels get edges with settings of their own. Channels run in threads;
progress, figures, memory and energy are followed for one of them, and a callback of one's own
judges the tiles.
"""

from __future__ import annotations

import argparse
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pantile.tileflow import (
    CodeCarbonTracker,
    CompositeCallback,
    MemoryTracker,
    MetricsCallback,
    ProcessedTile,
    ProgressCallback,
    SobelEdgeDetector,
    TileFlow,
    TileFlowCallback,
    generate_multichannel_image,
    sobel_magnitude,
)

NAMES = ("nuclei", "membrane", "cytoplasm", "fibres", "puncta", "background")


class NucleiPipeline:
    """Edges above a quantile of the whole channel, so that every tile means the same by it."""

    def __init__(self, sensitivity: float = 0.95) -> None:
        self.sensitivity = sensitivity
        self.processor = TileFlow(tile_size=(256, 256), overlap=(16, 16), name="nuclei")

    def process(self, channel: npt.NDArray[np.float32]) -> Any:
        """Give a mask."""
        # A sample of the edges will do for a quantile of them.
        threshold = np.quantile(sobel_magnitude(channel[::4, ::4]), self.sensitivity)

        def segment(tile: npt.NDArray[np.float32]) -> Any:
            return (sobel_magnitude(tile) > threshold).astype(np.uint8)

        return self.processor.configure(function=segment).run(channel)


@dataclass
class Quality(TileFlowCallback):
    """The mean over the deviation of every tile."""

    ratios: list[float] = field(default_factory=list)

    def on_tile_end(self, tile: ProcessedTile, tile_index: int, total_tiles: int) -> None:
        """Judge a tile."""
        del tile_index, total_tiles
        data = tile.image_data[0]
        self.ratios.append(float(np.mean(data) / (np.std(data) + 1e-12)))


def process(index: int, channel: npt.NDArray[np.float32]) -> Any:
    """Give the result of a channel, by what it shows."""
    if index % len(NAMES) == 0:
        return NucleiPipeline().process(channel)
    tile = 128 if index % len(NAMES) == 4 else 256  # small spots, small tiles
    return SobelEdgeDetector((tile, tile), (8, 8)).process(channel)


def main() -> None:
    """Run the example."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=512, help="height and width, pixels")
    parser.add_argument("--channels", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2, help="channels at once")
    args = parser.parse_args()

    image = generate_multichannel_image((args.channels, args.size, args.size))
    with ThreadPoolExecutor(max_workers=args.workers) as executor:
        results = list(executor.map(process, range(args.channels), image))
    for index, result in enumerate(results):
        name = NAMES[index % len(NAMES)]
        print(f"channel {index} ({name}): {result.dtype}, mean {result.mean():.4f}")

    quality, memory = Quality(), MemoryTracker(detailed=True)
    with tempfile.TemporaryDirectory() as folder:
        carbon = CodeCarbonTracker(project_name="multichannel", output_dir=folder, detailed=True)
        follow = CompositeCallback([ProgressCallback(), MetricsCallback(), memory, carbon, quality])
        flow = TileFlow(tile_size=(256, 256), overlap=(16, 16))
        flow.configure(function=lambda tile: np.sqrt(tile)).run(image, callbacks=[follow])
    print(f"mean over deviation: {np.mean(quality.ratios):.2f}")
    print(f"memory: {memory.get_memory_stats()['peak_delta_bytes'] / 2**20:.1f} MiB more")
    emissions = carbon.get_emissions_data()
    print(f"CO2: {emissions['emissions_kg']:.6f} kg {'; '.join(emissions['missing'])}".rstrip())


if __name__ == "__main__":
    main()
