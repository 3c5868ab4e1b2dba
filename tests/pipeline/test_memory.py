"""--memory is never exceeded: also where nothing compresses and everything would pile up."""

import os
import subprocess

import pytest

NOISE = "fract(sin(x*12.9898 + y*78.233)*43758.5453)"
MIB = 1 << 20


def peak_of(program, *words) -> int:
    """Peak resident set of one run of the program, in bytes."""
    process = subprocess.Popen([program, *map(str, words)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss * 1024


@pytest.mark.parametrize("words", [
    ["--store", "value-f32", "--range", "0,1"],
    ["--formula", f"rgb({NOISE}, fract({NOISE}*173), fract({NOISE}*377))"],
], ids=["value-f32", "rgb"])
def test_peak_memory_stays_within_the_budget(program, tmp_path, full, words):
    side = 16384 if full else 6144
    if "--formula" not in words:
        words = [*words, "--formula", NOISE]
    for budget in (160, 300):
        out = tmp_path / str(budget)
        # One shard at level 0 is all of it: without the disk, all of it would have to wait.
        peak = peak_of(program, "generate", *words, "--size", side, "--shard", 8192, "--previews",
                       "500", "--threads", 2, "--memory", f"{budget}MiB", "--out", out, "--log",
                       "quiet")
        assert peak <= budget * MIB, f"{peak / MIB:.0f} MiB of {budget}"


def test_conversion_and_preview_keep_to_it_too(program, pantile, tmp_path):
    out = tmp_path / "job"
    pantile("generate", "--formula", NOISE, "--range", "0,1", "--size", 4096, "--tiff", "off",
            "--previews", "none", "--out", out, "--log", "quiet")
    budget = 160
    for words in (["convert", out, tmp_path / "a.tiff"],
                  ["convert", out, tmp_path / "b.ome.zarr", "--tile", "1024", "--shard", "4096"],
                  ["preview", out, "--width", "4000"]):
        peak = peak_of(program, *words, "--memory", f"{budget}MiB", "--log", "quiet")
        assert peak <= budget * MIB, f"{words}: {peak / MIB:.0f} MiB of {budget}"
