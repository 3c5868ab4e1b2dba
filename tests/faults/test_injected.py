"""Every file call of a small job fails once, and the program is killed at every one of them."""

import concurrent.futures
import errno
import shutil

import pytest

import shim
from job_files import expect_equal

JOB = ["generate", "--width", "300", "--height", "200", "--tile", "64", "--shard", "128",
       "--previews", "100", "--log", "quiet", "--threads", "2"]
CONVERT = ["--tile", "64", "--shard", "128", "--log", "quiet", "--threads", "2"]


@pytest.fixture(scope="module")
def jobs(program, tmp_path_factory):
    """Name -> (arguments for an output, the undisturbed output, the calls it takes)."""
    folder = tmp_path_factory.mktemp("injected")
    made = {}
    for name, words, output in [
        ("generate", lambda out: [*JOB, "--out", out], "job"),
        ("to_tiff", lambda out: ["convert", folder / "generate/job", out, *CONVERT], "out.tiff"),
        ("to_zarr", lambda out: ["convert", folder / "generate/job", out, *CONVERT, "--region",
                                 "10,10,250,150"], "out.ome.zarr"),
    ]:
        (folder / name).mkdir()
        record = folder / f"{name}.calls"
        done = shim.run(program, words(folder / name / output), folder / name, record=record)
        assert done.returncode == 0, done.stderr
        made[name] = (words, folder / name, output, shim.calls_of(record))
    return made


def go_on(program, words, out):
    """The same command again: it ends well, or says that nothing is left to do."""
    again = shim.run(program, words(out), out.parent)
    assert again.returncode == 0 or "is there already" in again.stderr, again.stderr


def each(numbers, check):
    """check(n) for every n, two at a time; the first failure is raised."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(check, n) for n in numbers]:
            done.result()


@pytest.mark.parametrize("name", ["generate", "to_tiff", "to_zarr"])
@pytest.mark.parametrize("which", [0, 1])
def test_every_call_fails_once(program, jobs, tmp_path, full, name, which):
    words, reference, output, calls = jobs[name]
    if which == 1 and not full:
        pytest.skip("the second kind of error is tried in the full suite")
    silent = []

    def check(n):
        folder = tmp_path / str(n)
        folder.mkdir()
        out = folder / output
        # Threads may come in another order than when the calls were recorded: the error is one of
        # those that this kind of call has, whichever call it meets.
        error = shim.ERRORS[calls[n].name][which]
        met = tmp_path / f"{n}.met"
        done = shim.run(program, words(out), folder, fail=(n, error), met=met)
        if done.returncode == 0:
            if met.exists():
                silent.append(met.read_text())
        else:
            assert done.returncode in (1, 2, 4), (n, calls[n], done.returncode, done.stderr)
            assert done.stderr.count("\n") == 1 and str(folder) in done.stderr, done.stderr
            go_on(program, words, out)
        expect_equal(folder, reference)
        shutil.rmtree(folder)

    each(range(len(calls)), check)
    # Only what no longer matters may fail unnoticed: taking away what is not needed any more.
    assert set(silent) <= {"remove"}, silent


@pytest.mark.parametrize("name", ["generate", "to_tiff", "to_zarr"])
def test_killed_at_every_call(program, jobs, tmp_path, name):
    words, reference, output, calls = jobs[name]
    killed = []

    def check(n):
        folder = tmp_path / str(n)
        folder.mkdir()
        out = folder / output
        done = shim.run(program, words(out), folder, kill=n)
        assert done.returncode in (0, -9), (n, done.returncode, done.stderr)
        killed.append(done.returncode == -9)
        go_on(program, words, out)
        expect_equal(folder, reference)
        shutil.rmtree(folder)

    each(range(len(calls)), check)
    # Threads make a few calls more or fewer from run to run.
    assert sum(killed) > 0.9 * len(calls)


@pytest.mark.parametrize("name", ["generate", "to_tiff", "to_zarr"])
@pytest.mark.parametrize("what", ["ENOSPC", "EROFS"])
def test_the_disk_is_full_or_read_only_from_a_call_on(program, jobs, tmp_path, full, name, what):
    words, reference, output, calls = jobs[name]
    stopped = []

    def check(n):
        folder = tmp_path / str(n)
        folder.mkdir()
        out = folder / output
        done = shim.run(program, words(out), folder, fail=(n, getattr(errno, what)), on=True)
        if done.returncode != 0:
            stopped.append(n)
            # A full disk has a code of its own; a disk that was writable before is an I/O error.
            expected = [4] if what == "ENOSPC" else [1, 2]
            assert done.returncode in expected, (n, calls[n], done.returncode, done.stderr)
            said = "space" if what == "ENOSPC" else "read-only"
            assert said in done.stderr.lower(), done.stderr
            go_on(program, words, out)
            expect_equal(folder, reference)
        shutil.rmtree(folder)

    tried = range(0, len(calls), 1 if full else 4)
    each(tried, check)
    assert len(stopped) > 0.8 * len(tried)


def test_the_clock_jumps(program, jobs, tmp_path):
    for name, (words, reference, output, _) in jobs.items():
        folder = tmp_path / name
        folder.mkdir()
        done = shim.run(program, words(folder / output), folder, clock=True)
        assert done.returncode == 0, done.stderr
        expect_equal(folder, reference)
