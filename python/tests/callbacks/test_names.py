"""What the package offers by its own name."""

import inspect

import pantile as pt
from pantile import callbacks


def test_callbacks_have_short_names():
    for name in ("Callback", "Composite", "Energy", "MemoryTracker", "Metrics", "Progress"):
        assert getattr(pt, name) is getattr(callbacks, name)
        assert inspect.getdoc(getattr(pt, name))


def test_a_job_of_the_engine_is_followed(tmp_path):
    import io

    import numpy as np

    file, metrics, energy = io.StringIO(), pt.Metrics(), pt.Energy(log_dir=tmp_path / "logs")
    memory = pt.MemoryTracker()
    image = pt.open(np.arange(600 * 700, dtype="f4").reshape(600, 700)).gaussian(2)
    image.write(
        tmp_path / "out.ome.zarr",
        callbacks=[pt.Progress(file=file), pt.Composite([metrics, memory]), energy],
    )
    assert metrics.stages
    assert all(stage.done == stage.total for stage in metrics.stages)
    assert metrics.stages[-1].name in file.getvalue()
    assert metrics.wall_s > 0
    assert memory.peak_bytes >= memory.baseline_bytes > 0
    assert isinstance(energy.report.emissions_kg, float)
    assert len(list((tmp_path / "logs").iterdir())) == 1
