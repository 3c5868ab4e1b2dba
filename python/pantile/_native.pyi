from collections.abc import Callable
from typing import Any
from weakref import ReferenceType

import numpy as np
from numpy.typing import NDArray

from pantile._chunks import ChunkCaller
from pantile._function import TileCaller

Corners = tuple[int, int, int, int]

class WriteOptions:
    tile_px: int
    shard_px: int
    zstd_level: int
    tiff_compression: str

def statistics(image: Image, threads: int, listener: object | None) -> dict[str, NDArray[Any]]: ...
def quantiles(
    image: Image, shares: tuple[float, float], threads: int, listener: object | None
) -> NDArray[np.float64]: ...
def histogram(
    image: Image, low: float, high: float, bins: int, threads: int, listener: object | None
) -> NDArray[np.uint64]: ...

class FunctionOptions:
    tile_px: int
    halo_px: int
    channels: int
    batch: int
    outside: float
    overlap_px: int
    cache_bytes: int
    def set_stitch(self, least: float) -> None: ...
    def set_blend(self, name: str) -> None: ...
    def set_dtype(self, name: str) -> None: ...
    def set_boundary(self, name: str) -> None: ...

class Image:
    @staticmethod
    def open(path: str) -> Image: ...
    @staticmethod
    def formula(
        expression: str,
        width: int,
        height: int,
        center_x: float,
        center_y: float,
        scale: float | None,
        samples: int,
        precision: str,
        store: str,
    ) -> Image: ...
    @staticmethod
    def from_array(array: NDArray[Any], axes: str, name: str, owner: object) -> Image: ...
    @staticmethod
    def from_object(
        reader: ReferenceType[Callable[[int, int, int, int, int, int, int, int], NDArray[Any]]],
        shape: tuple[int, int, int, int, int],
        dtype: str,
        tile_px: int,
        channels_together: int,
        name: str,
        version: str,
    ) -> Image: ...
    @property
    def t(self) -> int: ...
    @property
    def z(self) -> int: ...
    @property
    def t_step(self) -> tuple[float, str]: ...
    @property
    def z_step(self) -> tuple[float, str]: ...
    @property
    def channels(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def dtype(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def scale(self) -> tuple[float, float]: ...
    @property
    def channel_names(self) -> list[str]: ...
    @property
    def tile_px(self) -> int: ...
    def fingerprint(self) -> str: ...
    def apply(self, operators: str, others: list[Image]) -> Image: ...
    def label(self, connectivity: int) -> Image: ...
    def regions(
        self,
        channel: int,
        values: Image | None,
        value_channel: int,
        threads: int,
        listener: object | None,
    ) -> dict[str, NDArray[Any]]: ...
    def crop(self, corners: Corners, c0: int, c1: int) -> Image: ...
    def planes(self, t0: int, t1: int, z0: int, z1: int) -> Image: ...
    def map(
        self,
        adapter: ReferenceType[TileCaller],
        name: str,
        version: str,
        flat: bool,
        options: FunctionOptions,
    ) -> Image: ...
    def visit(
        self,
        adapter: ReferenceType[ChunkCaller],
        name: str,
        flat: bool,
        options: FunctionOptions,
        threads: int,
        listener: object | None,
    ) -> None: ...
    def compute(self, out: NDArray[Any], threads: int, listener: object | None) -> None: ...
    def write(
        self,
        path: str,
        options: WriteOptions,
        restart: bool,
        threads: int,
        memory_bytes: int,
        listener: object | None,
    ) -> dict[str, Any]: ...

def operators() -> list[dict[str, Any]]: ...
def version() -> str: ...
def simd_target() -> str: ...
def run_command(words: list[str], listener: object | None) -> Any: ...
def command_options(command: str) -> list[tuple[str, bool, str]]: ...
