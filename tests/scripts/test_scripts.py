"""The scripts that a reader of the README runs: from anywhere, again and again."""

import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(script, *words, cwd, **environment):
    return subprocess.run([script, *words], cwd=cwd, env={**os.environ, **environment}, text=True,
                          capture_output=True, check=False, stdin=subprocess.DEVNULL)


def times(folder):
    return {p: p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}


def test_the_demo_from_another_folder_and_again(tmp_path):
    out = tmp_path / "made here" / "demo"

    def demo():
        done = run(ROOT / "scripts/demo", cwd=tmp_path, DEMO_SIZE="1500", DEMO_OUT="made here/demo")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "setup: installing" not in done.stdout
        return done

    first = demo()
    assert f"1500 x 1500 pixels lies in {out}:" in first.stdout
    for name in ("image.ome.zarr", "image.tiff", "previews", "job.json"):
        assert (out / name).exists(), name
    assert [p.name for p in tmp_path.iterdir()] == ["made here"]

    made = times(out)
    again = demo()
    assert "every pixel is there already" in again.stdout + again.stderr
    assert times(out) == made

    lost = sorted((out / "previews").iterdir())[0]
    lost.unlink()
    demo()
    assert lost.exists()
    assert {p: t for p, t in times(out).items() if p != lost and p.name != "job.json"} == {
        p: t for p, t in made.items() if p != lost and p.name != "job.json"}


def test_the_examples_of_the_language_are_those_of_the_list(tmp_path):
    """docs/formulas.md is written from docs/formulas.toml; a change of either alone is noticed."""
    checked = run(ROOT / "scripts/docs-pictures", "--check", cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    for name in ("scripts/docs-pictures", "docs/formulas.md", "docs/formulas.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    copy = tmp_path / "scripts/docs-pictures"
    assert run(copy, "--check", cwd=ROOT).returncode == 0
    text = (tmp_path / "docs/formulas.toml").read_text()
    (tmp_path / "docs/formulas.toml").write_text(text.replace("title = \"", "title = \"Not ", 1))
    stale = run(copy, "--check", cwd=ROOT)
    assert stale.returncode != 0 and "docs/formulas.md differs" in stale.stderr


def test_every_example_has_its_picture():
    import tomllib

    examples = tomllib.loads((ROOT / "docs/formulas.toml").read_text())["example"]
    assert len(examples) > 5
    for example in examples:
        assert (ROOT / f"docs/pictures/{example['name']}.png").stat().st_size <= 60_000
