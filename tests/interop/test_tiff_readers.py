"""TIFFs of both dialects, read by programs that nobody here wrote: the pixels of every level."""

import json
import math
import os
import pathlib
import shutil
import subprocess

import numpy as np
import pytest

# The pattern's sharp steps cost JPEG 4:2:0 the most.
LEAST_PSNR_DB = {"jpeg": 36, "jpeg420": 26}

TILE_PX = 64  # of the samples
SAMPLES = """
    rgb8-deflate-ome rgb8-deflate-pages rgb8-predictor-ome rgb8-zstd-ome rgb8-zstd-pages
    rgb8-lzw-ome rgb8-none-pages rgb8-jpeg-ome rgb8-jpeg-pages rgb8-jpeg420-pages rgb8-small-ome
    rgb8-small-pages rgb8-even-pages rgba8-deflate-ome grey8-lzw-ome grey8-jpeg-ome
    u16-deflate-ome u16-predictor-ome u16-zstd-pages f32-zstd-ome f32-deflate-pages
""".split()
OME = [s for s in SAMPLES if s.endswith("-ome")]
PAGES = [s for s in SAMPLES if s.endswith("-pages")]
SLIDES = [s for s in PAGES if s.startswith("rgb8")]


class Sample:
    def __init__(self, folder: pathlib.Path, name: str):
        self.name = name
        self.path = str(folder / f"{name}.tiff")
        levels = len(list(folder.glob(f"{name}.*.npy")))
        self.levels = [np.load(folder / f"{name}.{i}.npy") for i in range(levels)]
        assert self.levels

    def check(self, level: int, got: np.ndarray):
        want = self.levels[level]
        got = got.reshape(got.shape[0], got.shape[1], -1)
        assert got.dtype == want.dtype
        assert got.shape == want.shape
        least = LEAST_PSNR_DB.get(self.name.split("-")[1])
        if least is None:
            np.testing.assert_array_equal(got, want)
            return
        error = np.mean((got.astype(float) - want) ** 2)
        assert error == 0 or 10 * math.log10(255**2 / error) >= least


@pytest.fixture(scope="session")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiff")
    bin_folder = pathlib.Path(os.environ.get("PANTILE", "build/release/bin/pantile")).parent
    subprocess.run([bin_folder / "write_tiff_sample", folder], check=True)
    assert sorted(p.stem for p in folder.glob("*.tiff")) == sorted(SAMPLES)
    return folder


@pytest.fixture
def sample(samples, request):
    return Sample(samples, request.param)


def of(names):
    return pytest.mark.parametrize("sample", names, indirect=True)


@of(OME)
def test_tifffile_reads_the_ome_dialect(sample):
    import tifffile

    with tifffile.TiffFile(sample.path) as tif:
        assert tif.is_bigtiff and tif.is_ome
        assert len(tif.pages) == 1
        assert len(tif.series) == 1
        levels = tif.series[0].levels
        assert len(levels) == len(sample.levels)
        for i, level in enumerate(levels):
            sample.check(i, level.asarray())
            assert level.keyframe.is_reduced == (i > 0)
        if len(levels) == 1:
            assert 330 not in tif.pages[0].tags, "an empty SubIFD tag breaks readers"


@of(PAGES)
def test_tifffile_reads_the_page_dialect(sample):
    import tifffile

    with tifffile.TiffFile(sample.path) as tif:
        assert tif.is_bigtiff and not tif.is_ome
        assert len(tif.pages) == len(sample.levels)
        for i, page in enumerate(tif.pages):
            sample.check(i, page.asarray())
            assert page.is_reduced == (i > 0)


@of(OME)
def test_ome_xml_is_valid(sample):
    import ome_types
    import tifffile
    import xmlschema

    text = tifffile.tiffcomment(sample.path)
    xsd = next(pathlib.Path(ome_types.__file__).parent.rglob("ome-2016-06.xsd"))
    xmlschema.XMLSchema(str(xsd)).validate(text)
    pixels = ome_types.from_xml(text).images[0].pixels
    height, width, channels = sample.levels[0].shape
    assert (pixels.size_x, pixels.size_y, pixels.size_c) == (width, height, channels)
    assert pixels.channels[0].samples_per_pixel == channels
    assert (pixels.physical_size_x, pixels.physical_size_y) == (0.5, 0.25)
    assert pixels.physical_size_x_unit.value == "µm"
    assert ome_types.from_xml(text).images[0].name == "test <&> picture"


def from_vips(image):
    kinds = {"uchar": np.uint8, "ushort": np.uint16, "float": np.float32}
    data = np.frombuffer(image.write_to_memory(), kinds[image.format])
    return data.reshape(image.height, image.width, image.bands)


@of(SAMPLES)
def test_libvips_reads_every_level(sample):
    pyvips = pytest.importorskip("pyvips")
    ome = sample.name.endswith("-ome")
    first = pyvips.Image.tiffload(sample.path)
    count = len(sample.levels)
    if ome:
        fields = first.get_fields()
        assert (first.get("n-subifds") if "n-subifds" in fields else 0) == count - 1
    else:
        assert first.get("n-pages") == count
    for i in range(count):
        where = {"subifd": i - 1} if ome else {"page": i}
        sample.check(i, from_vips(pyvips.Image.tiffload(sample.path, **where)))
    # Pixels per millimetre.
    assert first.xres == pytest.approx(2000) and first.yres == pytest.approx(4000)


def gdal(sample, level, folder):
    out = folder / f"level{level}"
    options = ["-oo", f"OVERVIEW_LEVEL={level - 1}"] if level > 0 else []
    subprocess.run(
        ["gdal_translate", "-q", "-of", "ENVI", "-co", "INTERLEAVE=BIP", *options, sample.path, out],
        check=True, capture_output=True,
    )
    want = sample.levels[level]
    got = np.fromfile(out, want.dtype)
    assert got.size == want.size
    return got.reshape(want.shape)


@of(SAMPLES)
def test_gdal_reads_what_it_says_it_sees(sample, tmp_path):
    if shutil.which("gdalinfo") is None:
        pytest.skip("GDAL is not installed")
    told = subprocess.run(
        ["gdalinfo", "-json", sample.path], check=True, capture_output=True, text=True
    )
    assert "ERROR" not in told.stderr and "Warning" not in told.stderr
    band = json.loads(told.stdout)["bands"][0]
    sizes = [[o["size"][0], o["size"][1]] for o in band.get("overviews", [])]
    if sample.name.endswith("-pages"):
        assert sizes == [[w, h] for h, w, _ in (a.shape for a in sample.levels[1:])]
    else:
        # GDAL takes the SubIFDs of an OME-TIFF for overviews in some versions, in others not.
        assert len(sizes) in (0, len(sample.levels) - 1)
    for level in range(1 + len(sizes)):
        sample.check(level, gdal(sample, level, tmp_path))


@of(SLIDES)
def test_openslide_reads_the_page_dialect(sample):
    openslide = pytest.importorskip("openslide")
    with openslide.OpenSlide(sample.path) as slide:
        assert slide.properties["openslide.vendor"] == "generic-tiff"
        sizes = tuple((a.shape[1], a.shape[0]) for a in sample.levels)
        assert slide.level_dimensions == sizes
        # OpenSlide 3 over a libtiff that adapts "raster widths" garbles what is smaller than a tile;
        # OpenSlide 4 (openslide-bin) does not, nor is JPEG, which OpenSlide decodes itself.
        garbles = openslide.__library_version__.startswith("3.") and "jpeg" not in sample.name
        for level, size in enumerate(sizes):
            if garbles and min(size) < TILE_PX:
                continue
            rgba = np.asarray(slide.read_region((0, 0), level, size))
            assert (rgba[..., 3] == 255).all()
            sample.check(level, rgba[..., :3])
