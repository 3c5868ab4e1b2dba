"""Made-up pictures of fluorescence microscopy, to try things with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pantile.tileflow.grid import whole_pair

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_Image = npt.NDArray[np.float32]


def _add_spots(
    image: _Image, random: np.random.Generator, count: int, radius: tuple[float, float]
) -> None:
    """Add round spots that fade outwards, each computed in its own square."""
    height, width = image.shape
    for _ in range(count):
        y, x = random.uniform(0, height), random.uniform(0, width)
        r = random.uniform(*radius)
        bright = random.uniform(0.4, 1.0)
        reach = int(3 * r) + 1
        y0, y1 = max(0, int(y) - reach), min(height, int(y) + reach + 1)
        x0, x1 = max(0, int(x) - reach), min(width, int(x) + reach + 1)
        down = np.exp(-(((np.arange(y0, y1) - y) / r) ** 2))
        across = np.exp(-(((np.arange(x0, x1) - x) / r) ** 2))
        image[y0:y1, x0:x1] += (bright * down[:, None] * across[None, :]).astype(np.float32)


def _waves(shape: tuple[int, int], random: np.random.Generator, count: int, most: float) -> _Image:
    """Sum plane waves of up to `most` periods across the picture."""
    y = np.linspace(0, 2 * np.pi, shape[0], endpoint=False, dtype=np.float32)[:, None]
    x = np.linspace(0, 2 * np.pi, shape[1], endpoint=False, dtype=np.float32)[None, :]
    total = np.zeros(shape, np.float32)
    for _ in range(count):
        fy, fx = random.uniform(-most, most, 2)
        total += np.sin(np.float32(fy) * y + np.float32(fx) * x + np.float32(random.uniform(0, 6)))
    return total


def _density(shape: tuple[int, int], per_megapixel: float) -> int:
    return max(1, round(shape[0] * shape[1] * per_megapixel / 2**20))


def _nuclei(shape: tuple[int, int], random: np.random.Generator) -> _Image:
    image = np.zeros(shape, np.float32)
    _add_spots(image, random, _density(shape, 250), (6, 14))
    return np.minimum(image, np.float32(1))


def _puncta(shape: tuple[int, int], random: np.random.Generator) -> _Image:
    image = np.zeros(shape, np.float32)
    _add_spots(image, random, _density(shape, 2000), (1, 2.5))
    return image


def _membrane(shape: tuple[int, int], random: np.random.Generator) -> _Image:
    image = _waves(shape, random, 6, 24)
    np.square(image, out=image)
    image *= np.float32(-4)
    return np.exp(image, out=image)


def _fibres(shape: tuple[int, int], random: np.random.Generator) -> _Image:
    image = _waves(shape, random, 4, 8)
    image *= np.float32(12)
    np.sin(image, out=image)
    return np.square(image, out=image)


def _cytoplasm(shape: tuple[int, int], random: np.random.Generator) -> _Image:
    return np.maximum(_waves(shape, random, 8, 12), np.float32(0))


def _background(shape: tuple[int, int], random: np.random.Generator) -> _Image:
    return _waves(shape, random, 3, 2)


CHANNEL_MODES: dict[str, Callable[[tuple[int, int], np.random.Generator], _Image]] = {
    "nuclei": _nuclei,
    "membrane": _membrane,
    "cytoplasm": _cytoplasm,
    "fibres": _fibres,
    "puncta": _puncta,
    "background": _background,
}
"""What a channel can show; without a choice they take turns, nuclei first."""

NOISE = np.float32(0.03)


def generate_multichannel_image(
    shape: Sequence[int] = (8, 1024, 1024),
    seed: int = 42,
    channel_modes: Sequence[str] | None = None,
) -> npt.NDArray[np.float32]:
    """Make up a picture of several channels.

    Parameters
    ----------
    shape : (int, int, int)
        Channels, height, width.
    seed : int
        Decides the picture. A channel depends on the seed, its number and its mode alone.
    channel_modes : sequence of str or None
        What each channel shows, of `CHANNEL_MODES`.

    Returns
    -------
    array of float32, (channels, height, width)
        From 0 to 1, both of which every channel reaches.
    """
    if len(tuple(shape)) != 3:
        raise ValueError(f"shape: expected (channels, height, width), got {shape!r}")
    channels = whole_pair((shape[0], 1), "shape", 1)[0]
    plane = whole_pair(tuple(shape[1:]), "shape", 1)
    names = list(CHANNEL_MODES)
    if channel_modes is None:
        channel_modes = [names[channel % len(names)] for channel in range(channels)]
    if len(channel_modes) != channels:
        raise ValueError(
            f"channel_modes: expected {channels}, one per channel, got {len(channel_modes)}"
        )
    image = np.empty((channels, *plane), np.float32)
    for channel, mode in enumerate(channel_modes):
        if mode not in CHANNEL_MODES:
            raise ValueError(f"channel_modes: expected one of {', '.join(names)}; got {mode!r}")
        random = np.random.default_rng([seed, channel])
        pixels = CHANNEL_MODES[mode](plane, random)
        pixels += NOISE * random.standard_normal(plane, dtype=np.float32)
        pixels -= pixels.min()
        np.divide(pixels, pixels.max() or np.float32(1), out=image[channel])
    return image
