"""`validate` and `generate --validate`: what fails a job, and what it leaves."""

import json
import os

# Equal but computed differently: no precision decides which branch is right.
UNDECIDED = "if(hypot(x,y) > sqrt(x*x+y*y), 1, 0)"
SMALL = ["--size", "300x200", "--range", "0,1", "--tile", "64", "--shard", "128"]


def test_a_picture_that_rounding_decides_is_not_called_proven(pantile, tmp_path):
    out = tmp_path / "report"
    done = pantile("validate", "--formula", UNDECIDED, *SMALL, "--out", out, code=3)
    assert "nothing is proven" in done.stdout + done.stderr
    report = json.loads((out / "report.json").read_text())
    proof = next(c for c in report["checks"] if c["name"] == "proof")
    assert not report["passed"] and not proof["passed"]


def test_the_report_has_the_warnings(pantile, tmp_path):
    """Far from 0 neighbouring pixels are one point: each is right, of a picture nobody wants."""
    done = pantile("validate", "--formula", "sin(x)", *SMALL, "--center", "1e17,0", "--scale",
                   "1e-6", "--out", tmp_path / "far")
    report = json.loads((tmp_path / "far/report.json").read_text())
    assert len(report["warnings"]) == 1 and "same point of the plane" in report["warnings"][0]
    assert report["warnings"][0] in done.stderr


def test_a_failed_check_stops_the_job_before_it_begins(pantile, tmp_path):
    out = tmp_path / "job"
    words = ["generate", *SMALL, "--previews", "none", "--out", out, "--validate"]
    pantile(*words, "--formula", UNDECIDED, code=3)
    assert not out.exists()
    assert not json.loads((tmp_path / "job-validate/report.json").read_text())["passed"]
    done = pantile(*words, "--formula", "x*y")
    assert (out / "image.ome.zarr/zarr.json").exists()
    assert "coordinates: passed" in done.stdout + done.stderr
    assert json.loads((tmp_path / "job-validate/report.json").read_text())["passed"]


def test_without_samples_there_is_no_proof(pantile, tmp_path):
    out = tmp_path / "report"
    done = pantile("validate", "--formula", "x*y", *SMALL, "--validate-samples", "0", "--device",
                   "cpu", "--out", out)
    assert "no pixel is proven" in done.stdout + done.stderr
    report = json.loads((out / "report.json").read_text())
    assert [c["name"] for c in report["checks"]] == ["coordinates", "tiles", "borders", "targets"]
    assert [c["name"] for c in report["not_made"]] == ["devices", "proof"]


def test_gpus_that_are_asked_for_have_to_be_there(pantile, tmp_path):
    words = ["--formula", "x*y", *SMALL, "--out", tmp_path / "report"]
    nowhere = os.environ | {"PANTILE_CUDA_DRIVER": "/nowhere/libcuda.so"}
    for device in ["cuda", "cuda:1", "hybrid"]:
        for command in ["validate", "generate"]:
            done = pantile(command, *words, "--device", device, env=nowhere, code=2)
            assert f"--device {device}: no NVIDIA driver" in done.stderr
    assert not (tmp_path / "report").exists()
    done = pantile("validate", *words, env=nowhere)
    assert "devices      not made: the picture is so small that --device auto leaves" in done.stdout
    assert "devices" not in done.stderr
    report = json.loads((tmp_path / "report/report.json").read_text())
    assert report["passed"] and report["device"] == "auto"
    assert [c["name"] for c in report["not_made"]] == ["devices"]
