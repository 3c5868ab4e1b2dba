"""`check` finds whatever is wrong in a job's folder, and `repair` brings back the same bytes."""

import fcntl
import json
import os
import random
import shutil
import subprocess

import google_crc32c
import numpy as np
import pytest
from numcodecs import zstd

import shim
from job_files import contents, events, expect_equal

JOB = ["generate", "--formula", "complex", "--size", "700x500", "--tile", "64", "--shard", "128",
       "--previews", "200", "--log", "quiet"]


@pytest.fixture(scope="module")
def whole(pantile, tmp_path_factory):
    out = tmp_path_factory.mktemp("check") / "job"
    pantile(*JOB, "--out", out)
    return out


@pytest.fixture
def job(whole, tmp_path):
    """A copy that may be damaged."""
    out = tmp_path / "job"
    shutil.copytree(whole, out)
    return out


def report_of(done):
    found = [e for e in events(done) if e["event"] == "report"]
    assert found, done.stdout + done.stderr
    return found[-1]


def findings(pantile, path, *words, code=3):
    done = pantile("check", path, "--log", "json", *words, code=code)
    assert report_of(done)["findings"] == sum(e["event"] == "finding" for e in events(done))
    return [e for e in events(done) if e["event"] == "finding"]


def flip(path, byte, bit):
    content = bytearray(path.read_bytes())
    content[byte] ^= 1 << bit
    path.write_bytes(content)


def files_of(folder):
    return sorted(p for p in folder.rglob("*") if p.is_file())


def may_name(file):
    """Files that a finding about `file` may name: a TIFF and its checksums are judged together."""
    return {file, "image.tiff", "image.tiff.sums"} if file.startswith("image.tiff") else {file}


def test_a_whole_job_is_whole_and_left_alone(pantile, whole):
    before = {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in whole.rglob("*")}
    for words in ([], ["--fast"], ["--threads", "1"], ["--threads", "7"]):
        done = pantile("check", whole, "--log", "json", *words)
        report = report_of(done)
        assert report["whole"] and report["state"] == "complete"
        assert report["files"] == len(files_of(whole))
        raw = sum(3 * -(-700 // 2**n) * -(-500 // 2**n) for n in range(5))
        assert report["decoded_bytes"] == (0 if "--fast" in words else raw)
    assert before == {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in whole.rglob("*")}
    pantile("repair", whole)
    assert before == {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in whole.rglob("*")}


@pytest.mark.parametrize("words", [
    ["--tiff-dialect", "pages", "--tiff-compression", "zstd"],
    ["--tiff-compression", "jpeg"],
    ["--tiff-compression", "lzw", "--tiff-predictor", "on"],
    ["--tiff-compression", "none", "--previews", "100,thumb:50x70"],
    ["--store", "value-f32", "--formula", "x/(x-y)", "--tiff-level", "6"],
    ["--store", "value-u16", "--zstd-level", "5", "--samples", "2", "--center", "0.25,-1"],
    ["--tiff", "off", "--previews", "none"],
    ["--size", "60", "--previews", "70"],
    ["--size", "1x900", "--name", "a name, with: things \u00e9"],
], ids=" ".join)
def test_every_kind_of_job_is_whole_with_and_without_its_record(pantile, tmp_path, words):
    out = tmp_path / "job"
    pantile(*JOB, *words, "--out", out)
    pantile("check", out)
    pantile("check", out / "image.ome.zarr")
    if "off" not in words:
        pantile("check", out / "image.tiff")


def test_flipped_bits_everywhere_are_found_and_mended(pantile, whole, job, full):
    """Every small file is hit somewhere, large ones in proportion; several at a time for speed."""
    rng = random.Random(4)
    files = [p.relative_to(whole) for p in files_of(whole)]
    sizes = [(whole / f).stat().st_size for f in files]
    hits = [(f, rng.randrange((whole / f).stat().st_size * 8)) for f in files for _ in range(2)]
    more = rng.choices(files, sizes, k=2000 if full else 60)
    hits += [(f, rng.randrange((whole / f).stat().st_size * 8)) for f in more]
    rng.shuffle(hits)
    for i in range(0, len(hits), 4):
        # Each alone must be found, by its name.
        for file, position in hits[i:i + 4]:
            flip(job / file, position // 8, position % 8)
            named = {f["file"] for f in findings(pantile, job)}
            assert named & may_name(str(file)), (file, position, named)
            assert named <= may_name(str(file)), (file, position, named)
            flip(job / file, position // 8, position % 8)
        # All together must be mended.
        for file, position in {str(f): (f, p) for f, p in hits[i:i + 4]}.values():
            flip(job / file, position // 8, position % 8)
        pantile("repair", job)
        expect_equal(job, whole)


def test_every_bit_of_the_metadata_counts(pantile, whole, job, full):
    """In order, a prime number of bits apart, in every file that is text."""
    step = 7 if full else 499
    for name in ("job.json", "image.ome.zarr/zarr.json", "image.ome.zarr/3/zarr.json"):
        for position in range(0, (whole / name).stat().st_size * 8, step):
            flip(job / name, position // 8, position % 8)
            assert {f["file"] for f in findings(pantile, job, "--fast")} == {name}, position
            flip(job / name, position // 8, position % 8)
    flip(job / "job.json", 700, 0)
    flip(job / "image.ome.zarr/zarr.json", 300, 5)
    pantile("repair", job)
    expect_equal(job, whole)


def test_removed_files_are_missed_and_made_again(pantile, whole, job):
    for path in files_of(whole):
        name = str(path.relative_to(whole))
        (job / name).unlink()
        found = findings(pantile, job)
        assert name in {f["file"] for f in found}
        assert {f["file"] for f in found} <= may_name(name)
        assert all(f["kind"] == "missing" for f in found)
        if name == "job.json":
            said = pantile("repair", job, code=3).stderr
            assert "job.json" in said and "generate" in said
            shutil.copy(path, job / name)
            continue
        pantile("repair", job)
        expect_equal(job, whole)


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.999])
def test_truncated_files_are_found_and_mended(pantile, whole, job, keep):
    for path in files_of(whole):
        name = str(path.relative_to(whole))
        os.truncate(job / name, int(path.stat().st_size * keep))
        assert {f["file"] for f in findings(pantile, job)} & may_name(name)
        if name == "job.json":
            assert "generate" in pantile("repair", job, code=3).stderr
            shutil.copy(path, job / name)
            continue
        pantile("repair", job)
        expect_equal(job, whole)


def test_bytes_that_belong_to_nobody_are_found(pantile, whole, job):
    for path in files_of(whole):
        name = str(path.relative_to(whole))
        with open(job / name, "ab") as file:
            file.write(b"\0")
        assert {f["file"] for f in findings(pantile, job)} & may_name(name)
        if name == "job.json":
            shutil.copy(path, job / name)
        pantile("repair", job)
        expect_equal(job, whole)


def test_a_finding_says_where(pantile, job):
    flip(job / "image.ome.zarr/0/c/0/1/2", 10, 0)
    found = findings(pantile, job)
    assert [f["kind"] for f in found] == ["checksum"]
    assert found[0]["level"] == 0 and found[0]["shard"] == [2, 1]
    assert found[0]["chunk"] == [4, 2] and found[0]["rect"] == [256, 128, 64, 64]
    text = pantile("check", job, code=3)
    line = text.stdout.splitlines()[0]
    assert "image.ome.zarr/0/c/0/1/2" in line and "chunk 4,2" in line and "256,128 64x64" in line
    assert "repair" in text.stderr and text.stderr.splitlines()[-1].startswith("pantile: ")


def test_a_sound_shard_of_another_place_is_told_from_its_victims(pantile, whole, job):
    """Its checksums are right: only the levels above tell, and only the formula which is wrong."""
    shutil.copy(whole / "image.ome.zarr/0/c/0/2/2", job / "image.ome.zarr/0/c/0/1/1")
    found = findings(pantile, job)
    assert {f["kind"] for f in found} == {"wrong_pixels"}
    # The TIFF's tiles contradict the store too; the store's levels do so at level 1 alone.
    in_store = [f for f in found if f["file"] != "image.tiff"]
    assert {(f["file"], f["level"]) for f in in_store} == {("image.ome.zarr/1/c/0/0/0", 1)}
    parent = (job / "image.ome.zarr/1/c/0/0/0").stat().st_ino
    pantile("repair", job)
    expect_equal(job, whole)
    assert (job / "image.ome.zarr/1/c/0/0/0").stat().st_ino == parent, "what was right was made anew"


@pytest.mark.parametrize("file", ["image.ome.zarr/0/c/0/1/2", "image.ome.zarr/1/zarr.json",
                                  "image.ome.zarr/2/c/0/0/0"])
def test_what_cannot_be_read_is_a_finding_among_others(program, job, file):
    """A bad sector: everything else is still looked at."""
    (job / "image.ome.zarr/0/c/0/3/3").unlink()
    done = shim.run(program, ["check", job, "--log", "json"], job, unreadable="/" + file)
    assert done.returncode == 3, done.stderr
    found = {f["file"]: f["kind"] for f in events(done) if f["event"] == "finding"}
    assert found[file] == "unreadable"
    assert found["image.ome.zarr/0/c/0/3/3"] == "missing"


def test_a_pipe_in_a_files_place_does_not_hang(pantile, whole, job):
    name = "image.ome.zarr/0/zarr.json"
    (job / name).unlink()
    os.mkfifo(job / name)
    assert name in {f["file"] for f in findings(pantile, job)}
    pantile("info", job, code=None)
    pantile("repair", job)
    expect_equal(job, whole)


@pytest.mark.parametrize("name", ["image.ome.zarr/0/c/0/1/1", "image.tiff"])
def test_a_folder_in_a_files_place_is_left_to_the_user(pantile, whole, job, name):
    (job / name).unlink()
    (job / name).mkdir()
    before = contents(job)
    assert name in {f["file"] for f in findings(pantile, job)}
    done = pantile("repair", job, code=2)
    assert "is a folder" in done.stderr and name in done.stderr
    assert contents(job) == before
    (job / name).rmdir()
    pantile("repair", job)
    expect_equal(job, whole)


def set_pixel(job, at):
    """Flips the last bit of the red at a pixel of level 0, and makes all checksums fit again."""
    (cx, px), (cy, py) = divmod(at[0], 64), divmod(at[1], 64)
    path = job / f"image.ome.zarr/0/c/0/{cy // 2}/{cx // 2}"
    shard = path.read_bytes()
    index = np.frombuffer(shard[-68:-4], "<u8").reshape(4, 2).astype(int)
    chunks = [bytearray(shard[start:start + size]) for start, size in index]
    number = 2 * (cy % 2) + cx % 2
    pixels = bytearray(zstd.decompress(bytes(chunks[number][:-4])))
    pixels[3 * (64 * py + px)] ^= 1
    content = zstd.compress(bytes(pixels), 1)
    chunks[number] = content + google_crc32c.value(content).to_bytes(4, "little")
    sizes = [len(c) for c in chunks]
    places = [(sum(sizes[:k]), sizes[k]) for k in range(4)]
    table = np.array(places, "<u8").tobytes()
    path.write_bytes(b"".join(chunks) + table + google_crc32c.value(table).to_bytes(4, "little"))


def test_a_wrong_pixel_that_no_level_shows_is_told_from_the_tiff(pantile, whole, tmp_path):
    """The last bit of one sample: where the mean of four stays, only TIFF and previews tell."""
    rng = random.Random(9)
    settled_by_tiff = 0
    for i in range(12):
        job = tmp_path / f"job{i}"
        shutil.copytree(whole, job)
        at = rng.randrange(700), rng.randrange(500)
        set_pixel(job, at)
        found = findings(pantile, job)
        assert found, at
        settled_by_tiff += all(f["file"] == "image.tiff" for f in found)
        tiff = (job / "image.tiff").stat().st_ino
        pantile("repair", job)
        expect_equal(job, whole)
        assert (job / "image.tiff").stat().st_ino == tiff, "a right TIFF was made anew"
    assert settled_by_tiff > 0, "no change was hidden from the levels"


def test_without_a_tiff_a_preview_tells(pantile, tmp_path):
    """A preview of the picture's own size shows every pixel."""
    words = [*JOB, "--tiff", "off", "--size", "300x200", "--previews", "300"]
    whole, job = tmp_path / "whole", tmp_path / "job"
    pantile(*words, "--out", whole)
    shutil.copytree(whole, job)
    set_pixel(job, (17, 33))
    findings(pantile, job)
    pantile("repair", job)
    expect_equal(job, whole)


def test_a_wrong_level_does_not_accuse_the_levels_around_it(pantile, whole, job, tmp_path):
    other = tmp_path / "other"
    pantile(*JOB, "--formula", "simple", "--tiff", "off", "--previews", "none", "--out", other)
    for level in (1, 2, 3):
        name = f"image.ome.zarr/{level}/c/0/0/0"
        shutil.copy(other / name, job / name)
        found = [f for f in findings(pantile, job) if f["file"] != "image.tiff"]
        assert {f["file"] for f in found} == {name}
        assert {f["kind"] for f in found} == {"wrong_pixels"}
        pantile("repair", job)
        expect_equal(job, whole)


def test_a_shard_that_is_wrong_up_to_the_top_is_followed_down_to_its_cause(pantile, whole, job,
                                                                          tmp_path):
    """Level 0 and all that follows from it are of another picture, checksums and all."""
    other = tmp_path / "other"
    pantile(*JOB, "--formula", "simple", "--tiff", "off", "--previews", "none", "--out", other)
    for name in ("0/c/0/0/0", "1/c/0/0/0", "2/c/0/0/0", "3/c/0/0/0", "4/c/0/0/0"):
        shutil.copy(other / "image.ome.zarr" / name, job / "image.ome.zarr" / name)
    findings(pantile, job)
    pantile("repair", job)
    expect_equal(job, whole)


def test_foreign_files_are_named_and_left_alone(pantile, whole, job):
    strange = {"notes.txt", "image.ome.zarr/0/c/0/9/9", "image.ome.zarr/0/c/0/00/0",
               "image.ome.zarr/.zattrs", "image.ome.zarr/9"}
    for name in strange - {"image.ome.zarr/9"}:
        (job / name).parent.mkdir(exist_ok=True)
        (job / name).write_text("?")
    (job / "image.ome.zarr/9").mkdir()
    (job / "image.ome.zarr/9/x").write_text("?")
    found = findings(pantile, job)
    assert {f["kind"] for f in found} == {"foreign"}
    folders = {"image.ome.zarr/0/c/0/9", "image.ome.zarr/0/c/0/00"}
    assert {f["file"] for f in found} == (strange | folders) - {"image.ome.zarr/0/c/0/9/9",
                                                               "image.ome.zarr/0/c/0/00/0"}
    (job / "image.ome.zarr/0/c/0/1/2").unlink()
    said = pantile("repair", job, code=3).stderr
    assert "foreign" in said
    for name in strange:
        assert (job / name).exists()
    assert (job / "image.ome.zarr/0/c/0/1/2").read_bytes() == \
        (whole / "image.ome.zarr/0/c/0/1/2").read_bytes()


def test_leftovers_of_a_finished_job_are_found_and_removed(pantile, whole, job):
    (job / ".tmp-1-2").write_text("?")
    (job / "image.ome.zarr/0/.tmp-77-0").write_text("?")
    found = findings(pantile, job)
    assert {(f["kind"], f["file"]) for f in found} == {
        ("leftover", ".tmp-1-2"), ("leftover", "image.ome.zarr/0/.tmp-77-0")}
    pantile("repair", job)
    expect_equal(job, whole)


def test_a_job_that_is_being_written_is_said_to_be(pantile, job):
    (job / "image.ome.zarr/0/c/0/0/0").unlink()
    handle = os.open(job, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        done = pantile("check", job, "--log", "json", code=5)
        assert report_of(done)["state"] == "being_written"
        assert any(e["event"] == "warning" and "being written" in e["text"] for e in events(done))
        assert "another pantile process" in pantile("repair", job, code=2).stderr
    finally:
        os.close(handle)


def test_repair_refuses_a_store_of_another_picture(pantile, whole, job, tmp_path):
    for words in (["--formula", "simple"], ["--samples", "3"], ["--center", "0.5,0"]):
        other = tmp_path / "-".join(words).replace(",", "")
        pantile(*JOB, *words, "--out", other)
        shutil.copy(other / "job.json", job / "job.json")
        before = contents(job)
        assert "not the record of" in pantile("repair", job, code=2).stderr
        assert contents(job) == before


def test_repair_remembers_outputs_of_earlier_runs(pantile, tmp_path):
    out = tmp_path / "job"
    pantile(*JOB, "--previews", "200,old:90x90", "--out", out)
    pantile(*JOB, "--previews", "none", "--tiff", "off", "--out", out)
    reference = tmp_path / "reference"
    shutil.copytree(out, reference)
    flip(out / "image.tiff", 3000, 1)
    flip(out / "previews/old.png", 300, 1)
    (out / "previews/preview-200.png").unlink()
    pantile("repair", out)
    expect_equal(out, reference)


def test_only_jobs_are_repaired(pantile, whole, tmp_path):
    for path in (whole / "image.ome.zarr", whole / "image.tiff"):
        assert "job's folder" in pantile("repair", path, code=2).stderr
    for command in ("check", "repair"):
        assert "no such" in pantile(command, tmp_path / "nothing", code=2).stderr
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "expected" in pantile("check", empty, code=2).stderr


def test_what_is_said_to_help_does(pantile, whole, job, tmp_path):
    """Each kind of thing that can be checked is told what works for it."""
    shard = "0/c/0/1/2"
    flip(job / "image.ome.zarr" / shard, 50, 3)
    for path in (job, job / "image.ome.zarr"):
        said = pantile("check", path, code=3).stderr
        assert said.rstrip().endswith(f"run `pantile repair {job}`"), said
    # Without a record there is nothing to repair from, and another way is said.
    kept = (job / "job.json").read_bytes()
    (job / "job.json").unlink()
    said = pantile("check", job, code=3).stderr
    assert "copy of job.json" in said and "new folder" in said
    assert "new folder" in pantile("repair", job, code=3).stderr
    fresh = tmp_path / "fresh"
    pantile(*JOB, "--share", "0/2", "--out", fresh)
    assert (fresh / "job.json").read_bytes() != kept  # its previews are to come
    shutil.copy(fresh / "job.json", job / "job.json")
    pantile("repair", job)
    expect_equal(job, whole)
    # What convert made has no job.
    made = tmp_path / "made.ome.zarr"
    words = ["convert", job, made, "--region", "0,0,300,300", "--log", "quiet"]
    pantile(*words)
    flip(made / "0/c/0/0/0", 50, 3)
    said = pantile("check", made, code=3).stderr
    assert "convert" in said and "--restart" in said and "repair" not in said
    assert "--restart" in pantile("repair", made, code=2).stderr
    pantile(*words, "--restart")
    pantile("check", made)


def test_readers_of_a_damaged_job_say_what_helps(pantile, job, tmp_path):
    flip(job / "image.ome.zarr/0/c/0/1/2", 50, 3)
    for source in (job, job / "image.ome.zarr"):
        for words in (["convert", source, tmp_path / "a.png"],
                      ["convert", source, tmp_path / "a.tiff"],
                      ["preview", source, "--width", "700", "--out", tmp_path / "b.png"]):
            said = pantile(*words, "--log", "quiet", code=3).stderr
            assert f"pantile repair {job}" in said and said.count("\n") == 1, said
    lone = tmp_path / "lone.ome.zarr"
    shutil.copytree(job / "image.ome.zarr", lone)
    assert "repair" not in pantile("convert", lone, tmp_path / "c.png", code=3).stderr


def test_a_store_and_a_tiff_alone_are_checked_by_what_they_say(pantile, whole, tmp_path):
    store = tmp_path / "alone.ome.zarr"
    shutil.copytree(whole / "image.ome.zarr", store)
    pantile("check", store)
    flip(store / "1/c/0/1/1", 77, 3)
    (store / "2/c/0/0/0").unlink()
    assert {f["file"] for f in findings(pantile, store)} == {"1/c/0/1/1", "2/c/0/0/0"}
    tiff = tmp_path / "alone.tiff"
    shutil.copy(whole / "image.tiff", tiff)
    assert ".sums" in pantile("check", tiff, code=2).stderr
    shutil.copy(whole / "image.tiff.sums", tmp_path / "alone.tiff.sums")
    pantile("check", tiff)
    flip(tiff, tiff.stat().st_size - 5, 0)
    assert [f["kind"] for f in findings(pantile, tiff)] == ["checksum"]


def test_damaged_at_random_it_never_crashes(pantile, whole, job):
    """Several bytes at a time, in files of every kind, with right and wrong checksums."""
    rng = random.Random(11)
    files = [p.relative_to(whole) for p in files_of(whole)]
    for _ in range(60):
        damaged = rng.sample(files, 3)
        for file in damaged:
            content = bytearray((whole / file).read_bytes())
            for _ in range(rng.randint(1, 20)):
                content[rng.randrange(len(content))] = rng.randrange(256)
            begin = rng.randrange(len(content))
            if rng.random() < 0.3:
                del content[begin:begin + rng.randint(1, 200)]
            (job / file).write_bytes(content)
        for path in (job, job / "image.ome.zarr", job / "image.tiff"):
            done = pantile("check", path, "--log", "json", code=None)
            assert done.returncode in (0, 2, 3), (done.returncode, damaged, done.stderr)
        for file in damaged:
            shutil.copy(whole / file, job / file)
