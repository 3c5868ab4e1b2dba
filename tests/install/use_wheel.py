"""What somebody who has only the wheel does first; run in an empty folder."""

import importlib.metadata
import pathlib

import numpy as np

import pantile as pt

assert pt.__version__ == importlib.metadata.version("pantile")
pixels = np.random.default_rng(1).random((2, 300, 400), dtype=np.float32)
image = pt.open(pixels).gaussian(1.5).map(lambda tile: tile + 1, version="1")
image.write("a.ome.zarr")
np.testing.assert_array_equal(pt.open("a.ome.zarr").compute(), image.compute())
pt.generate("complex", "job", width=200, height=100)
assert pt.check("job")["whole"]
assert sorted(p.name for p in pathlib.Path().iterdir()) == ["a.ome.zarr", "job"]
print(f"pantile {pt.__version__} ({pt.simd_target()}) works")
