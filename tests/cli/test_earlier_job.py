"""An earlier job as a source of settings, and as an obstacle that `plan` sees."""

import json

import pytest

JOB = ["--size", "300x200", "--formula", "x*y + sqrt(x)", "--previews", "50", "--tiff", "off"]


@pytest.fixture
def job(pantile, tmp_path):
    pantile("generate", *JOB, "--out", tmp_path / "run", "--log", "quiet")
    return tmp_path / "run"


@pytest.mark.parametrize("name", ["", "job.json"])
def test_its_settings_are_taken_with_config(pantile, job, name):
    again = job.parent / "again"
    pantile("generate", "--config", job / name, "--out", again, "--log", "quiet")
    assert (again / "job.json").read_bytes() == (job / "job.json").read_bytes()
    # A range that was found belongs to its formula; one that was given stays.
    for given, kept in [([], False), (["--range=-7,9"], True)]:
        first, other = job.parent / f"given-{kept}", job.parent / f"other-{kept}"
        pantile("generate", "--config", job / name, *given, "--out", first, "--log", "quiet")
        pantile("generate", "--config", first, "--formula", "100*y", "--out", other, "--log", "quiet")
        colour = json.loads((other / "job.json").read_text())["config"]["colour"]
        assert (colour["range"] == [-7, 9]) == kept
        assert (colour["range_origin"] == "given") == kept


def test_it_is_validated_by_its_name(pantile, job):
    report = job.parent / "report"
    done = pantile("validate", "--config", job, "--validate-size", "64", "--out", report)
    assert "in about 50 % of the picture" in done.stderr  # sqrt of what is negative
    found = json.loads((report / "report.json").read_text())
    assert found["passed"] and found["job"]["formula"]["formula"] == "x*y + sqrt(x)"
    assert found["job"] == json.loads((job / "job.json").read_text())["config"]


def test_what_is_no_job_is_refused(pantile, job):
    (job.parent / "other.json").write_text('{"a": 1}')
    assert "not a job's" in pantile("plan", "--config", job.parent / "other.json", code=2).stderr
    assert "job.json" in pantile("plan", "--config", job.parent, code=2).stderr
    text = (job / "job.json").read_text()
    (job / "job.json").write_text(text.replace("300", "301"))
    pantile("plan", "--config", job, code=3)


def test_plan_ends_as_generate_would(pantile, job):
    done = pantile("plan", *JOB, "--formula", "x", "--out", job, code=2)
    assert "holds another picture" in done.stderr and "picture " in done.stdout
    plan = json.loads(pantile("plan", *JOB, "--out", job, "--log", "json").stdout)
    assert plan["refusal"] is None
    done = pantile("plan", *JOB, "--formula", "x", "--out", job, "--log", "json", code=2)
    assert "holds another picture" in json.loads(done.stdout)["refusal"]
    pantile("plan", *JOB, "--formula", "x", "--out", job, "--restart")
    done = pantile("plan", "--size", "2000000", "--out", job.parent / "large", code=4)
    assert "GB are free" in done.stderr
    assert not (job.parent / "large").exists()


def test_previews_that_are_too_large_are_told(pantile, tmp_path):
    words = ["--size", "300x200", "--previews", "100,500,wide:400"]
    note = "previews 500, wide:400 are larger than the picture"
    assert note in pantile("plan", *words, cwd=tmp_path).stdout
    assert note in pantile("generate", *words, "--out", "run", cwd=tmp_path).stderr
    assert note not in pantile("validate", *words, "--validate-size", "64", "--out", "report",
                               cwd=tmp_path).stderr
