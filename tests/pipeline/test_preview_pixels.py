"""Previews against an average by others: decoded by Pillow, computed by NumPy."""

import numpy as np
import pytest
import scipy.sparse
from PIL import Image

WIDTH, HEIGHT = 3001, 2003
# All several bands high; made from level 0 (twice), from level 1, and from all of level 0 as it is.
# The last is from level 3.
PREVIEWS = {"near": 2987, "odd": 2219, "far": 1201, "whole": WIDTH, "small": 301}


@pytest.fixture(scope="module")
def job(pantile, tmp_path_factory):
    out = tmp_path_factory.mktemp("previews") / "job"
    pantile("generate", "--formula", "complex", "--size", f"{WIDTH}x{HEIGHT}", "--scale", "0.002",
            "--tiff", "off", "--previews",
            ",".join(f"{name}:{width}" for name, width in PREVIEWS.items()), "--out", out,
            "--log", "quiet")
    return out


def overlaps(pixels: int, cells: int):
    """cells x pixels: the part of each cell that each pixel covers; its rows add up to 1."""
    edges = np.arange(cells + 1) * (pixels / cells)
    at = np.arange(pixels)
    part = np.minimum(edges[1:, None], at + 1) - np.maximum(edges[:-1, None], at)
    return scipy.sparse.csr_array(np.clip(part, 0, None) * (cells / pixels))


def area_average(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    rows = overlaps(picture.shape[0], height) @ picture.reshape(picture.shape[0], -1)
    columns = rows.reshape(height, picture.shape[1], 3).transpose(1, 0, 2).reshape(
        picture.shape[1], -1)
    averaged = overlaps(picture.shape[1], width) @ columns
    return averaged.reshape(width, height, 3).transpose(1, 0, 2)


def level_for(width: int) -> tuple[int, int, int]:
    """The nearest level that need not be enlarged, and its size."""
    level, w, h = 0, WIDTH, HEIGHT
    while (w + 1) // 2 >= width:
        level, w, h = level + 1, (w + 1) // 2, (h + 1) // 2
    return level, w, h


def stored_level(out, level: int) -> np.ndarray:
    import zarr

    array = zarr.open_array(out / f"image.ome.zarr/{level}", mode="r")
    return np.moveaxis(array[...], 0, -1).astype(np.float64)


@pytest.mark.parametrize("name", PREVIEWS)
def test_a_preview_is_the_area_average_of_the_nearest_level(job, name):
    width = PREVIEWS[name]
    height = round(width * HEIGHT / WIDTH)
    level, level_width, level_height = level_for(width)
    with Image.open(job / f"previews/{name}.png") as image:
        assert image.format == "PNG" and image.size == (width, height) and image.mode == "RGB"
        found = np.asarray(image)
    stored = stored_level(job, level)
    assert stored.shape[:2] == (level_height, level_width)
    difference = found - area_average(stored, width, height)
    assert np.abs(difference).max() <= 1
    # What is rounded goes up as often as down.
    assert abs(difference.mean()) < 0.02


def test_a_whole_factor_is_what_pillow_makes_of_it(pantile, job, tmp_path):
    """BOX of Pillow rounds once for the columns and once for the rows."""
    x, y, width, height = 100, 51, 2400, 1800
    pantile("preview", job, "--region", f"{x},{y},{width},{height}", "--width", "800",
            "--out", tmp_path / "third.png", "--log", "quiet")
    with Image.open(tmp_path / "third.png") as image:
        found = np.asarray(image).astype(int)
    assert found.shape == (600, 800, 3)
    part = stored_level(job, 0)[y:y + height, x:x + width].astype(np.uint8)
    expected = Image.fromarray(part).resize((800, 600), Image.Resampling.BOX)
    assert np.abs(found - np.asarray(expected)).max() <= 1


def test_a_region_is_averaged_from_its_own_edges(pantile, job, tmp_path):
    x, y, width, height = 1003, 507, 1801, 1207
    pantile("preview", job, "--region", f"{x},{y},{width},{height}", "--width", "1231",
            "--out", tmp_path / "a.png", "--log", "quiet")
    with Image.open(tmp_path / "a.png") as image:
        found = np.asarray(image)
    part = stored_level(job, 0)[y:y + height, x:x + width]
    assert np.abs(found - area_average(part, found.shape[1], found.shape[0])).max() <= 1
