"""The command line as a user meets it: help, bad input, completion, the manual, files of options."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import pytest

COMMANDS = ["generate", "plan", "validate", "info", "preview", "convert", "process", "check", "repair",
            "man", "completion"]
SMALL = ["--size", "64", "--tiff", "off", "--previews", "none"]
ROOT = pathlib.Path(__file__).resolve().parents[2]


def sentence(done) -> str:
    """What the program said on standard error: one message with its prefix."""
    assert done.stderr.startswith("pantile: "), done.stderr
    assert done.stderr.endswith("\n")
    return done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_complete(pantile, command):
    text = pantile(command, "--help").stdout
    assert f"Usage: pantile {command}" in text
    assert "Examples:" in text
    assert f"  {command} " in pantile("--help").stdout


def test_help_names_every_option_of_the_documentation(pantile):
    """The table in the documentation and --help come from one schema."""
    helps = {command: pantile(command, "--help").stdout for command in COMMANDS}
    rows = re.findall(r"^\| `(--[a-z-]+)[^|]*(?:\\\|[^|]*)*\|[^|]*\|.*\|([^|]*)\|[^|]*\|$",
                      pantile("options-table").stdout, re.M)
    assert len(rows) > 30
    for flag, commands in rows:
        for command in commands.split(","):
            assert flag in helps[command.strip()], (flag, command)


def test_the_documentation_is_what_the_program_prints(pantile):
    text = (ROOT / "docs" / "configuration.md").read_text()
    begin, end = "<!-- options: begin -->\n", "<!-- options: end -->"
    assert begin in text and end in text
    written = text.split(begin, 1)[1].split(end, 1)[0]
    printed = pantile("options-table").stdout
    assert written.strip() == printed.strip(), (
        "docs/configuration.md is stale: put what `pantile options-table` prints between its marks"
    )


# What was typed, and what the sentence has to name.
BAD_USAGE = [
    ([], "command"),
    (["genrate"], "generate"),
    (["generate", "--widht", "5"], "--width"),
    (["generate", "stray"], "stray"),
    (["generate", "--width"], "--width"),
    (["generate", "--width", "0"], "--width"),
    (["generate", "--height", "-5"], "--height"),
    (["generate", "--width", "2147483648"], "--width"),
    (["generate", "--width", "99999999999999999999"], "--width"),
    (["generate", "--width", "1e3"], "--width"),
    (["generate", "--size", "64x"], "--size"),
    (["generate", "--scale", "0"], "--scale"),
    (["generate", "--scale", "nan"], "--scale"),
    (["generate", "--center", "1"], "--center"),
    (["generate", "--range", "3,-3"], "--range"),
    (["generate", "--samples", "17"], "--samples"),
    (["generate", "--colormap", "viridi"], "viridis"),
    (["generate", "--nan-color", "red"], "--nan-color"),
    (["generate", "--store", "rgb16"], "--store"),
    (["generate", "--previews", "a:1,a:2"], "--previews"),
    (["generate", "--memory", "lots"], "--memory"),
    (["generate", "--share", "3/3"], "--share"),
    (["generate", "--config", "missing.toml"], "missing.toml"),
    (["convert", "only-one"], "OUTPUT"),
    (["convert", "a.tiff", "b.tiff", "--region", "0,0,0,5"], "--region"),
    (["completion", "tcsh"], "SHELL"),
    (["completion"], "SHELL"),
    (["generate", "--config", "."], "folder"),
    (["plan", "--config", "/dev/zero"], "/dev/zero"),
    (["plan", "--config", shutil.which("true")], "binary"),
    (["generate", *SMALL, "--out", "/dev/null"], "/dev/null"),
    (["generate", *SMALL, "--out", "/dev/null/run"], "/dev/null/run"),
    (["generate", *SMALL, "--out", "/proc/run"], "/proc"),
]


@pytest.mark.parametrize("words,named", BAD_USAGE, ids=lambda v: v if isinstance(v, str) else " ")
def test_bad_usage(pantile, tmp_path, words, named):
    done = pantile(*words, code=2, cwd=tmp_path)
    assert named in sentence(done)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == [], "bad usage leaves nothing behind"


# Formulas, and what the message has to name.
BAD_FORMULAS = [
    ("sinn(x)", "sinn"),
    ("sin(x", "bracket"),
    ("x +", "end"),
    ("x # y", "#"),
    ("bogus", "bogus"),
    ("min(x)", "min"),
]


@pytest.mark.parametrize("formula,named", BAD_FORMULAS, ids=lambda v: v)
@pytest.mark.parametrize("command", ["plan", "generate"])
def test_bad_formula(pantile, tmp_path, command, formula, named):
    done = pantile(command, "--formula", formula, *SMALL, code=2, cwd=tmp_path)
    assert named in sentence(done)
    assert any(re.fullmatch(r"\s*\^+~*\s*", line) for line in done.stderr.splitlines()), (
        "a caret points at the character", done.stderr)
    assert list(tmp_path.iterdir()) == []


BAD_TOML = [
    ("[formula]\nscael = 1\n", ["job.toml:2", "formula.scael", "formula.scale"]),
    ("[image]\nwidth = \"wide\"\n", ["job.toml:2", "image.width", "integer", "string"]),
    ("[image]\nwidth = 0\n", ["job.toml:2", "image.width"]),
    ("[image\n", ["job.toml:1"]),
    ("[imag]\nwidth = 5\n", ["job.toml:1", '"[imag]"', '"[image]"']),
]


@pytest.mark.parametrize("text,named", BAD_TOML, ids=range(len(BAD_TOML)))
def test_bad_toml(pantile, tmp_path, text, named):
    (tmp_path / "job.toml").write_text(text)
    done = pantile("generate", "--config", "job.toml", code=2, cwd=tmp_path)
    for part in named:
        assert part in sentence(done)
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_an_unreadable_config_is_named(pantile, tmp_path):
    (tmp_path / "job.toml").touch(mode=0o000)
    assert "permissions" in sentence(pantile("plan", "--config", "job.toml", code=2, cwd=tmp_path))


def test_a_folder_is_made_with_those_above_it(pantile, tmp_path):
    pantile("generate", *SMALL, "--out", tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c" / "job.json").exists()


@pytest.mark.parametrize("words", [
    ["--center", "1e10,0", "--scale", "1e-9"],
    ["--center", "0,3", "--scale", "1e-8", "--precision", "f32"],
])
def test_plan_and_generate_warn_of_a_scale_too_fine(pantile, tmp_path, words):
    plan = pantile("plan", *SMALL, *words, cwd=tmp_path).stdout
    [warning] = [line.split(None, 1)[1] for line in plan.splitlines() if line.startswith("warning")]
    for part in ["same point", "--scale", "--center"]:
        assert part in warning
    assert ("--precision f64" in warning) == ("f32" in words)
    said = pantile("generate", *SMALL, *words, "--out", tmp_path / "run").stderr
    assert f"warning: {warning}\n" in said
    finer = re.search(r"a --scale of (\S+) or more", warning)[1]
    again = pantile("plan", *SMALL, *words, "--scale", finer, cwd=tmp_path).stdout
    assert "warning" not in again, "the advice helps"


def test_plan_tells_the_ends_of_a_tiny_picture_apart(pantile, tmp_path):
    plan = pantile("plan", *SMALL, "--center", "1e10,0", "--scale", "1e-9", cwd=tmp_path).stdout
    assert "x around 10000000000, 6.4e-08 long" in plan
    assert "y -3.2e-08 to 3.2e-08" in plan


def test_memory_too_small_names_the_least_that_works(pantile, tmp_path):
    done = pantile("plan", "--size", "4096", "--memory", "1kB", code=2, cwd=tmp_path)
    assert re.search(r"\d", sentence(done))


def test_a_foreign_folder_is_left_alone(pantile, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("do not touch")
    done = pantile("generate", *SMALL, "--out", folder, code=2)
    assert "mine" in sentence(done)
    assert sorted(path.name for path in folder.iterdir()) == ["thesis.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_folder_is_named(pantile, tmp_path):
    tmp_path.chmod(0o500)
    done = pantile("generate", *SMALL, "--out", tmp_path / "run", code=None)
    assert done.returncode in (1, 2)
    assert "run" in sentence(done)


def test_no_error_names_a_file_twice(pantile, tmp_path):
    pantile("generate", *SMALL, "--tiff", "on", "--previews", "32", "--out", tmp_path / "run")
    whole = (tmp_path / "run" / "image.tiff").read_bytes()
    for name, content in [("bad.tiff", b"bad"), ("cut.tiff", whole[:2000]), ("bad.png", b"bad"),
                          ("cut.png", (tmp_path / "run/previews/preview-32.png").read_bytes()[:99])]:
        (tmp_path / name).write_bytes(content)
        done = pantile("preview", name, "--log", "quiet", cwd=tmp_path, code=None)
        assert done.returncode in (2, 3)
        assert sentence(done).count(name) == 1


@pytest.mark.parametrize("name", ["foreign.tiff", "foreign.png", "foreign.ome.zarr"])
def test_foreign_inputs(pantile, tmp_path, name):
    path = tmp_path / name
    if name.endswith(".zarr"):
        path.mkdir()
        (path / "zarr.json").write_text("{}")
    else:
        path.write_bytes(b"not an image at all")
    for command in (["info", path], ["preview", path], ["convert", path, tmp_path / "out.tiff"]):
        done = pantile(*command, code=None)
        assert done.returncode in (2, 3)
        assert "foreign" in sentence(done)


def test_a_missing_input_is_named(pantile, tmp_path):
    for command in (["info", "gone"], ["preview", "gone"], ["convert", "gone", "out.tiff"]):
        assert "gone" in sentence(pantile(*command, code=2, cwd=tmp_path))


def test_completion_scripts_parse(pantile, tmp_path):
    shells = {"bash": ["bash", "-n"], "zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"]}
    for shell, check in shells.items():
        script = tmp_path / f"completion.{shell}"
        script.write_text(pantile("completion", shell).stdout)
        assert "pantile" in script.read_text()
        if shutil.which(check[0]):
            subprocess.run([*check, script], check=True)


def test_bash_completes_commands_options_and_choices(pantile, tmp_path):
    script = tmp_path / "completion.bash"
    script.write_text(pantile("completion", "bash").stdout)

    def complete(*words):
        line = " ".join(f"'{word}'" for word in words)
        ask = (f"source '{script}'; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _pantile; "
               'printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True,
                              cwd=tmp_path)
        return done.stdout.split()

    assert complete("pantile", "gen") == ["generate"]
    assert complete("pantile", "generate", "--sca") == ["--scale"]
    assert complete("pantile", "generate", "--store", "value-u") == ["value-u16"]
    assert complete("pantile", "plan", "--device", "") == ["auto", "cpu", "cuda", "hybrid"]
    assert complete("pantile", "plan", "--config", "compl") == ["completion.bash"]


def test_the_manual_renders(pantile):
    text = pantile("man").stdout
    if not shutil.which("groff"):
        pytest.skip("groff is not installed")
    done = subprocess.run(["groff", "-man", "-Tascii", "-ww", "-b"], input=text, text=True,
                          capture_output=True, check=True)
    assert done.stderr == ""
    plain = re.sub(".\b", "", done.stdout)  # bold is a letter, a backspace and the letter again
    for command in COMMANDS:
        assert f"pantile {command}" in plain


def test_version_and_program_info(pantile):
    version = pantile("--version").stdout
    assert re.fullmatch(r"pantile \d+\.\d+\.\d+\n", version)
    info = json.loads(pantile("info", "--json").stdout)
    assert info["version"] == version.split()[1]
    assert info["simd_target"]
    assert info["simd_target"] in pantile("info").stdout
    assert "zstd" in info["libraries"]


def plan_options(pantile, *words, cwd) -> dict:
    return json.loads(pantile("plan", *words, "--log", "json", cwd=cwd).stdout)["options"]


def test_flags_and_toml_mean_the_same(pantile, tmp_path):
    words = ["--size", "640x480", "--formula", "simple", "--center", "-0.5,0.25", "--scale",
             "0.001", "--range", "-1,1", "--colormap", "viridis", "--previews", "64,t:32x32",
             "--tiff-compression", "zstd", "--out", "run"]
    (tmp_path / "job.toml").write_text("""
        [image]
        width = 640
        height = 480
        [formula]
        formula = "simple"
        center = [-0.5, 0.25]
        scale = 0.001
        [colour]
        range = [-1, 1]
        colormap = "viridis"
        [output]
        previews = [64, "t:32x32"]
        out = "run"
        [tiff]
        compression = "zstd"
    """)
    by_flags = plan_options(pantile, *words, cwd=tmp_path)
    by_toml = plan_options(pantile, "--config", "job.toml", cwd=tmp_path)
    by_toml_again = plan_options(pantile, "--config", "job.toml", "--width", "320", cwd=tmp_path)
    assert by_flags["image.width"] == "640" and by_flags["colour.range"] == "-1,1"
    assert by_toml == by_flags
    assert by_toml_again == {**by_flags, "image.width": "320"}
    assert not (tmp_path / "run").exists(), "plan writes nothing"


def test_a_job_reports_in_json_lines(pantile, tmp_path):
    done = pantile("generate", "--size", "300x200", "--formula", "gradient", "--previews", "64",
                   "--out", tmp_path / "run", "--log", "json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    names = [event["event"] for event in events]
    assert names[-1] == "summary"
    assert names.count("stage_begin") == names.count("stage_end") >= 1
    summary = events[-1]
    assert summary["pixels"] == summary["pixels_done"] == 300 * 200
    for output in summary["outputs"]:
        assert pathlib.Path(output["path"]).exists()
        assert output["disk_bytes"] > 0
    assert done.stderr == ""


def test_text_quiet_and_the_dated_folder(pantile, tmp_path):
    done = pantile("generate", *SMALL, "--formula", "simple", cwd=tmp_path)
    [folder] = tmp_path.iterdir()
    assert re.fullmatch(r"pantile-\d{8}-\d{6}", folder.name)
    assert "peak memory" in done.stdout and "image.ome.zarr" in done.stdout
    assert "\r" not in done.stderr and "\x1b" not in done.stderr
    again = pantile("generate", *SMALL, "--formula", "simple", "--out", folder, "--log", "quiet")
    assert again.stdout == again.stderr == ""


def test_other_settings_are_refused_by_name(pantile, tmp_path):
    words = ["generate", *SMALL, "--out", tmp_path / "run", "--formula", "simple", "--log", "quiet"]
    pantile(*words)
    refused = pantile(*words, "--scale", "0.25", code=2)
    assert "scale" in sentence(refused)
    pantile(*words, "--scale", "0.25", "--restart")


def summary_of(done) -> dict:
    return json.loads(done.stdout.splitlines()[-1])


def test_pixels_are_those_of_level_0_everywhere(pantile, tmp_path):
    size = ["--size", "1500x1100", "--formula", "simple", "--previews", "none"]
    run, pixels = tmp_path / "run", 1500 * 1100
    for done in [
        pantile("generate", *size, "--tiff", "off", "--out", run, "--log", "json"),
        pantile("convert", run, tmp_path / "a.ome.zarr", "--log", "json"),
        pantile("convert", run / "image.ome.zarr", tmp_path / "a.tiff", "--log", "json"),
        pantile("convert", tmp_path / "a.tiff", tmp_path / "b.tiff", "--compression", "zstd",
                "--log", "json"),
    ]:
        events = [json.loads(line) for line in done.stdout.splitlines()]
        ends = [event for event in events if event["event"] == "stage_end" and event["unit"] == "px"]
        assert [(end["done"], end["total"]) for end in ends] == [(pixels, pixels)]
        assert events[-1]["pixels"] == events[-1]["pixels_done"] == pixels
        assert events[-1]["stages"][0]["amount"] == pixels
    export = pantile("generate", *size, "--tiff", "on", "--out", run, "--log", "json")
    assert summary_of(export)["stages"][0] | {"wall_s": 0} == {
        "name": "export", "wall_s": 0, "amount": pixels, "unit": "px"}
    assert summary_of(export)["pixels_done"] == 0


def test_colours_cannot_be_recoloured_and_the_file_is_named(pantile, tmp_path):
    pantile("generate", *SMALL, "--out", tmp_path / "run")
    for command in ["preview", "convert"]:
        out = ["out.tiff"] if command == "convert" else []
        said = sentence(pantile(command, "run", *out, "--colormap", "viridis", code=2,
                                cwd=tmp_path))
        assert "run/image.ome.zarr holds colours" in said and "--store value-f32" in said


def test_info_preview_and_convert(pantile, tmp_path):
    run = tmp_path / "run"
    pantile("generate", "--size", "300x200", "--formula", "simple", "--store", "value-u16",
            "--tiff", "off", "--previews", "none", "--out", run)
    info = json.loads(pantile("info", run, "--json").stdout)
    assert [info["levels"][0][side] for side in ("width", "height")] == [300, 200]
    assert info["dtype"] == "uint16"
    assert "complete" in info["state"]
    assert "300 x 200" in pantile("info", run).stdout
    pantile("preview", run, "--width", "50", "--colormap", "viridis")
    assert (run / "previews" / "view-50.png").exists()
    out = tmp_path / "cut.tiff"
    pantile("convert", run, out, "--region", "10,20,100,50", "--compression", "zstd")
    assert "100 x 50" in pantile("info", out).stdout


def test_ctrl_c_ends_with_five_and_the_job_goes_on(program, pantile, tmp_path):
    words = ["generate", "--size", "12000", "--tiff", "off", "--previews", "none", "--shard",
             "1024", "--threads", "1", "--out", str(tmp_path / "run")]
    job = subprocess.Popen([program, *words, "--log", "json"], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
    for line in job.stdout:
        if json.loads(line)["event"] in ("progress", "stage_begin"):
            break
    time.sleep(0.2)
    job.send_signal(signal.SIGINT)
    out, err = job.communicate(timeout=120)
    assert job.returncode == 5, err
    assert err == "pantile: interrupted; run the same command again to go on\n"
    assert any(json.loads(line)["event"] == "interrupt" for line in out.splitlines())
    events = [json.loads(line) for line in
              pantile(*words, "--log", "json").stdout.splitlines()]
    assert events[-1]["event"] == "summary"
    assert events[-1]["pixels"] == 12000 * 12000


def test_the_zstd_level_is_the_one_asked_for(pantile, tmp_path):
    """A higher level makes smaller shards, and the metadata name it."""
    sizes = {}
    for level in (1, 12):
        out = tmp_path / str(level)
        pantile("generate", "--size", "512", "--scale", "0.01", "--tiff", "off", "--previews",
                "none", "--zstd-level", level, "--out", out)
        shard = out / "image.ome.zarr" / "0" / "c" / "0" / "0" / "0"
        sizes[level] = shard.stat().st_size
        array = (out / "image.ome.zarr" / "0" / "zarr.json").read_text()
        assert f'"level":{level}' in array.replace(" ", "")
    assert sizes[12] < 0.95 * sizes[1]


def test_a_view_leaves_the_jobs_previews_alone(pantile, tmp_path):
    out = tmp_path / "run"
    pantile("generate", "--size", "300", "--tiff", "off", "--previews", "100", "--out", out)
    before = (out / "previews" / "preview-100.png").read_bytes()
    pantile("preview", out, "--width", "100", "--region", "0,0,200,200")
    assert (out / "previews" / "preview-100.png").read_bytes() == before
    assert (out / "previews" / "view-100-at-0-0-200x200.png").exists()
    pantile("check", out)


def test_a_report_replaces_only_a_report(pantile, tmp_path):
    words = ["validate", "--size", "200", "--validate-size", "64", "--validate-samples", "5"]
    (tmp_path / "report.png").write_bytes(b"mine")
    assert "report.png was not written by" in pantile(*words, "--out", tmp_path, code=2).stderr
    assert (tmp_path / "report.png").read_bytes() == b"mine"
    for _ in range(2):
        pantile(*words, "--out", tmp_path / "report")
