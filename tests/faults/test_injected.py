"""Every file call of a small job fails once, and the program is killed at every one of them."""

import collections
import concurrent.futures
import dataclasses
import errno
import pathlib
import shutil

import pytest

import shim
from job_files import expect_equal, expect_sound, stage_of

JOB = ["generate", "--width", "300", "--height", "200", "--tile", "64", "--shard", "128",
       "--previews", "100", "--log", "quiet", "--threads", "2"]
CONVERT = ["--tile", "64", "--shard", "128", "--log", "quiet", "--threads", "2"]


@dataclasses.dataclass
class Job:
    """A command that is disturbed."""

    words: collections.abc.Callable  # arguments for an output
    reference: pathlib.Path  # a folder with the undisturbed output
    output: str  # its name there
    calls: list  # that it takes, by name
    before: pathlib.Path | None = None  # the output before the command is run

    def prepare(self, folder: pathlib.Path) -> pathlib.Path:
        folder.mkdir()
        if self.before:
            shutil.copytree(self.before, folder / self.output)
        return folder / self.output


@pytest.fixture(scope="module")
def jobs(program, tmp_path_factory):
    """By name."""
    folder = tmp_path_factory.mktemp("injected")
    made = {}

    def add(name, words, output, before=None):
        job = Job(words, folder / name, output, [], before)
        out = job.prepare(job.reference)
        record = folder / f"{name}.calls"
        done = shim.run(program, words(out), job.reference, record=record)
        assert done.returncode == 0, done.stderr
        job.calls = shim.names_of(record)
        made[name] = job

    add("generate", lambda out: [*JOB, "--out", out], "job")
    whole = folder / "generate/job"
    add("to_tiff", lambda out: ["convert", whole, out, *CONVERT], "out.tiff")
    add("to_zarr", lambda out: ["convert", whole, out, *CONVERT, "--region", "10,10,250,150"],
        "out.ome.zarr")
    add("to_filtered", lambda out: ["process", whole, "rescale(q=0.1:0.9) | sobel", "--out", out,
                                    *CONVERT], "out.ome.zarr")
    # Outputs that are added to a finished job, one of them in place of another.
    add("more", lambda out: [*JOB, "--tiff-compression", "zstd", "--previews", "100,more:50",
                             "--out", out], "job", whole)
    add("restart", lambda out: [*JOB, "--restart", "--out", out], "job", whole)
    damaged = folder / "damaged"
    shutil.copytree(whole, damaged)
    for name in ("image.ome.zarr/0/c/0/1/1", "image.tiff", "previews/preview-100.png"):
        with open(damaged / name, "r+b") as file:
            file.seek(300)
            file.write(b"damage")
    (damaged / "image.ome.zarr/1/c/0/0/0").unlink()
    add("repair", lambda out: ["repair", out, "--log", "quiet", "--threads", "2"], "job", damaged)
    expect_equal(folder / "repair/job", whole)
    return made


NAMES = ["generate", "more", "restart", "repair", "to_tiff", "to_zarr", "to_filtered"]


def numbers(job, name, full):
    """The calls to disturb: all of a job and of conversions, in the full suite all of the rest."""
    step = 1 if full or name in ("generate", "to_tiff", "to_zarr") else 3
    return range(0, len(job.calls), step)


def go_on(program, job, out):
    """The same command again: it ends well, or says that nothing is left to do."""
    again = shim.run(program, job.words(out), out.parent)
    assert again.returncode == 0 or "is there already" in again.stderr, again.stderr


def look(program, name, out) -> str:
    """Nothing in a job's folder is wrong, but what was so before `repair`; in which stage it is."""
    tiff = out if name == "to_tiff" else out / "image.tiff"
    sums = tiff.with_name(tiff.name + ".sums")
    assert sums.exists() or not tiff.exists(), "a TIFF has its name before its checksums have"
    if name in ("generate", "more", "restart"):
        expect_sound(program, out)
    return stage_of(out) if not name.startswith("to_") else "conversion"


def each(numbers, check):
    """check(n) for every n, two at a time; the first failure is raised."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(check, n) for n in numbers]:
            done.result()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("which", [0, 1])
def test_every_call_fails_once(program, jobs, tmp_path, full, name, which):
    job = jobs[name]
    if which == 1 and not full:
        pytest.skip("the second kind of error is tried in the full suite")
    silent, told = [], []

    def check(n):
        folder = tmp_path / str(n)
        out = job.prepare(folder)
        # Threads may come in another order than when the calls were recorded: the error is one of
        # those that this kind of call has, whichever call it meets.
        error = shim.ERRORS[job.calls[n]][which]
        met = tmp_path / f"{n}.met"
        done = shim.run(program, job.words(out), folder, fail=(n, error), met=met)
        if done.returncode == 0:
            if met.exists():
                silent.append(met.read_text())
        else:
            assert done.returncode in (1, 2, 4), (n, job.calls[n], done.returncode, done.stderr)
            assert done.stderr.count("\n") == 1 and str(folder) in done.stderr, done.stderr
            told.append(n)
            look(program, name, out)
            go_on(program, job, out)
        expect_equal(folder, job.reference)
        shutil.rmtree(folder)

    tried = numbers(job, name, full)
    each(tried, check)
    # Only what no longer matters may fail unnoticed: taking away what is not needed any more.
    assert set(silent) <= {"remove"}, silent
    print(f"\n{name}: {len(tried)} calls failed, one each: {len(told)} told and resumed, "
          f"{len(silent)} removals of what is spent were no harm")


@pytest.mark.parametrize("name", NAMES)
def test_killed_at_every_call(program, jobs, tmp_path, full, name):
    job = jobs[name]
    stages = collections.Counter()

    def check(n):
        folder = tmp_path / str(n)
        out = job.prepare(folder)
        done = shim.run(program, job.words(out), folder, kill=n)
        assert done.returncode in (0, -9), (n, done.returncode, done.stderr)
        if done.returncode == -9:
            stages[look(program, name, out)] += 1
        go_on(program, job, out)
        expect_equal(folder, job.reference)
        if not name.startswith("to_"):
            assert expect_sound(program, out) == "complete"
        shutil.rmtree(folder)

    tried = numbers(job, name, full)
    each(tried, check)
    # Threads make a few calls more or fewer from run to run.
    assert stages.total() > 0.9 * len(tried)
    if name == "generate":
        missed = {"begin", "drain", "pyramid", "tiff", "previews", "finish"} - set(stages)
        assert not missed, f"no kill met {missed}"
    print(f"\n{name}: {stages.total()} kills, one at each call, all recovered; found in {dict(stages)}")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", ["ENOSPC", "EROFS"])
def test_the_disk_is_full_or_read_only_from_a_call_on(program, jobs, tmp_path, full, name, what):
    job = jobs[name]
    stopped = []

    def check(n):
        folder = tmp_path / str(n)
        out = job.prepare(folder)
        done = shim.run(program, job.words(out), folder, fail=(n, getattr(errno, what)), on=True)
        if done.returncode != 0:
            stopped.append(n)
            # A full disk has a code of its own; a disk that was writable before is an I/O error.
            expected = [4] if what == "ENOSPC" else [1, 2]
            assert done.returncode in expected, (n, job.calls[n], done.returncode, done.stderr)
            said = "space" if what == "ENOSPC" else "read-only"
            assert said in done.stderr.lower(), done.stderr
            look(program, name, out)
            go_on(program, job, out)
            expect_equal(folder, job.reference)
        shutil.rmtree(folder)

    tried = range(0, len(job.calls), 1 if full else 4)
    each(tried, check)
    assert len(stopped) > 0.8 * len(tried)


def test_the_clock_jumps(program, jobs, tmp_path):
    for name, job in jobs.items():
        folder = tmp_path / name
        out = job.prepare(folder)
        done = shim.run(program, job.words(out), folder, clock=True)
        assert done.returncode == 0, done.stderr
        expect_equal(folder, job.reference)
