"""What `info` tells of jobs, stores and TIFFs, whole and not."""

import json
import shutil

import numpy
import pytest


def numbers(pantile, path) -> dict:
    return json.loads(pantile("info", path, "--json").stdout)


@pytest.fixture
def small_job(pantile, tmp_path):
    """A finished job of 21 shards, and how to run it again."""
    def run(*more):
        return pantile("generate", "--size", "256", "--tile", "64", "--shard", "64", "--formula",
                       "simple", "--previews", "32,big:64", "--out", tmp_path / "run", *more)

    run("--log", "quiet")
    return tmp_path / "run", run


def test_info_of_an_unfinished_job_says_how_far_it_is(pantile, small_job):
    folder, run = small_job
    finished = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    shutil.rmtree(folder / "previews")
    (folder / "image.tiff").unlink()
    for name in ["zarr.json", "0/c/0/0/0", "0/c/0/3/1", "2/c/0/0/0"]:
        (folder / "image.ome.zarr" / name).unlink()
    text = pantile("info", folder).stdout
    for part in ["unfinished: 57344 of 65536 pixels (87 %), 18 of 21 shards at all levels; image.tiff, "
                 "previews/big.png, previews/preview-32.png still to come", "256 x 256",
                 "level 2     64 x 64", "output.store = rgb8", "output.previews = 32,big:64",
                 "tiff.compression = deflate", "colour.range_origin = the formula's own"]:
        assert part in text
    info = numbers(pantile, folder)
    assert (info["shards_done"], info["shards_all"], info["flaws"]) == (18, 21, [])
    assert (info["pixels_done"], info["pixels_all"]) == (57344, 65536)
    run()
    assert numbers(pantile, folder)["state"] == "complete"
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == finished


DAMAGE = [
    ("previews/big.png", 0, "has 0 bytes, expected a PNG of 64 x 64 pixels"),
    ("previews/preview-32.png", -1, "ends too early"),
    ("image.tiff", 1000, "has 1000 bytes, expected "),
    ("image.ome.zarr/1/c/0/1/0", 19, "it has 19 bytes, its index alone takes 20"),
    ("image.tiff.sums", None, "image.tiff lacks its checksums"),
    ("image.ome.zarr/0/c/0/2/2", None, "image.ome.zarr lacks 1 of its 21 shards"),
]


@pytest.mark.parametrize("name,size,said", DAMAGE, ids=lambda v: v if isinstance(v, str) else " ")
def test_what_is_not_whole_is_named_and_made_again(pantile, small_job, name, size, said):
    folder, run = small_job
    path = folder / name
    whole = path.read_bytes()
    assert numbers(pantile, folder)["state"] == "complete"
    if size is None:
        path.unlink()
    else:
        path.write_bytes(whole[:size])
    info = numbers(pantile, folder)
    assert info["state"].startswith("not whole") and "run the same command again" in info["state"]
    [flaw] = info["flaws"]
    assert said in flaw
    assert f"not whole   {flaw}\n" in pantile("info", folder).stdout
    run()
    assert path.read_bytes() == whole
    assert numbers(pantile, folder)["state"] == "complete"


def test_info_of_a_store_by_itself_sees_a_cut_shard(pantile, small_job):
    folder, _ = small_job
    store, shard = folder / "image.ome.zarr", folder / "image.ome.zarr/0/c/0/0/0"
    assert numbers(pantile, store)["flaws"] == []
    shard.write_bytes(shard.read_bytes()[:10])
    [flaw] = numbers(pantile, store)["flaws"]
    assert flaw == "image.ome.zarr/0/c/0/0/0: it has 10 bytes, its index alone takes 20"


def test_the_summary_lists_what_an_earlier_run_made(small_job, pantile):
    folder, run = small_job
    words = ["generate", "--size", "256", "--tile", "64", "--shard", "64", "--formula", "simple",
             "--previews", "16", "--out", folder]
    table = pantile(*words).stdout.split("output", 1)[1]
    rows = {line.split()[0]: line for line in table.splitlines()[1:]}
    for name in ["image.ome.zarr", "image.tiff", "previews/big.png", "previews/preview-32.png"]:
        assert rows[f"{folder}/{name}"].endswith("from an earlier run")
    new = rows[f"{folder}/previews/preview-16.png"]
    assert "768 B" in new and new.rstrip()[-1] == "x", "16 x 16 pixels of 3 bytes, and a ratio"


def test_info_tells_the_dialect_the_codec_and_the_pixel_size(pantile, tmp_path):
    run = tmp_path / "run"
    pantile("generate", "--size", "600", "--formula", "simple", "--name", "ripples", "--store",
            "value-u16", "--range", "-2,3", "--previews", "none", "--out", run)
    values = "0 stands for -2 and below, 65535 for 3 and above"
    for path in [run, run / "image.ome.zarr", run / "image.tiff"]:
        text = pantile("info", path).stdout
        assert values in text
        assert "name        ripples\n" in text
        assert numbers(pantile, path)["value_range"] == [-2, 3]
    assert "OME-BigTIFF, levels in SubIFDs\n" in text and "tiles of 512 px\n" in text
    pages = tmp_path / "pages.tiff"
    pantile("convert", run, pages, "--tiff-dialect", "pages", "--compression", "zstd",
            "--tiff-predictor", "on")
    text = pantile("info", pages).stdout
    assert "format      BigTIFF, levels in pages\n" in text
    assert "codec       zstd, predictor\n" in text


def test_info_of_a_tiff_of_others(pantile, tmp_path):
    tifffile = pytest.importorskip("tifffile")
    path = tmp_path / "scan.ome.tiff"
    image = numpy.zeros((80, 100), "uint8")
    tifffile.imwrite(path, image, ome=True, tile=(32, 48), metadata={
        "axes": "YX", "Name": "liver", "PhysicalSizeX": 0.25, "PhysicalSizeXUnit": "µm",
        "PhysicalSizeY": 500, "PhysicalSizeYUnit": "nm"})
    text = pantile("info", path).stdout
    for part in ["OME-TIFF, one level", "tiles of 48 x 32 px", "none", "0.25 x 0.5 micrometer",
                 "name        liver"]:
        assert part in text
    plain = tmp_path / "plain.tiff"
    tifffile.imwrite(plain, image, rowsperstrip=16, metadata=None)
    text = pantile("info", plain).stdout
    assert "strips of 16 rows" in text and "pixel size" not in text


def test_info_of_a_zarr_that_is_not_sharded(pantile, tmp_path):
    zarr = pytest.importorskip("zarr")
    array = zarr.create_array(tmp_path / "a.zarr", shape=(90, 70), chunks=(32, 32), dtype="u1",
                              compressors=zarr.codecs.ZstdCodec(level=0))
    array[:] = 1
    text = pantile("info", tmp_path / "a.zarr").stdout
    assert "layout      chunks of 32 px\n" in text and "shard" not in text
    assert "codec       zstd at its default level\n" in text, "which is what 0 means"
    assert numbers(pantile, tmp_path / "a.zarr")["shard_px"] is None
