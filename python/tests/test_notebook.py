"""The notebook runs from its first cell to its last, and shows what it says it shows."""

import base64
import io
import os
import pathlib

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

NOTEBOOK = pathlib.Path(__file__).resolve().parents[2] / "examples" / "python" / "tour.ipynb"


def test_no_outputs_are_kept():
    for cell in nbformat.read(NOTEBOOK, 4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_the_tour(tmp_path, monkeypatch):
    from PIL import Image

    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "jupyter"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    notebook = nbformat.read(NOTEBOOK, 4)
    nbformat.validate(notebook)
    client = nbclient.NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    )
    client.execute()
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    pictures = [
        Image.open(io.BytesIO(base64.b64decode(o.data["image/png"])))
        for o in outputs
        if "image/png" in o.get("data", {})
    ]
    if kept := os.environ.get("PANTILE_KEEP_PICTURES"):  # to look at them
        for i, picture in enumerate(pictures):
            picture.save(pathlib.Path(kept) / f"tour-{i}.png")
    assert [p.size for p in pictures] == [(800, 600), (800, 600), (800, 600), (600, 600)]
    for picture in pictures:
        least, most = picture.convert("L").getextrema()
        assert most - least > 100
    text = "".join(o.get("text", "") for o in outputs)
    assert "stopped; there is ['rough.ome.zarr.parts']" in text
    assert "['rough.ome.zarr']" in text
    assert not list(tmp_path.glob("pantile-tour-*"))
