"""Jobs with the options of the command line."""

import json
import os
import subprocess

import numpy as np
import pytest

import pantile as pt


@pytest.fixture
def job(tmp_path):
    out = tmp_path / "job"
    summary = pt.generate("complex", out, width=200, height=150, previews="64")
    return out, summary


def test_generate_gives_what_the_command_gives(job, tmp_path):
    out, summary = job
    assert summary["pixels_done"] == 200 * 150
    words = [
        os.environ["PANTILE"],
        "generate",
        "--formula=complex",
        "--out",
        tmp_path / "other",
        "--width=200",
        "--height=150",
        "--previews=64",
    ]
    subprocess.run(words, check=True, capture_output=True)
    assert (out / "image.tiff").read_bytes() == (tmp_path / "other" / "image.tiff").read_bytes()
    assert pt.open(out).shape == (3, 150, 200)


def test_the_summary_has_what_the_log_of_the_command_has(job, tmp_path):
    _, summary = job
    words = [os.environ["PANTILE"], "generate", "--formula=complex", "--width=200", "--height=150"]
    words += ["--previews=64", "--log=json", "--out", tmp_path / "other"]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    (logged,) = [e for e in map(json.loads, said.splitlines()) if e["event"] == "summary"]
    assert summary.keys() == logged.keys() - {"event"}
    assert summary["workers"] == logged["workers"]
    assert (summary["workers_idle_s"] is None) == (logged["workers_idle_s"] is None)
    for part in ["stages", "outputs", "devices"]:  # devices where there are GPUs
        assert [one.keys() for one in summary[part]] == [one.keys() for one in logged[part]]


def test_a_finished_job_has_nothing_to_do(job):
    out, _ = job
    assert pt.generate("complex", out, width=200, height=150, previews="64")["pixels_done"] == 0


def test_convert_and_preview(job, tmp_path):
    out, _ = job
    pt.convert(out, tmp_path / "a.tiff", compression="zstd")
    np.testing.assert_array_equal(pt.open(tmp_path / "a.tiff").compute(), pt.open(out).compute())
    pt.preview(out, tmp_path / "p.png", width=50)
    assert max(pt.open(tmp_path / "p.png").shape) == 50


def test_check_and_repair(job):
    out, _ = job
    assert pt.check(out)["whole"]
    tiff = out / "image.tiff"
    content = bytearray(tiff.read_bytes())
    content[len(content) // 2] ^= 1
    tiff.write_bytes(content)
    heard = []

    class Ear(pt.callbacks.Callback):
        def on_warning(self, text):
            heard.append(text)

    report = pt.check(out, callbacks=[Ear()])
    assert not report["whole"]
    assert report["findings"][0]["file"] == "image.tiff"
    assert heard
    assert pt.repair(out)["whole"]
    assert pt.check(out)["whole"]


def test_validate(tmp_path):
    report = pt.validate(
        "sin(x)*y", width=300, height=200, out=tmp_path / "report", validate_samples=50
    )
    assert report["checks"]
    assert (tmp_path / "report" / "report.json").exists()


def test_mistakes(tmp_path):
    with pytest.raises(TypeError, match="no option widht"):
        pt.generate("complex", tmp_path / "x", widht=3)
    with pytest.raises(ValueError, match="width"):
        pt.generate("complex", tmp_path / "x", width=-3)
    with pytest.raises(ValueError, match="formula"):
        pt.generate("sin(", tmp_path / "x")
    with pytest.raises(FileNotFoundError):
        pt.convert(tmp_path / "none.tiff", tmp_path / "b.tiff")
    with pytest.raises(FileNotFoundError):
        pt.check(tmp_path / "none")


def test_another_jobs_folder(job):
    out, _ = job
    with pytest.raises(pt.ConflictError, match="formula"):
        pt.generate("x + y", out, width=200, height=150, previews="64")
