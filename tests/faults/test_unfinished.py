"""`check` of a job that was interrupted: what is there is held against what it must be."""

import itertools
import shutil

import pytest

from job_files import contents, events, expect_equal

JOB = ["generate", "--formula", "complex", "--size", "700x500", "--tile", "64", "--shard", "128",
       "--previews", "200", "--log", "quiet"]


@pytest.fixture(scope="module")
def whole(pantile, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "job"
    pantile(*JOB, "--out", out)
    return out


@pytest.fixture(scope="module")
def half(pantile, tmp_path_factory):
    """A job of which one of two shares was done."""
    out = tmp_path_factory.mktemp("half") / "job"
    pantile(*JOB, "--share", "0/2", "--out", out)
    return out


@pytest.fixture
def job(half, tmp_path):
    shutil.copytree(half, tmp_path / "job")
    return tmp_path / "job"


def check(pantile, path, code, *words):
    """The findings and the report."""
    done = pantile("check", path, "--log", "json", *words, code=code)
    found = events(done)
    report = [e for e in found if e["event"] == "report"][-1]
    return [e for e in found if e["event"] == "finding"], report


def fragments(job):
    """Names below the job's folder, one of level 0 first."""
    found = sorted(p for p in (job / ".pantile/tiff").rglob("*") if p.is_file())
    assert len(found) > 10
    return [str(p.relative_to(job)) for p in found]


def test_what_is_to_come_is_not_wrong(pantile, job):
    before = contents(job)
    for words in ([], ["--fast"], ["--threads", "1"]):
        found, report = check(pantile, job, 5, *words)
        assert not found and report["whole"] and report["state"] == "unfinished"
        assert report["shards_to_come"] > 10 and report["leftovers"] == 0
        there = [n for n in before if not n.endswith("/") and "/locks/" not in n]
        assert report["files"] == len(there)
        assert 0 <= report["decoded_bytes"] < sum(
            3 * -(-700 // 2**n) * -(-500 // 2**n) for n in range(5))
    (job / "image.ome.zarr/.tmp-9-9").write_text("?")
    found, report = check(pantile, job, 5)
    assert not found and report["leftovers"] == 1
    done = pantile("check", job, code=5)
    assert "not finished" in done.stderr and "run the same command again" in done.stderr
    assert "shards to come" in done.stdout and "temporary files" in done.stdout


def flip_everywhere(data):
    """Each part of a fragment: header, table, checksum of the table, tiles."""
    for at in (0, 9, 25, 30, 34, 45, 48, 60, 63, len(data) // 2, len(data) - 1):
        changed = bytearray(data)
        changed[at] ^= 1 << at % 8
        yield changed


def test_a_damaged_fragment_is_found_mended_and_never_put_into_a_tiff(pantile, whole, job,
                                                                      tmp_path):
    name = fragments(job)[3]
    data = (job / name).read_bytes()
    cuts = [b"", data[:20], data[:60], data[:-1], data + b"?", bytes(len(data))]
    for number, changed in enumerate(itertools.chain(flip_everywhere(data), cuts)):
        (job / name).write_bytes(changed)
        found, report = check(pantile, job, 3)
        assert {f["file"] for f in found} == {name}, (number, found)
        assert "repair" in report["advice"]
        copy = tmp_path / f"copy-{number}"
        shutil.copytree(job, copy)
        if number % 2:
            pantile("repair", copy)
        else:
            # What the table tells is made anew at once; a damaged tile is met later, and said once.
            in_tiles = number in (9, 10)
            pantile(*JOB, "--out", copy, code=3 if in_tiles else 0)
            pantile(*JOB, "--out", copy)
        expect_equal(copy, whole)
        shutil.rmtree(copy)


def test_a_damaged_tile_stops_a_resume_by_name_once(pantile, whole, job):
    name = fragments(job)[3]
    data = bytearray((job / name).read_bytes())
    data[-1] ^= 1
    (job / name).write_bytes(data)
    said = pantile(*JOB, "--out", job, code=3).stderr
    assert name in said and f"pantile repair {job}" in said and said.count("\n") == 1
    assert not (job / "image.tiff").exists()
    pantile(*JOB, "--out", job)
    expect_equal(job, whole)


def test_fragments_of_elsewhere_are_found(pantile, whole, job, tmp_path):
    first, second = fragments(job)[:2]
    data = (job / first).read_bytes()
    (job / first).write_bytes((job / second).read_bytes())
    assert {f["file"] for f in check(pantile, job, 3)[0]} == {first}
    # Of another picture, right in itself: only the pixels tell.
    other = tmp_path / "other"
    pantile(*JOB, "--formula", "simple", "--share", "0/2", "--out", other)
    shutil.copy(other / first, job / first)
    found, _ = check(pantile, job, 3)
    assert {(f["file"], f["kind"]) for f in found} == {(first, "wrong_pixels")}
    assert not check(pantile, job, 5, "--fast")[0]
    pantile("repair", job)
    expect_equal(job, whole)
    assert len(data) > 100


def test_foreign_names_among_the_parts_are_found(pantile, whole, job):
    plan = fragments(job)[0].split("/")[2]
    strange = {".pantile/notes", ".pantile/tiff/notes", f".pantile/tiff/{plan}/0/00/0",
               f".pantile/tiff/{plan}/0/0/99", f".pantile/tiff/{plan}/9/0/0"}
    for name in strange:
        (job / name).parent.mkdir(parents=True, exist_ok=True)
        (job / name).write_text("?")
    found, _ = check(pantile, job, 3)
    assert {(f["file"], f["kind"]) for f in found} == {(name, "foreign") for name in strange}


def test_fragments_of_other_options_are_what_the_next_run_throws_away(pantile, job, whole):
    """Two forms of a TIFF were begun; the record is of the second."""
    pantile(*JOB, "--tiff-compression", "zstd", "--share", "1/2", "--out", job)
    names = fragments(job)
    assert len({name.split("/")[2] for name in names}) == 2
    found, _ = check(pantile, job, 5)
    assert not found
    pantile(*JOB, "--tiff-compression", "zstd", "--out", job)
    assert not check(pantile, job, 0)[0]


def test_shards_of_an_unfinished_job_are_checked(pantile, whole, job):
    shard = next((job / "image.ome.zarr/0/c").rglob("0/*/*"))
    data = bytearray(shard.read_bytes())
    data[5] ^= 32
    shard.write_bytes(data)
    found, _ = check(pantile, job, 3)
    assert [f["kind"] for f in found] == ["checksum"]
    pantile("repair", job)
    expect_equal(job, whole)


def test_a_finished_store_of_an_unfinished_job_lacks_nothing(pantile, whole, job):
    """The store's group is written last: where it is, a shard that is not there was lost."""
    shutil.rmtree(job)
    shutil.copytree(whole, job)
    (job / ".pantile").mkdir()
    assert not check(pantile, job, 5)[0]
    (job / "image.ome.zarr/0/c/0/1/1").unlink()
    found, report = check(pantile, job, 3)
    assert [f["kind"] for f in found] == ["missing"] and report["state"] == "unfinished"
    pantile("repair", job)
    expect_equal(job, whole)


def test_a_run_that_died_before_it_recorded_anything_is_unfinished(pantile, tmp_path):
    (tmp_path / ".tmp-77-0").write_text("{")
    found, report = check(pantile, tmp_path, 5)
    assert not found and report["leftovers"] == 1 and report["files"] == 0


@pytest.mark.parametrize("size", [0.1, 0.5, 0.999])
def test_a_shard_cut_short_is_not_taken_for_done(pantile, job, whole, size):
    """Its index is at its end: a resume reads it, and makes the shard anew."""
    for shard in sorted((job / "image.ome.zarr").rglob("c/0/*/*"))[:3]:
        data = shard.read_bytes()
        shard.write_bytes(data[:int(size * len(data))])
    pantile(*JOB, "--out", job)
    expect_equal(job, whole)
