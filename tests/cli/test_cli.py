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

COMMANDS = ["generate", "plan", "info", "preview", "convert", "man", "completion"]
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
]


@pytest.mark.parametrize("text,named", BAD_TOML, ids=range(len(BAD_TOML)))
def test_bad_toml(pantile, tmp_path, text, named):
    (tmp_path / "job.toml").write_text(text)
    done = pantile("generate", "--config", "job.toml", code=2, cwd=tmp_path)
    for part in named:
        assert part in sentence(done)
    assert done.stderr.count("\n") == 1


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
    assert (run / "previews" / "preview-50.png").exists()
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
