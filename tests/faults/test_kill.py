"""Killed at any moment and resumed, a job's files are those of a job that nobody disturbed."""

import collections
import json
import random
import shutil
import signal
import subprocess
import time

import pytest

from job_files import contents, expect_equal, expect_sound, stage_of

# Some forty shards of two outputs, so that moments differ; with previews, so that the end does too.
JOB = ["generate", "--formula", "complex", "--width", "3000", "--height", "2500", "--tile", "128",
       "--shard", "512", "--previews", "300,big:1000", "--threads", "2", "--log", "quiet"]
KILLS = 20  # in the full suite ten times as many


@pytest.fixture(scope="module")
def whole(pantile, tmp_path_factory):
    """The undisturbed job's folder, and how long a run takes (of two, the longer)."""
    seconds = []
    for name in ("warm", "whole"):
        folder = tmp_path_factory.mktemp("jobs") / name
        begin = time.monotonic()
        pantile(*JOB, "--out", folder)
        seconds.append(time.monotonic() - begin)
    return folder, max(seconds)


def run_and_signal(program, arguments, after_s, which=signal.SIGKILL):
    """Starts the program, sends `which` after a while; None if it was done before, else its end."""
    process = subprocess.Popen([program, *map(str, arguments)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        process.communicate(timeout=after_s)
        assert process.returncode == 0
        return None
    except subprocess.TimeoutExpired:
        process.send_signal(which)
        said = process.communicate(timeout=300)[1]
        return process.returncode, said


def stop_job(program, out, after_s, which=signal.SIGKILL):
    """Runs the job into `out` until `which` ends it after about that while.

    How quick a run is changes with what else the machine does: one that was done before its moment
    is begun anew with an earlier one.
    """
    while True:
        end = run_and_signal(program, [*JOB, "--out", out], after_s, which)
        if end is not None and end[0] != 0:
            return end
        shutil.rmtree(out)
        after_s *= 0.7


def kill_in_stage(program, out, stage, delay_s):
    """Runs the job until it says that it begins `stage` (its "end" is that of its last), and kills
    it `delay_s` later."""
    words = [program, *JOB[:-1], "json", "--out", str(out)]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as process:
        for line in process.stdout:
            event = json.loads(line)
            begun = event["event"] == "stage_begin" and event["stage"].startswith(stage)
            ended = (stage == "end" and event["event"] == "stage_end"
                     and event["stage"] == "previews/big.png")
            if begun or ended:
                time.sleep(delay_s)
                process.kill()
                break


def stage_seconds(pantile, folder):
    done = pantile(*JOB[:-1], "json", "--out", folder)
    stages = [json.loads(line) for line in done.stdout.splitlines()]
    return {e["stage"]: e["elapsed_s"] for e in stages if e["event"] == "stage_end"}


def test_killed_at_random_moments_and_resumed(pantile, program, whole, tmp_path, full):
    """Half of the moments lie anywhere in the run, half in its stages by turns, however short."""
    reference, seconds = whole
    took = stage_seconds(pantile, tmp_path / "timed") | {"end": 0.002}
    took["previews"] = took["previews/big.png"] + took["previews/preview-300.png"]
    moments = random.Random(20)
    kills = 10 * KILLS if full else KILLS
    stages = collections.Counter()
    out = tmp_path / "job"
    for i in range(kills):
        if i % 2 == 0:
            stop_job(program, out, seconds * (i + moments.random()) / kills)
        else:
            stage = ("render", "tiff", "previews", "end")[i // 2 % 4]
            # At once where it is over soon; late in the drain, where the coarse levels are made.
            part = moments.random() if i // 2 % 8 < 4 else 0.95 if stage == "render" else 0
            kill_in_stage(program, out, stage, took[stage] * part)
        stages[stage_of(out)] += 1
        expect_sound(program, out)
        pantile(*JOB, "--out", out)
        assert expect_sound(program, out) == "complete"
        expect_equal(out, reference)
        shutil.rmtree(out)
    assert stages["complete"] <= 0.2 * kills, stages
    # Which short stages twenty kills meet depends on the machine; that all are met is shown by
    # test_injected.py, which kills at every call.
    missed = ({"drain", "tiff", "previews", "finish"} if full else {"drain"}) - set(stages)
    assert not missed and len(stages) >= 3, f"no kill met {missed}: {stages}"
    print(f"\n{kills} of {kills} sound when killed, byte-identical after the resume; "
          f"found in {dict(stages)}")


def test_killed_again_and_again_it_still_ends(program, whole, tmp_path):
    reference, seconds = whole
    moments = random.Random(7)
    out = tmp_path / "job"
    stop_job(program, out, 0.4 * seconds)
    for attempt in range(60):
        after_s = seconds * (0.2 + 0.2 * moments.random() + 0.02 * attempt)
        if run_and_signal(program, [*JOB, "--out", out], after_s) is None:
            break
    else:
        pytest.fail("never done: it does not keep what was committed")
    expect_equal(out, reference)


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_says_so_and_goes_on(pantile, program, whole, tmp_path, which):
    reference, seconds = whole
    codes = []
    for part in (0.1, 0.3, 0.5, 0.7):
        out = tmp_path / f"job-{part}"
        code, said = stop_job(program, out, seconds * part, which)
        codes.append(code)
        # Before it listens, a signal ends it as any other program.
        assert code in (5, -which), said
        if code == 5:
            assert "run the same command again" in said
            expect_sound(program, out)
            left = contents(out)
            assert not [name for name in left if ".tmp-" in name], "shards in flight are completed"
        pantile(*JOB, "--out", out)
        expect_equal(out, reference)
    assert codes.count(5) >= 2


def test_a_second_interrupt_stops_at_once(pantile, program, whole, tmp_path):
    reference, seconds = whole
    out = tmp_path / "job"
    for moment in (0.3, 0.2, 0.1, 0.05, 0.02):
        process = subprocess.Popen([program, *JOB, "--out", str(out)], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(seconds * moment)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=60)
        if code != 0:
            break
        shutil.rmtree(out)  # it was quicker
    # 130 as shells have it; 5 where the system made one signal of the two.
    assert code in (5, 130, -signal.SIGINT)
    pantile(*JOB, "--out", out)
    expect_equal(out, reference)


def test_a_conversion_killed_and_resumed(pantile, program, whole, tmp_path):
    reference, _ = whole
    source = reference / "image.ome.zarr"
    moments = random.Random(3)
    for name, options in [("made.tiff", ["--compression", "deflate", "--tiff-level", "6"]),
                          ("made.ome.zarr", ["--tile", "256", "--shard", "512"])]:
        undisturbed, out = tmp_path / "undisturbed" / name, tmp_path / "killed" / name
        undisturbed.parent.mkdir(exist_ok=True)
        words = ["convert", source, undisturbed, *options, "--log", "quiet"]
        begin = time.monotonic()
        pantile(*words)
        seconds = time.monotonic() - begin
        words[2] = out
        for i in range(10):
            out.parent.mkdir()
            end = run_and_signal(program, words, seconds * (i + moments.random()) / 10)
            if out.exists():  # it has its name when it is whole
                expect_equal_output(out, undisturbed)
            if end is not None:
                again = pantile(*words, code=None)
                # Killed after its last step, it is complete: nothing is left to be done.
                assert again.returncode == 0 or "is there already" in again.stderr, again.stderr
            expect_equal_output(out, undisturbed)
            left = [p for p in out.parent.rglob("*") if ".parts" in p.name or ".tmp-" in p.name]
            assert left == []
            shutil.rmtree(out.parent)


def expect_equal_output(made, reference):
    if reference.is_dir():
        expect_equal(made, reference)
    else:
        assert made.read_bytes() == reference.read_bytes()
        sums = [p.with_name(p.name + ".sums").read_bytes() for p in (made, reference)]
        assert sums[0] == sums[1]
