"""The exceptions of Pantile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = [
    "BY_CODE",
    "CancelledError",
    "ConflictError",
    "CorruptError",
    "ForeignError",
    "InternalError",
    "InvalidError",
    "MissingError",
    "PantileError",
    "ReadWriteError",
    "SpaceError",
    "TileError",
    "TooLittleMemoryError",
    "python_words",
]


class PantileError(Exception):
    """Whatever Pantile refuses or fails at; the text names the object and what to do."""


class InvalidError(PantileError, ValueError):
    """A value that cannot be: an option, an operator, a size."""


class MissingError(PantileError, FileNotFoundError):
    """A named thing is not there."""


class ForeignError(PantileError, ValueError):
    """It is there, but not in a form that Pantile reads."""


class ConflictError(PantileError, FileExistsError):
    """Somebody else holds it, or it belongs to a different job."""


class CorruptError(PantileError):
    """Bytes do not match their checksum or contradict themselves."""


class SpaceError(PantileError, OSError):
    """The disk is, or would be, full."""


class TooLittleMemoryError(PantileError, MemoryError):
    """The memory budget does not suffice."""


class ReadWriteError(PantileError, OSError):
    """The operating system refused a read, write, sync or rename."""


class CancelledError(PantileError):
    """Stopped on request; what is committed stays, and the job can be resumed."""


class InternalError(PantileError, RuntimeError):
    """A broken promise within Pantile."""


class TileError(PantileError, RuntimeError):
    """A function failed on a tile; its own exception is the cause.

    Attributes
    ----------
    row, column : int
        Of the grid of tiles.
    """

    def __init__(self, message: str, row: int = -1, column: int = -1) -> None:
        super().__init__(message)
        self.row = row
        self.column = column


BY_CODE: dict[str, type[PantileError]] = {
    "invalid": InvalidError,
    "not_found": MissingError,
    "foreign": ForeignError,
    "conflict": ConflictError,
    "corrupt": CorruptError,
    "out_of_space": SpaceError,
    "out_of_memory": TooLittleMemoryError,
    "io": ReadWriteError,
    "cancelled": CancelledError,
    "internal": InternalError,
}


@contextmanager
def python_words(restart: str) -> Iterator[None]:
    """Name options as Python does in what the engine says: ``tile`` for ``--tile``.

    `restart` is how beginning anew is asked for.
    """
    try:
        yield
    except PantileError as error:
        text = str(error).replace("--restart", restart)
        text = re.sub(r"--([a-z]+(?:-[a-z]+)*)", lambda m: m[1].replace("-", "_"), text)
        error.args = (text,)
        raise
