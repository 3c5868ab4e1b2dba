"""Jobs with the options of the command line."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

from pantile import _native
from pantile._arguments import text, whole_number
from pantile._errors import python_words
from pantile._image import Image
from pantile._listener import listening

Path = str | os.PathLike[str]


@functools.cache
def _options_of(command: str) -> dict[str, bool]:
    """The command's options, and whether they have a value."""
    return {flag: has_value for flag, has_value, _ in _native.command_options(command)}


def _value(value: Any, name: str) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, (tuple, list)):
        return ",".join(_value(v, name) for v in value)
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real):
        return repr(float(value))
    if isinstance(value, (str, os.PathLike)):
        return os.fsdecode(value)
    msg = f"{name} is {value!r}: expected a number, a str, a path, True or False, or several"
    raise TypeError(msg)


def _run(command: str, places: Iterable[Any], options: dict[str, Any], callbacks: object) -> Any:
    known = _options_of(command)
    words = [command]
    for name, value in options.items():
        if value is None:
            continue
        flag = name.replace("_", "-")
        if flag not in known:
            msg = f"{command}() has no option {name}: expected one of {', '.join(sorted(known))}"
            raise TypeError(msg)
        if known[flag]:
            words.append(f"--{flag}={_value(value, name)}")
        elif not isinstance(value, bool):
            msg = f"{name} is {value!r}: expected True or False"
            raise TypeError(msg)
        elif value:
            words.append(f"--{flag}")
    # A name that begins with a dash is no option.
    words += [f"./{p}" if p.startswith("-") else p for p in map(os.fsdecode, places)]
    with listening(callbacks, {"command": command}) as listener, python_words("restart=True"):
        return _native.run_command(words, listener)


def generate(formula: str, out: Path, *, callbacks: object = (), **options: Any) -> dict[str, Any]:
    """Render a formula into a folder: a store, a TIFF and previews.

    Parameters
    ----------
    formula : str
        A built-in's name or an expression of x and y.
    out : path
        The folder; a job that was stopped there goes on.
    callbacks : Callback or iterable of them
    **options
        Those of ``pantile generate --help``, with ``_`` for ``-``: ``width=100_000``,
        ``center=(0, 0)``, ``device="cpu"``, ``restart=True``.

    Returns
    -------
    dict
        What the job did.
    """
    options = {"formula": text(formula, "formula"), "out": os.fsdecode(out), **options}
    return dict(_run("generate", [], options, callbacks))


def convert(
    source: Path, target: Path, *, callbacks: object = (), **options: Any
) -> dict[str, Any]:
    """Write an image in another form; options as of ``pantile convert``."""
    return dict(_run("convert", [source, target], options, callbacks))


def preview(
    source: Path, target: Path, *, callbacks: object = (), **options: Any
) -> dict[str, Any]:
    """Write a small PNG of an image; options as of ``pantile preview``."""
    return dict(_run("preview", [source], {"out": os.fsdecode(target), **options}, callbacks))


def validate(formula: str, *, callbacks: object = (), **options: Any) -> dict[str, Any]:
    """Check the pixels that `generate` would make; returns the report, passed or not."""
    options = {"formula": text(formula, "formula"), **options}
    return dict(_run("validate", [], options, callbacks))


def check(path: Path, *, fast: bool = False, callbacks: object = ()) -> dict[str, Any]:
    """Look whether what lies under `path` is whole; returns what was found."""
    return dict(_run("check", [path], {"fast": fast}, callbacks))


def repair(path: Path, *, callbacks: object = (), **options: Any) -> dict[str, Any]:
    """Make whole what `check` found; returns what is left."""
    return dict(_run("repair", [path], options, callbacks))


def formula(
    expression: str,
    *,
    width: int = 10240,
    height: int | None = None,
    center: tuple[float, float] = (0.0, 0.0),
    scale: float | None = None,
    samples: int = 1,
    precision: str = "f64",
    store: str = "value-f32",
) -> Image:
    """Make a formula a lazy image.

    Parameters
    ----------
    expression : str
        A built-in's name or an expression of x and y.
    width, height : int
        In pixels; the height is the width by default.
    center : tuple of float
        The point in the middle.
    scale : float, optional
        Units per pixel; by default 20 over the shorter side.
    samples : int
        n: n by n samples a pixel.
    precision : str
        "f64" or "f32".
    store : str
        "value-f32" (values), "value-u16", or "rgb8" (colours).
    """
    size = (
        whole_number(width, "width", 1),
        whole_number(width if height is None else height, "height", 1),
    )
    if (
        not isinstance(center, (tuple, list))
        or len(center) != 2
        or not all(isinstance(c, Real) for c in center)
    ):
        msg = f"center is {center!r}: expected two numbers"
        raise TypeError(msg)
    if scale is not None and not isinstance(scale, Real):
        msg = f"scale is {scale!r}: expected a number"
        raise TypeError(msg)
    native = _native.Image.formula(
        text(expression, "expression"),
        *size,
        float(center[0]),
        float(center[1]),
        None if scale is None else float(scale),
        whole_number(samples, "samples", 1),
        text(precision, "precision"),
        text(store, "store"),
    )
    return Image(native, "cyx" if native.channels > 1 else "yx")
