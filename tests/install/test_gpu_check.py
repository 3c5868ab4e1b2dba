"""The script gpu-check of the portable archive, with programs in place of the tests and the benchmark."""

import pathlib
import shutil
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "gpu/gpu-check"


@pytest.fixture
def gpu_check(tmp_path):
    shutil.copy(SCRIPT, tmp_path / "gpu-check")
    (tmp_path / "bin").mkdir()

    def run(tests, bench, *words):
        for name, code in [("test", tests), ("bench", bench)]:
            program = tmp_path / f"bin/pantile_gpu_{name}"
            program.write_text(f'#!/bin/sh\necho "{name}: $*"\nexit {code}\n')
            program.chmod(0o755)
        return subprocess.run([tmp_path / "gpu-check", *words], capture_output=True, text=True)

    return run


@pytest.mark.parametrize("tests,bench,code",
                         [(0, 0, 0), (1, 0, 1), (1, 3, 1), (0, 3, 3), (139, 1, 139), (1, 77, 1)])
def test_a_failed_test_comes_before_a_missed_figure(gpu_check, tests, bench, code):
    done = gpu_check(tests, bench, "--size", "4096")
    assert done.returncode == code
    assert done.stdout.startswith("test: \nbench: --size 4096\n"), "both run, whatever the first says"


def test_nothing_checked_is_no_success(gpu_check):
    done = gpu_check(0, 77)
    assert done.returncode == 77
    assert done.stdout.endswith("\nnothing was checked: no GPU\n")


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["--size", "4096", "--help"]])
def test_help_runs_nothing(gpu_check, words):
    done = gpu_check(0, 0, *words)
    assert done.returncode == 0
    assert done.stdout.startswith("usage: gpu-check")
    assert "bench:" not in done.stdout and "test:" not in done.stdout
