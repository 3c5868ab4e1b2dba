"""The code of the documentation runs as it stands, block after block of a page."""

import pathlib
import re
import warnings

import pytest

import pantile as pt

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks_of(page):
    text = (ROOT / page).read_text()
    for match in BLOCK.finditer(text):
        yield text.count("\n", 0, match.start(1)), match[1]


def run(page):
    """Run the page's blocks in one namespace; lines of exceptions are those of the page."""
    namespace = {"__name__": "page"}
    count = 0
    for line, code in blocks_of(page):
        exec(compile("\n" * line + code, str(ROOT / page), "exec"), namespace)
        count += 1
    return count


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_guide(folder, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run("docs/python/index.md") >= 10
    printed = capsys.readouterr().out
    # What its comments say is printed.
    assert "<pantile.Image (c: 1, y: 1000, x: 1500) float32 intensity>" in printed
    assert "picky on tile (1, 0), x 0 to 256, y 256 to 512: RuntimeError: not this one" in printed


# (Those of docs/python/tileflow.md are run by tileflow/test_original_examples.py.)
@pytest.mark.parametrize("page", ["README.md", "docs/python/callbacks.md"])
def test_other_pages(folder, page):
    pt.formula("sin(8*x*y)", width=600, height=500).write("slide.ome.zarr")
    assert run(page) >= 1


def test_links_lead_somewhere():
    for page in sorted((ROOT / "docs" / "python").glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"
