"""What `generate` and `convert` write, read by others: stores and TIFFs agree, parents are means."""

import json
import math
import pathlib
import shutil
import subprocess
import types

import numpy as np
import pytest

from test_tiff_readers import from_vips, gdal

WIDTH, HEIGHT, TILE, SHARD, LEVELS = 601, 427, 64, 256, 5
FORMULAS = {"rgb8": "sin(x*y)", "value-u16": "sin(x*y)",
            "value-f32": "if(x > 9 and y < 3, sqrt(-1), sin(x*y)/3)"}  # some of it is NaN
LOSSLESS = ["deflate", "zstd", "lzw", "none"]
TIFFS = [(store, dialect, compression) for store in FORMULAS for dialect in ("ome", "pages")
         for compression in LOSSLESS + (["jpeg"] if store == "rgb8" else [])]
LEAST_JPEG_PSNR_DB = 30  # at the coarse levels the pattern is nearly noise


@pytest.fixture(scope="module")
def jobs(pantile, tmp_path_factory):
    """Store kind -> folder of a job without TIFF."""
    folder = tmp_path_factory.mktemp("jobs")
    for store, formula in FORMULAS.items():
        pantile("generate", "--formula", formula, "--store", store, "--size", f"{WIDTH}x{HEIGHT}",
                "--tile", TILE, "--shard", SHARD, "--previews", "none", "--tiff", "off",
                "--out", folder / store, "--log", "quiet")
    return {store: folder / store for store in FORMULAS}


def zarr_levels(path: pathlib.Path) -> list[np.ndarray]:
    """Every level as zarr-python reads it, y x c."""
    import zarr

    group = zarr.open_group(path, mode="r")
    datasets = group.attrs["ome"]["multiscales"][0]["datasets"]
    return [np.moveaxis(group[d["path"]][...], 0, -1) for d in datasets]


@pytest.fixture(scope="module")
def levels(jobs):
    return {store: zarr_levels(job / "image.ome.zarr") for store, job in jobs.items()}


def halved(pixels: np.ndarray) -> np.ndarray:
    """The mean of the pixels that exist of every 2 x 2; integers rounded, NaN left out."""
    height, width, channels = pixels.shape
    blocks = np.full((height + height % 2, width + width % 2, channels), np.nan)
    blocks[:height, :width] = pixels
    blocks = blocks.reshape(blocks.shape[0] // 2, 2, blocks.shape[1] // 2, 2, channels)
    count = (~np.isnan(blocks)).sum(axis=(1, 3))
    total = np.nansum(blocks, axis=(1, 3))
    if pixels.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            return total / count
    return (total.astype(np.int64) + count // 2) // count


@pytest.mark.parametrize("store", FORMULAS)
def test_parents_are_rounded_means_of_what_is_stored_below(levels, store):
    found = levels[store]
    width, height = WIDTH, HEIGHT
    for level, pixels in enumerate(found):
        assert pixels.shape == (height, width, 3 if store == "rgb8" else 1)
        if level > 0:
            expected = halved(found[level - 1])
            if pixels.dtype.kind == "f":
                assert (np.isnan(pixels) == np.isnan(expected)).all()
                np.testing.assert_allclose(pixels, expected, rtol=2e-7, atol=1e-8)
            else:
                np.testing.assert_array_equal(pixels, expected)
        width, height = -(-width // 2), -(-height // 2)
    assert len(found) == LEVELS and max(found[-1].shape) <= TILE < max(found[-2].shape)
    if store == "value-f32":
        assert np.isnan(found[0]).any() and not np.isnan(found[0]).all()
        assert np.isnan(found[2]).any()


@pytest.mark.parametrize("store", FORMULAS)
def test_other_zarr_readers_see_the_same(jobs, levels, store):
    import tensorstore as ts
    import zarr
    from ome_zarr.io import parse_url
    from ome_zarr.reader import Reader
    from ome_zarr_models.v05 import Image

    path = jobs[store] / "image.ome.zarr"
    nodes = list(Reader(parse_url(path))())
    assert len(nodes) == 1 and len(nodes[0].data) == LEVELS
    for level, expected in enumerate(levels[store]):
        kvstore = {"driver": "file", "path": str(path / str(level))}
        array = ts.open({"driver": "zarr3", "kvstore": kvstore}, open=True, read=True).result()
        np.testing.assert_array_equal(np.moveaxis(array.read().result(), 0, -1), expected)
        np.testing.assert_array_equal(np.moveaxis(np.asarray(nodes[0].data[level]), 0, -1), expected)
        assert array.chunk_layout.write_chunk.shape[-1] == SHARD
        assert array.chunk_layout.read_chunk.shape[-1] == TILE
    Image.from_zarr(zarr.open_group(path, mode="r"))


def check(found: np.ndarray, expected: np.ndarray, compression: str):
    found = found.reshape(found.shape[0], found.shape[1], -1)
    assert found.shape == expected.shape and found.dtype == expected.dtype
    if compression != "jpeg":
        np.testing.assert_array_equal(found, expected)
        return
    error = np.mean((found.astype(float) - expected) ** 2)
    assert 0 < error < 255**2 / 10 ** (LEAST_JPEG_PSNR_DB / 10)


def read_with_tifffile(path, expected, dialect, compression):
    import tifffile

    with tifffile.TiffFile(path) as tif:
        assert tif.is_bigtiff and tif.is_ome == (dialect == "ome")
        pages = tif.series[0].levels if dialect == "ome" else tif.pages
        assert len(pages) == LEVELS
        for page, pixels in zip(pages, expected):
            check(page.asarray(), pixels, compression)


def read_with_vips(path, expected, dialect, compression):
    pyvips = pytest.importorskip("pyvips")
    pyvips.cache_set_max(0)  # it would take a file for the one of that name before it
    for level, pixels in enumerate(expected):
        where = {"subifd": level - 1} if dialect == "ome" else {"page": level}
        check(from_vips(pyvips.Image.tiffload(str(path), **where)), pixels, compression)


def read_with_gdal(path, expected, dialect, compression, folder):
    if shutil.which("gdalinfo") is None:
        pytest.skip("GDAL is not installed")
    told = subprocess.run(["gdalinfo", "-json", path], check=True, capture_output=True, text=True)
    assert "ERROR" not in told.stderr and "Warning" not in told.stderr
    overviews = len(json.loads(told.stdout)["bands"][0].get("overviews", []))
    # GDAL takes the SubIFDs of an OME-TIFF for overviews in some versions, in others not.
    assert overviews == LEVELS - 1 or (dialect == "ome" and overviews == 0)
    for level in range(overviews + 1):
        sample = types.SimpleNamespace(path=str(path), levels=expected)
        check(gdal(sample, level, folder), expected[level], compression)


def read_with_openslide(path, expected, compression):
    openslide = pytest.importorskip("openslide")
    garbles = openslide.__library_version__.startswith("3.") and compression != "jpeg"
    with openslide.OpenSlide(path) as slide:
        assert slide.properties["openslide.vendor"] == "generic-tiff"
        assert slide.level_count == LEVELS
        for level, pixels in enumerate(expected):
            size = (pixels.shape[1], pixels.shape[0])
            assert slide.level_dimensions[level] == size
            if garbles and min(size) < TILE:  # see test_tiff_readers.py
                continue
            rgba = np.asarray(slide.read_region((0, 0), level, size))
            check(rgba[..., :3], pixels, compression)


@pytest.mark.parametrize("store,dialect,compression", TIFFS, ids=lambda v: v)
def test_tiffs_hold_the_levels_of_the_store(pantile, jobs, levels, tmp_path, store, dialect,
                                            compression):
    job, expected = jobs[store], levels[store]
    # An export of the finished job …
    pantile("generate", "--formula", FORMULAS[store], "--store", store, "--size",
            f"{WIDTH}x{HEIGHT}", "--tile", TILE, "--shard", SHARD, "--previews", "none",
            "--tiff-dialect", dialect, "--tiff-compression", compression, "--out", job,
            "--log", "quiet")
    made = job / "image.tiff"
    read_with_tifffile(made, expected, dialect, compression)
    read_with_vips(made, expected, dialect, compression)
    if dialect == "pages" and store == "rgb8":
        read_with_openslide(made, expected, compression)
    # … and a conversion of its store, in which only the picture's name in the XML may differ.
    converted = tmp_path / "image.tiff"
    pantile("convert", job / "image.ome.zarr", converted, "--tiff-dialect", dialect,
            "--compression", compression, "--log", "quiet")
    if converted.read_bytes() != made.read_bytes():
        read_with_tifffile(converted, expected, dialect, compression)
        read_with_vips(converted, expected, dialect, compression)
    read_with_gdal(converted, expected, dialect, compression, tmp_path)


@pytest.mark.parametrize("store", FORMULAS)
def test_a_tiff_made_a_store_again_is_the_same_picture(pantile, jobs, levels, tmp_path, store):
    tiff, back = tmp_path / "a.tiff", tmp_path / "b.ome.zarr"
    pantile("convert", jobs[store], tiff, "--compression", "zstd", "--log", "quiet")
    pantile("convert", tiff, back, "--tile", "128", "--shard", "384", "--log", "quiet")
    found = zarr_levels(back)
    for pixels, expected in zip(found, levels[store]):
        np.testing.assert_array_equal(pixels, expected)
    assert len(found) == LEVELS - 1  # larger tiles, so one level less


def test_a_region_at_odd_places_is_that_part(pantile, jobs, levels, tmp_path):
    x, y, width, height = 77, 31, 333, 299
    for name in ("cut.ome.zarr", "cut.tiff"):
        pantile("convert", jobs["value-u16"], tmp_path / name, "--tile", TILE, "--region",
                f"{x},{y},{width},{height}", "--log", "quiet")
    found = zarr_levels(tmp_path / "cut.ome.zarr")
    np.testing.assert_array_equal(found[0], levels["value-u16"][0][y:y + height, x:x + width])
    assert len(found) == 1 + math.ceil(math.log2(width / TILE))
    for below, above in zip(found, found[1:]):
        np.testing.assert_array_equal(above, halved(below))
    import tifffile

    with tifffile.TiffFile(tmp_path / "cut.tiff") as tif:
        for level, pixels in zip(tif.series[0].levels, found, strict=True):
            np.testing.assert_array_equal(level.asarray(), pixels[..., 0])
