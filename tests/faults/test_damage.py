"""Damaged input is named and ends with 3: no crash, no file that looks whole, no leftovers."""

import pathlib
import random
import shutil

import pytest
import tifffile

JOB = ["generate", "--formula", "complex", "--size", "601x427", "--tile", "64", "--shard", "256",
       "--previews", "none", "--log", "quiet"]
STORE, TIFF = "image.ome.zarr", "image.tiff"
# Formats that are decoded, that the encoded bytes are copied to, and that take all rows at once.
TARGETS = [("out.tiff", []), ("copied.tiff", ["--compression", "zstd"]), ("out.ome.zarr", []),
           ("out.png", [])]


@pytest.fixture(scope="module")
def whole(pantile, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "job"
    pantile(*JOB, "--out", out)
    return out


@pytest.fixture
def job(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "job")
    return tmp_path / "job"


def flip(path: pathlib.Path, at: int, bit: int = 3):
    data = bytearray(path.read_bytes())
    data[at] ^= 1 << bit
    path.write_bytes(data)


def cut(path: pathlib.Path, size: int):
    path.write_bytes(path.read_bytes()[:size])


def shard_data(job):
    """In the middle of the first shard's chunks."""
    path = job / STORE / "0/c/0/0/0"
    flip(path, path.stat().st_size // 3)
    return "0/c/0/0/0"


def shard_data_at_its_end(job):
    path = job / STORE / "0/c/0/1/1"
    flip(path, path.stat().st_size - (16 * 16 + 4) - 1)
    return "0/c/0/1/1"


def shard_index(job):
    path = job / STORE / "0/c/0/0/1"
    flip(path, path.stat().st_size - 100)
    return "0/c/0/0/1"


def shard_cut_short(job):
    path = job / STORE / "0/c/0/1/0"
    cut(path, path.stat().st_size - 1)
    return "0/c/0/1/0"


def shard_lost(job):
    (job / STORE / "0/c/0/0/2").unlink()
    return "shard 2,0 of level 0"


def level_metadata(job):
    cut(job / STORE / "0/zarr.json", 200)
    return "0/zarr.json"


def image_metadata(job):
    cut(job / STORE / "zarr.json", 300)
    return f"{STORE}/zarr.json"


STORE_DAMAGE = [shard_data, shard_data_at_its_end, shard_index, shard_cut_short, shard_lost,
                level_metadata, image_metadata]


def tiff_tile(job):
    with tifffile.TiffFile(job / TIFF) as tif:
        at = tif.pages[0].dataoffsets[13] + tif.pages[0].databytecounts[13] // 2
    flip(job / TIFF, at)
    return "tile 13 (column 3, row 1)"


def tiff_offsets(job):
    with tifffile.TiffFile(job / TIFF) as tif:
        flip(job / TIFF, tif.pages[0].tags["TileOffsets"].valueoffset + 8 * 5 + 1)
    return TIFF


def tiff_counts(job):
    with tifffile.TiffFile(job / TIFF) as tif:
        flip(job / TIFF, tif.pages[0].tags["TileByteCounts"].valueoffset + 8 * 5)
    return TIFF


def tiff_header(job):
    flip(job / TIFF, 0)
    return TIFF


def tiff_size(job):
    with tifffile.TiffFile(job / TIFF) as tif:
        flip(job / TIFF, tif.pages[0].tags["ImageWidth"].valueoffset)
    return TIFF


def tiff_cut_short(job):
    cut(job / TIFF, (job / TIFF).stat().st_size - 10)
    return TIFF


def tiff_cut_to_nothing(job):
    cut(job / TIFF, 0)
    return TIFF


def tiff_sums(job):
    flip(job / f"{TIFF}.sums", 200)
    return f"{TIFF}.sums"


TIFF_DAMAGE = [tiff_tile, tiff_offsets, tiff_counts, tiff_header, tiff_size, tiff_cut_short,
               tiff_cut_to_nothing, tiff_sums]
DAMAGE = [(STORE, d) for d in STORE_DAMAGE] + [(TIFF, d) for d in TIFF_DAMAGE]


def expect_refusal(pantile, words, target, named):
    done = pantile(*words, "--log", "quiet", code=3)
    assert named in done.stderr, done.stderr
    assert done.stderr.startswith("pantile: ") and done.stderr.count("\n") == 1
    assert not target.exists()
    parts = target.with_name(target.name + ".parts")
    if parts.exists():
        assert f"waits in {parts}" in done.stderr and f"remove {parts}" in done.stderr
    assert not list(target.parent.rglob(".tmp-*"))
    return parts


@pytest.mark.parametrize("name,damage", DAMAGE, ids=lambda v: getattr(v, "__name__", "of"))
def test_damage_is_named_and_nothing_looks_whole(pantile, whole, job, tmp_path, name, damage):
    named = damage(job)
    for target, options in TARGETS:
        out = tmp_path / "made" / target
        out.parent.mkdir(exist_ok=True)
        words = ["convert", job / name, out, *options]
        parts = expect_refusal(pantile, words, out, named)
        if not parts.exists():
            continue
        # Mended, it goes on with what was done, to the bytes of a run that met no damage.
        kept = tmp_path / "damaged"
        job.rename(kept)
        shutil.copytree(whole, job)
        if damage in {shard_lost, shard_index, shard_cut_short}:
            # A store of other shards, by their sizes and indices, is taken for another one.
            assert "--restart" in pantile(*words, code=2).stderr
            words.append("--restart")
        pantile(*words)
        words[2] = tmp_path / "made" / f"again-{target}"
        pantile(*words)
        if target.endswith("tiff"):
            assert out.read_bytes() == words[2].read_bytes()
        assert not parts.exists()
        shutil.rmtree(job)
        kept.rename(job)
    out = tmp_path / "made" / "preview.png"
    expect_refusal(pantile, ["preview", job / name, "--width", "601", "--out", out], out, named)


def test_any_flipped_bit_of_the_metadata_is_refused_or_changes_no_pixel(pantile, job, tmp_path):
    picture, target = tmp_path / "whole.png", tmp_path / "out.png"
    pantile("convert", job / STORE, picture)
    moments = random.Random(6)
    codes = []
    for name in ("zarr.json", "0/zarr.json", "2/zarr.json"):
        path = job / STORE / name
        good = path.read_bytes()
        for _ in range(25):
            flip(path, moments.randrange(len(good)), moments.randrange(8))
            done = pantile("convert", job / STORE, target, code=None)
            codes.append(done.returncode)
            assert done.returncode in (0, 2, 3), done.stderr
            if done.returncode == 0:
                assert target.read_bytes() == picture.read_bytes()
                target.unlink()
            assert not target.exists()
            path.write_bytes(good)
    assert codes.count(3) > len(codes) // 2
