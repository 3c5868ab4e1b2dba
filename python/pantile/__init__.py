"""Images too large for memory: opened, filtered, mapped, computed and written by tiles.

>>> import pantile as pt
>>> edges = pt.open("slide.ome.zarr").rescale(quantiles=(0.02, 0.98)).gaussian(2).sobel()
>>> edges.write("edges.ome.zarr")                               # doctest: +SKIP
"""

from pantile import callbacks
from pantile._errors import (
    CancelledError,
    ConflictError,
    CorruptError,
    ForeignError,
    InternalError,
    InvalidError,
    MissingError,
    PantileError,
    ReadWriteError,
    SpaceError,
    TileError,
    TooLittleMemoryError,
)
from pantile._function import Tile
from pantile._image import Image
from pantile._jobs import check, convert, formula, generate, preview, repair, validate
from pantile._native import simd_target, version
from pantile._open import open  # noqa: A004 (pt.open is what users expect)
from pantile.callbacks import (
    Callback,
    CallbackWarning,
    Composite,
    Energy,
    MemoryTracker,
    Metrics,
    Progress,
    Stage,
)

__version__ = version()

__all__ = [
    "Callback",
    "CallbackWarning",
    "CancelledError",
    "Composite",
    "ConflictError",
    "CorruptError",
    "Energy",
    "ForeignError",
    "Image",
    "InternalError",
    "InvalidError",
    "MemoryTracker",
    "Metrics",
    "MissingError",
    "PantileError",
    "Progress",
    "ReadWriteError",
    "SpaceError",
    "Stage",
    "Tile",
    "TileError",
    "TooLittleMemoryError",
    "callbacks",
    "check",
    "convert",
    "formula",
    "generate",
    "open",
    "preview",
    "repair",
    "simd_target",
    "validate",
]
