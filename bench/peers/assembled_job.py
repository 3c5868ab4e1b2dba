#!/usr/bin/env python3
"""The job of compare_job.py as one puts it together from Numba, zarr-python 3 and libvips.

    bench/peers/assembled_job.py OUT_FOLDER [--side 16384] [--threads 2]

Renders the complex picture, writes an OME-Zarr pyramid (shards of 4096², chunks of 512², zstd-1),
reads the picture back, writes a pyramidal deflate BigTIFF with SubIFDs (tiles of 512²), and two
thumbnails. Imports and Numba's compilation are not counted. Nothing is synced to the disk. Rows,
columns, colours is the order of the Zarr axes: OME-Zarr wants colours first, which would make this
slower. Prints one JSON line: seconds by step and in all, and the peak of resident memory.

Needs: numba, numpy, zarr 3, pyvips (scripts/setup --bench makes .venv-bench with them).
"""
import argparse
import json
import os
import pathlib
import resource
import sys
import time


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--side", type=int, default=16384)
    parser.add_argument("--scale", type=float, default=None, help="units per pixel; else 6 / side")
    parser.add_argument("--previews", type=int, nargs="*", default=[1024, 2048])
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


ARGS = parse_arguments()
for name in ("NUMBA_NUM_THREADS", "VIPS_CONCURRENCY", "OMP_NUM_THREADS"):
    os.environ[name] = str(ARGS.threads)

import numba  # noqa: E402
import numpy as np  # noqa: E402
import pyvips  # noqa: E402
import zarr  # noqa: E402
from zarr.codecs import ZstdCodec  # noqa: E402

from numba_complex import draw  # noqa: E402

CHUNK, SHARD, BAND = 512, 4096, 64


@numba.njit(parallel=True)
def render(image, scale):
    for band in numba.prange(image.shape[0] // BAND):
        y = band * BAND
        draw(0, y, image.shape[0], scale, image[y:y + BAND])


@numba.njit(parallel=True)
def halve(image, out):
    for y in numba.prange(out.shape[0]):
        for x in range(out.shape[1]):
            for c in range(3):
                out[y, x, c] = (np.uint16(image[2 * y, 2 * x, c]) + image[2 * y, 2 * x + 1, c] +
                                image[2 * y + 1, 2 * x, c] + image[2 * y + 1, 2 * x + 1, c] + 2) >> 2


def write_store(path, image):
    group = zarr.create_group(path, zarr_format=3, overwrite=True)
    levels = []
    while True:
        side = image.shape[0]
        array = group.create_array(
            str(len(levels)), shape=image.shape, dtype="u1", chunks=(CHUNK, CHUNK, 3),
            shards=(min(SHARD, side), min(SHARD, side), 3), compressors=[ZstdCodec(level=1)],
            dimension_names=["y", "x", "c"])
        for y in range(0, side, SHARD):
            for x in range(0, side, SHARD):
                array[y:y + SHARD, x:x + SHARD] = image[y:y + SHARD, x:x + SHARD]
        factor = float(1 << len(levels))
        levels.append({"path": str(len(levels)), "coordinateTransformations": [
            {"type": "scale", "scale": [factor, factor, 1.0]}]})
        if side <= CHUNK:
            break
        smaller = np.empty((side // 2, side // 2, 3), np.uint8)
        halve(image, smaller)
        image = smaller
    axes = [{"name": "y", "type": "space"}, {"name": "x", "type": "space"},
            {"name": "c", "type": "channel"}]
    group.attrs["ome"] = {"version": "0.5", "multiscales": [{"axes": axes, "datasets": levels}]}


def read_back(path):
    array = zarr.open_array(f"{path}/0", mode="r")
    image = np.empty(array.shape, array.dtype)
    for y in range(0, array.shape[0], SHARD):
        image[y:y + SHARD] = array[y:y + SHARD]
    return image


def write_tiff(path, image):
    picture = pyvips.Image.new_from_memory(image.data, image.shape[1], image.shape[0], 3, "uchar")
    picture = picture.copy(interpretation="srgb")
    picture.tiffsave(str(path), tile=True, tile_width=CHUNK, tile_height=CHUNK, pyramid=True,
                     subifd=True, bigtiff=True, compression="deflate")


def write_previews(folder, tiff, sides):
    for side in sides:
        picture = pyvips.Image.thumbnail(str(tiff), side)  # takes the level next in size
        picture.write_to_file(f"{folder}/preview-{side}.png")


def main():
    folder = ARGS.out
    folder.mkdir(parents=True)
    zarr.config.set({"threading.max_workers": ARGS.threads, "async.concurrency": ARGS.threads})
    small = np.empty((2 * BAND, 2 * BAND, 3), np.uint8)
    render(small, 1e-3)  # compiles
    halve(small, np.empty((BAND, BAND, 3), np.uint8))
    scale = ARGS.scale or 6.0 / ARGS.side

    seconds = {}

    def timed(step, function, *arguments):
        begin = time.perf_counter()
        result = function(*arguments)
        seconds[step] = time.perf_counter() - begin
        return result

    begin = time.perf_counter()
    image = np.empty((ARGS.side, ARGS.side, 3), np.uint8)
    timed("render", render, image, scale)
    timed("store", write_store, str(folder / "image.zarr"), image)
    del image
    image = timed("read back", read_back, str(folder / "image.zarr"))
    timed("tiff", write_tiff, folder / "image.tiff", image)
    del image
    timed("previews", write_previews, folder, folder / "image.tiff", ARGS.previews)
    total = time.perf_counter() - begin
    usage = resource.getrusage(resource.RUSAGE_SELF)
    json.dump({"total_s": total, "steps_s": seconds,
               "cpu_s": usage.ru_utime + usage.ru_stime,
               "peak_memory_bytes": usage.ru_maxrss * 1024,
               "versions": {"numba": numba.__version__, "zarr": zarr.__version__,
                            "libvips": ".".join(str(pyvips.version(i)) for i in range(3))}},
              sys.stdout)
    print()


if __name__ == "__main__":
    main()
