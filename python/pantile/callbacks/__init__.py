"""What follows a job: progress, figures, memory, energy, and one's own.

A job calls the hooks of the callbacks it is given, one at a time, whatever its threads do. A hook
that fails is reported as a `CallbackWarning`, and the job goes on.
"""

from pantile.callbacks.base import Callback, Stage
from pantile.callbacks.composite import Composite
from pantile.callbacks.dispatch import CallbackList, CallbackWarning
from pantile.callbacks.energy import WORLD_GRID_G_PER_KWH, Energy, EnergyReport
from pantile.callbacks.memory import MemoryTracker
from pantile.callbacks.metrics import Metrics
from pantile.callbacks.progress import Progress

__all__ = [
    "WORLD_GRID_G_PER_KWH",
    "Callback",
    "CallbackList",
    "CallbackWarning",
    "Composite",
    "Energy",
    "EnergyReport",
    "MemoryTracker",
    "Metrics",
    "Progress",
    "Stage",
]
