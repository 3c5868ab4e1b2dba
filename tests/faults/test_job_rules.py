"""Whose folder it is, what may change between runs, and what is refused before it is begun."""

import resource
import shutil
import signal
import subprocess
import time

import pytest

from job_files import contents, events, expect_equal, expect_sound, summary

COMMON = ["generate", "--tile", "64", "--shard", "256", "--log", "json"]
PICTURE = [*COMMON, "--size", "700x500"]
SMALL = [*PICTURE, "--previews", "200"]
STORE_ONLY = [*COMMON, "--tiff", "off", "--previews", "none"]
# Long enough that a second process meets it.
LONG = ["generate", "--formula", "complex", "--size", "6000", "--tile", "128", "--shard", "512",
        "--samples", "4", "--previews", "none", "--tiff", "off", "--log", "quiet"]


def error_of(done) -> str:
    last = events(done)[-1]
    assert last["event"] == "error", last
    return last["message"]


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_one_writer_at_a_time_and_a_dead_one_lets_go(pantile, program, tmp_path):
    out = tmp_path / "job"
    first = subprocess.Popen([program, *LONG, "--out", str(out)], stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: any(out.rglob("c/0/*/*")))
        for words in ([], ["--restart"], ["--share", "0/2"]):
            second = pantile(*LONG, "--out", out, *words, code=2)
            assert "another pantile process" in second.stderr
            assert second.stderr.count("\n") == 1
        assert first.poll() is None, "it ended too soon for this test"
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    shards = len(list(out.rglob("c/0/*/*")))
    assert shards > 0
    # The lock died with its holder: the next one gets in, and is stopped politely.
    third = subprocess.Popen([program, *LONG, "--out", str(out)], stderr=subprocess.PIPE, text=True)
    wait_until(lambda: len(list(out.rglob("c/0/*/*"))) > shards)
    third.send_signal(signal.SIGINT)
    assert "another pantile process" not in third.communicate(timeout=120)[1]
    assert third.returncode == 5


@pytest.fixture(scope="module")
def done_job(pantile, tmp_path_factory):
    out = tmp_path_factory.mktemp("rules") / "job"
    pantile(*SMALL, "--out", out)
    return out


CHANGES = [
    (["--scale", "0.001"], ["scale"]),
    (["--center", "1,0"], ["center"]),
    (["--range", "-2,2"], ["range"]),
    (["--precision", "f32", "--samples", "3"], ["precision", "samples"]),
    (["--colormap", "viridis"], ["colormap"]),
    (["--samples", "2"], ["samples"]),
    (["--sampling", "corner"], ["sampling"]),
    (["--precision", "f32"], ["precision"]),
    (["--store", "value-f32"], ["store"]),
    (["--width", "701"], ["width"]),
    (["--zstd-level", "3"], ["zstd-level"]),
    (["--nan-color", "#010203"], ["nan-color"]),
    (["--scale", "0.001", "--samples", "3"], ["scale", "samples"]),
]


@pytest.mark.parametrize("words,keys", CHANGES, ids=lambda v: " ".join(v))
def test_changed_pixels_are_refused_by_name(pantile, done_job, words, keys):
    before = contents(done_job)
    message = error_of(pantile(*SMALL, *words, "--out", done_job, code=2))
    for key in keys:
        assert f" {key} is " in message, message
    assert "--restart" in message and "--out" in message
    assert contents(done_job) == before


@pytest.mark.parametrize("key", ["tile", "shard"])
def test_another_layout_is_refused_by_name(pantile, done_job, key):
    words = list(SMALL)
    words[words.index(f"--{key}") + 1] = "128"
    assert f"{key} is " in error_of(pantile(*words, "--out", done_job, code=2))


def test_a_value_store_keeps_its_colours_too(pantile, tmp_path):
    words = ["generate", "--formula", "x*y", "--store", "value-f32", "--size", "100",
             "--log", "json", "--out", tmp_path / "job"]
    pantile(*words, "--range", "-1,1")
    message = error_of(pantile(*words, "--range", "-2,2", "--colormap", "magma", code=2))
    assert "range is -1,1 there and -2,2 here" in message
    assert "colormap is blue-black-red there and magma here" in message


def test_restart_starts_over(pantile, done_job, tmp_path):
    out, fresh = tmp_path / "job", tmp_path / "fresh"
    shutil.copytree(done_job, out)
    other = [*SMALL, "--scale", "0.003"]
    assert summary(pantile(*other, "--restart", "--out", out))["pixels_done"] == 700 * 500
    pantile(*other, "--out", fresh)
    expect_equal(out, fresh)


def test_a_complete_job_is_left_as_it_is(pantile, done_job):
    before = {path: path.stat().st_mtime_ns for path in done_job.rglob("*") if path.is_file()}
    assert summary(pantile(*SMALL, "--out", done_job))["pixels_done"] == 0
    assert before == {p: p.stat().st_mtime_ns for p in done_job.rglob("*") if p.is_file()}


THUMB = ["--previews", "thumb:150"]
LATER = [
    ("a TIFF", ["--tiff", "off", *THUMB], THUMB),
    ("a preview", THUMB, ["--previews", "thumb:150,extra:300x100"]),
    ("another compression", THUMB, ["--tiff-compression", "zstd", *THUMB]),
    ("the other dialect", THUMB, ["--tiff-dialect", "pages", *THUMB]),
    ("a preview of another size", ["--previews", "thumb:50"], THUMB),
]


@pytest.mark.parametrize("first,then", [c[1:] for c in LATER], ids=[c[0] for c in LATER])
def test_exports_added_later_render_nothing(pantile, tmp_path, first, then):
    out, at_once = tmp_path / "job", tmp_path / "at-once"
    pantile(*PICTURE, *first, "--out", out)
    later = pantile(*PICTURE, *then, "--out", out)
    assert summary(later)["pixels_done"] == 0
    pantile(*PICTURE, *then, "--out", at_once)
    expect_equal(out, at_once)


def test_a_lost_shard_alone_is_made_again(pantile, done_job, tmp_path):
    out = tmp_path / "job"
    shutil.copytree(done_job, out)
    (out / "image.ome.zarr/0/c/0/1/2").unlink()
    again = summary(pantile(*SMALL, "--out", out))
    assert again["pixels_done"] == (700 - 512) * (500 - 256)
    expect_equal(out, done_job)


def test_strangers_folders_are_refused(pantile, tmp_path):
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.tex").write_text("years of work")
    for words in ([], ["--restart"]):
        message = error_of(pantile(*SMALL, *words, "--out", foreign, code=2))
        assert "thesis.tex" in message and "foreign" in message
    assert [p.name for p in foreign.iterdir()] == ["thesis.tex"]
    file = tmp_path / "file"
    file.write_text("not a folder")
    assert "is a file" in error_of(pantile(*SMALL, "--out", file, code=2))
    assert file.read_text() == "not a folder"


def test_a_damaged_record_is_not_guessed_at(pantile, done_job, tmp_path):
    out = tmp_path / "job"
    shutil.copytree(done_job, out)
    record = out / "job.json"
    record.write_text(record.read_text().replace('"700"', '"701"'))
    assert "checksum" in error_of(pantile(*SMALL, "--out", out, code=3))
    pantile(*SMALL, "--restart", "--out", out)
    expect_equal(out, done_job)


def test_an_unwritable_place_is_named(pantile):
    message = error_of(pantile(*SMALL, "--out", "/proc/pantile-job", code=None))
    assert "/proc/pantile-job" in message


@pytest.fixture
def tiny_disk(tmp_path):
    """A file system of 2 MiB, where mounting is allowed."""
    disk = tmp_path / "tiny"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)],
                             capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting is not allowed here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_no_room_is_foreseen_and_nothing_is_written(pantile, tiny_disk):
    words = ["generate", "--formula", "complex", "--size", "3000", "--log", "json"]
    assert "needs about" in error_of(pantile(*words, "--out", tiny_disk / "job", code=4))
    assert list(tiny_disk.iterdir()) == []
    fits = summary(pantile(*STORE_ONLY, "--size", "300", "--out", tiny_disk / "job"))
    assert fits["pixels_done"] == 300 * 300


# Noise where no sample of the estimate falls (chunk columns 4 to 9 of rows 4 and 5, of ten), nothing
# elsewhere.
UNFORESEEN = ("if(x > -64 and y > -64 and y < 64, "
              "fract(sin(x*12.9898 + y*78.233)*43758.5453), 0)")


def test_a_disk_that_fills_up_stops_the_job_and_leaves_it_resumable(pantile, program, tiny_disk,
                                                                    tmp_path):
    words = [*STORE_ONLY, "--formula", UNFORESEEN, "--range", "0,1", "--size", "640", "--scale", "1",
             "--store", "value-f32"]
    pantile(*words, "--out", tmp_path / "whole")
    out = tiny_disk / "job"
    filler = tiny_disk / "filler"
    filler.write_bytes(bytes((2 << 20) - (160 << 10)))
    message = error_of(pantile(*words, "--out", out, code=4))
    assert "needs about" not in message and str(out) in message
    assert not [name for name in contents(out) if ".tmp-" in name]
    assert expect_sound(program, out) == "unfinished"
    done = {p: p.stat().st_ino for p in out.rglob("c/0/*/*")}
    assert done, "nothing was committed before the disk was full"
    filler.unlink()
    pantile(*words, "--out", out)
    expect_equal(out, tmp_path / "whole")
    assert done.items() <= {p: p.stat().st_ino for p in out.rglob("c/0/*/*")}.items()


def test_room_for_an_export_is_foreseen_before_the_record_is_touched(pantile, tiny_disk):
    out = tiny_disk / "job"
    words = [*COMMON, "--formula", "complex", "--size", "400", "--out", out]
    pantile(*words, "--tiff", "off", "--previews", "none")
    stored = sum(p.stat().st_size for p in out.rglob("*") if p.is_file())
    (tiny_disk / "filler").write_bytes(bytes((2 << 20) - stored - (200 << 10)))
    before = contents(tiny_disk)
    for more in (["--previews", "none"], ["--tiff", "off", "--previews", "400"]):
        assert "needs about" in error_of(pantile(*words, *more, code=4)), more
        assert contents(tiny_disk) == before
    pantile(*words, "--tiff", "off", "--previews", "none")  # there is nothing to do
    pantile(*words, "--tiff", "off", "--previews", "100")  # a small one has room
    (tiny_disk / "filler").unlink()
    pantile(*words, "--previews", "100")


def file_limit(size):
    """Keywords of a process whose files may have `size` bytes."""
    return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))}


def test_room_for_the_rest_of_a_conversion_is_foreseen(pantile, tiny_disk, tmp_path):
    job = tmp_path / "job"
    pantile(*STORE_ONLY, "--formula", "complex", "--size", "400", "--out", job)
    for name in ("out.tiff", "out.ome.zarr"):
        words = ["convert", job, tiny_disk / name, "--log", "json"]
        parts = tiny_disk / f"{name}.parts"
        # The first shard is too large for it: only the record of the conversion is there.
        assert "File too large" in error_of(pantile(*words, code=4, **file_limit(8 << 10)))
        assert (parts / "job.json").exists()
        filler = tiny_disk / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(tiny_disk).free - (20 << 10)))
        assert "needs about" in error_of(pantile(*words, code=4))
        assert not (tiny_disk / name).exists()
        filler.unlink()
        pantile(*words)
        assert not parts.exists()
        shutil.rmtree(tiny_disk / name) if name.endswith("zarr") else (tiny_disk / name).unlink()


def test_a_file_that_outgrows_the_limit_is_an_error_and_not_a_signal(pantile, tmp_path):
    words = [*COMMON, "--formula", "complex", "--size", "600", "--previews", "none"]
    pantile(*words, "--out", tmp_path / "whole")
    shards = max(p.stat().st_size for p in (tmp_path / "whole").rglob("0/*/*"))
    limit = (shards + (tmp_path / "whole/image.tiff").stat().st_size) // 2
    out = tmp_path / "job"
    message = error_of(pantile(*words, "--out", out, code=4, **file_limit(limit)))
    assert "File too large" in message and "ulimit -f" in message and "image.tiff" in message
    assert not [name for name in contents(out) if ".tmp-" in name]
    assert not (out / "image.tiff").exists()
    assert summary(pantile(*words, "--out", out))["pixels_done"] < 600 * 600
    expect_equal(out, tmp_path / "whole")


def test_too_little_memory_is_refused_and_the_least_named_works(pantile, tmp_path):
    words = ["generate", "--size", "2000", "--tile", "1024", "--shard", "1024", "--log", "json",
             "--out", tmp_path / "job"]
    message = error_of(pantile(*words, "--memory", "8MiB", code=2))
    assert not (tmp_path / "job").exists()
    least = message.split("give --memory ")[1].split()[0]
    assert summary(pantile(*words, "--memory", least))["pixels_done"] == 2000 * 2000
