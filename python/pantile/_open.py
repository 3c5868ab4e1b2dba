"""Whatever holds pixels becomes a lazy image."""

from __future__ import annotations

import os
import secrets
import weakref
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pantile import _native
from pantile._arguments import text, whole_number
from pantile._errors import MissingError
from pantile._image import Image
from pantile._reader import Reader

_AXES = {2: "yx", 3: "cyx", 5: "tczyx"}
_TYPES = "bool, integers or floats of at most 64 bits"


def open(  # noqa: A001
    image: Any, *, axes: str | None = None, name: str | None = None, version: str | None = None
) -> Image:
    """Open an image without reading its pixels.

    Parameters
    ----------
    image : path, array or array-like object
        A job's folder, an ``.ome.zarr``, a ``.tif``, ``.tiff`` or ``.btf``, a ``.png``; a NumPy
        array or whatever has ``__dlpack__`` (read where it lies, so leave it unchanged); or any
        object with ``shape``, ``dtype`` and ``__getitem__`` (Zarr, h5py, one's own), of which just
        the pixels that are needed are read.
    axes : str, optional
        Of arrays and objects: what their dimensions are, y, x and any of t, c and z, as "yxc" or
        "zyx". By default "yx", "cyx" or "tczyx".
    name : str, optional
        What messages and metadata call an array or object.
    version : str, optional
        Of an object: names its content, so that a job that reads it can be resumed. Change it
        whenever the content changes. Files and arrays need none.

    Returns
    -------
    Image
        Of axes c, y, x; of a stack t, c, z, y, x; of an array those that it has, in this order.

    Raises
    ------
    FileNotFoundError, ForeignError, CorruptError
        Of files.
    TypeError, ValueError
        Of arrays and objects that are no images.
    """
    if isinstance(image, (str, os.PathLike)):
        if axes is not None or version is not None:
            msg = "axes and version are for arrays and objects: a file says them itself"
            raise TypeError(msg)
        if not (path := os.fsdecode(image)):
            msg = "the path is empty"
            raise MissingError(msg)
        native = _native.Image.open(path)
        return Image(native, "cyx" if native.t * native.z == 1 else "tczyx")
    if isinstance(image, Image):
        return image
    if not isinstance(image, np.ndarray) and hasattr(image, "__dlpack__"):
        image = np.from_dlpack(image)
    if not all(hasattr(image, a) for a in ("shape", "dtype", "__getitem__")):
        msg = (
            f"{type(image).__name__} is no image: expected a path, an array, or an object with "
            "shape, dtype and __getitem__"
        )
        raise TypeError(msg)
    for value, what in ((axes, "axes"), (name, "name"), (version, "version")):
        if value is not None:
            text(value, what)
    shape = _checked_shape(image)
    axes = _checked_axes(len(shape), axes)
    if isinstance(image, np.ndarray):
        return _of_array(image, axes, name or "array")
    return _of_object(image, shape, axes, name or type(image).__name__, version)


def _checked_shape(image: Any) -> tuple[int, ...]:
    try:
        lengths = tuple(image.shape)
    except TypeError:
        msg = f"the shape of {type(image).__name__} is {image.shape!r}: expected a tuple of numbers"
        raise TypeError(msg) from None
    shape = tuple(whole_number(n, f"a length of {type(image).__name__}", 0) for n in lengths)
    if 0 in shape:
        msg = f"{type(image).__name__} has no pixels: its shape is {shape}"
        raise ValueError(msg)
    return shape


def _checked_axes(ndim: int, axes: str | None) -> str:
    if axes is None:
        if ndim not in _AXES:
            msg = (
                f"the array has {ndim} dimensions: expected 2 (y, x), 3 (c, y, x) or 5 "
                '(t, c, z, y, x); say which they are, as in axes="zcyx"'
            )
            raise ValueError(msg)
        return _AXES[ndim]
    known = set(axes) <= set("tczyx") and len(set(axes)) == len(axes)
    if not known or len(axes) != ndim or not 0 <= axes.find("y") < axes.find("x"):
        msg = (
            f'axes="{axes}" of {ndim} dimensions: expected one letter for each, y before x and any '
            'of t, c and z, as in "yxc"'
        )
        raise ValueError(msg)
    return axes


def _in_order(axes: str) -> str:
    """Those of an image."""
    return "".join(a for a in "tczyx" if a in axes)


def _of_array(array: NDArray[Any], axes: str, name: str) -> Image:
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        msg = f"the array's samples are {array.dtype}: expected {_TYPES}"
        raise TypeError(msg)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if any(stride % array.dtype.itemsize for stride in array.strides):
        array = array.copy()  # a field of records, say
    native = _native.Image.from_array(array, axes, name, array)
    return Image(native, _in_order(axes))


def _of_object(
    image: Any, shape: tuple[int, ...], axes: str, name: str, version: str | None
) -> Image:
    dtype = np.dtype(image.dtype)
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        msg = f"the object's samples are {dtype}: expected {_TYPES}"
        raise TypeError(msg)
    native_dtype = np.dtype(np.uint8) if dtype.kind == "b" else dtype.newbyteorder("=")
    sizes = dict(zip(axes, shape, strict=True))
    chunks = getattr(image, "chunks", None)
    edges = dict(zip(axes, chunks, strict=True)) if chunks and len(chunks) == len(axes) else {}
    edge = edges.get("x")
    tile_px = int(edge) if isinstance(edge, Integral) and edge == edges["y"] else 0
    channels, together = sizes.get("c", 1), edges.get("c", 1)
    is_grouped = isinstance(together, Integral) and channels % int(together) == 0
    reader = Reader(image, axes, name, native_dtype)
    native = _native.Image.from_object(
        weakref.ref(reader),
        (sizes.get("t", 1), sizes.get("c", 1), sizes.get("z", 1), sizes["y"], sizes["x"]),
        native_dtype.name,
        tile_px,
        int(together) if is_grouped else channels,
        name,
        version if version is not None else secrets.token_hex(16),
    )
    unnamed = () if version is not None else (f"{name} has no version=",)
    return Image(native, _in_order(axes), kept=(reader,), unnamed=unnamed)
