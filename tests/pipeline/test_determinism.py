"""How a job is run changes no byte of it."""

import subprocess

import pytest

from job_files import expect_equal, summary

JOB = ["generate", "--formula", "complex", "--size", "2300x1700", "--tile", "128", "--shard", "512",
       "--previews", "300", "--log", "json"]

RUNS = [
    ["--threads", "1"],
    ["--threads", "2"],
    ["--threads", "5"],
    ["--threads", "5", "--memory", "128MiB"],  # waiting chunks go through the disk
    ["--threads", "3", "--memory", "3GiB"],
]


@pytest.fixture(scope="module", params=["rgb8", "value-f32"])
def job(request, pantile, tmp_path_factory):
    """The job's flags and what it makes."""
    out = tmp_path_factory.mktemp("reference") / "job"
    words = [*JOB, "--store", request.param]
    pantile(*words, "--out", out)
    return words, out


@pytest.mark.parametrize("how", RUNS, ids=" ".join)
def test_threads_and_memory(pantile, job, tmp_path, how):
    words, reference = job
    pantile(*words, *how, "--out", tmp_path / "job")
    expect_equal(tmp_path / "job", reference)


def test_shares_side_by_side(program, pantile, job, tmp_path):
    words, reference = job
    out = tmp_path / "job"
    shares = [subprocess.Popen([program, *words, "--threads", "1", "--share", f"{i}/3",
                                "--out", str(out)], stdout=subprocess.PIPE, text=True)
              for i in range(3)]
    ends = [(share.communicate(timeout=300)[0], share.returncode) for share in shares]
    assert [code for _, code in ends] == [0, 0, 0], ends
    assert not (out / "image.tiff").exists()
    last = summary(pantile(*words, "--out", out))
    assert last["pixels_done"] == 0, "the shares have rendered everything"
    expect_equal(out, reference)


def test_a_share_killed_is_done_again(program, pantile, job, tmp_path):
    words, reference = job
    out = tmp_path / "job"
    share = subprocess.Popen([program, *words, "--share", "1/2", "--out", str(out)],
                             stdout=subprocess.DEVNULL)
    try:
        share.wait(timeout=0.3)
    except subprocess.TimeoutExpired:
        share.kill()
        share.wait()
    for i in (1, 0):
        pantile(*words, "--share", f"{i}/2", "--out", out)
    pantile(*words, "--out", out)
    expect_equal(out, reference)


def test_the_same_share_twice_at_once_is_refused(program, pantile, tmp_path):
    out = tmp_path / "job"
    words = ["generate", "--size", "5000", "--samples", "4", "--tiff", "off", "--previews", "none",
             "--log", "json", "--out", str(out), "--share"]
    first = subprocess.Popen([program, *words, "0/2"], stdout=subprocess.PIPE, text=True)
    try:
        for line in first.stdout:
            if '"stage_begin"' in line:
                break
        assert "another pantile process" in pantile(*words, "0/2", code=2).stdout
        assert first.poll() is None
    finally:
        first.kill()
        first.wait()
