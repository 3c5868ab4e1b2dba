"""The scripts in examples/python run, and say what they should."""

import importlib.util
import pathlib
import subprocess
import sys

import pytest

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "examples" / "python"


def run(name, *arguments, cwd):
    done = subprocess.run(
        [sys.executable, EXAMPLES / name, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=cwd,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_basic_usage(tmp_path):
    lines = run("basic_usage.py", "--size", 300, "--channels", 3, cwd=tmp_path).stdout.splitlines()
    assert lines[0].startswith("picture (3, 300, 300) float32")
    assert [line.split(":")[0] for line in lines[1:5]] == [
        "channel 0", "channel 1", "channel 2", "channel 0",
    ]  # fmt: skip
    assert lines[-1] == "all channels: (3, 300, 300), mean 1.000"


def test_multichannel_processing(tmp_path):
    done = run("multichannel_processing.py", "--size", 300, "--channels", 7, cwd=tmp_path)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("channel 0 (nuclei): uint8, mean 0.0")
    assert lines[4].startswith("channel 4 (puncta): float32")
    assert lines[6].startswith("channel 6 (nuclei): uint8")
    assert [line.split(":")[0] for line in lines[-3:]] == ["mean over deviation", "memory", "CO2"]
    assert "tiles 1/1" in done.stderr
    assert "Warning" not in done.stderr
    assert list(tmp_path.iterdir()) == []


without_zarr = importlib.util.find_spec("zarr") is None


@pytest.mark.skipif(without_zarr, reason="zarr is not installed")
def test_zarr_integration(tmp_path):
    done = run("zarr_integration.py", "--size", 300, "--channels", 2, "--out", "kept", cwd=tmp_path)
    lines = done.stdout.splitlines()
    assert lines[1] == "edges (2, 300, 300) float32 in chunks of (1, 256, 256)"
    assert lines[-1] == "read back: the same as the edges of the whole picture"
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == [
        "edges.zarr",
        "microscopy.zarr",
    ]
    run("zarr_integration.py", "--size", 64, "--channels", 1, cwd=tmp_path)


@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_examples_explain_themselves(script, tmp_path):
    if script.stem == "zarr_integration" and without_zarr:
        pytest.skip("zarr is not installed")
    assert "--size" in run(script.name, "--help", cwd=tmp_path).stdout
