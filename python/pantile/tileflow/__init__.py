"""TileFlow's names: a program written for TileFlow 0.6 runs with this import instead.

``docs/python/tileflow.md`` lists what differs. `TileFlowMasked` is what TileFlow 0.7 calls
`TileFlow`.
"""

from pantile.tileflow import reconstruction
from pantile.tileflow.backends import (
    ArrayStreamable,
    NumpyStreamable,
    Streamable,
    ZarrStreamable,
    as_streamable,
)
from pantile.tileflow.callbacks import (
    CodeCarbonTracker,
    CompositeCallback,
    MemoryTracker,
    MetricsCallback,
    ProgressCallback,
    TileFlowCallback,
)
from pantile.tileflow.flow import TileFlow
from pantile.tileflow.geometry import (
    BBox,
    BoundaryEdges,
    ProcessedTile,
    TileGeometry,
    TilePosition,
    TileSpec,
)
from pantile.tileflow.grid import GridSpec
from pantile.tileflow.masked import MaskedArrayStreamable, MaskedStreamable, TileFlowMasked
from pantile.tileflow.sobel import SobelEdgeDetector, sobel_magnitude
from pantile.tileflow.synthetic import CHANNEL_MODES, generate_multichannel_image

__all__ = [
    "CHANNEL_MODES",
    "ArrayStreamable",
    "BBox",
    "BoundaryEdges",
    "CodeCarbonTracker",
    "CompositeCallback",
    "GridSpec",
    "MaskedArrayStreamable",
    "MaskedStreamable",
    "MemoryTracker",
    "MetricsCallback",
    "NumpyStreamable",
    "ProcessedTile",
    "ProgressCallback",
    "SobelEdgeDetector",
    "Streamable",
    "TileFlow",
    "TileFlowCallback",
    "TileFlowMasked",
    "TileGeometry",
    "TilePosition",
    "TileSpec",
    "ZarrStreamable",
    "as_streamable",
    "generate_multichannel_image",
    "reconstruction",
    "sobel_magnitude",
]
