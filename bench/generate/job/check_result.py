#!/usr/bin/env python3
"""Checks pictures of the complex formula against its scalar reference, with readers of others.

    check_result.py [--store image.ome.zarr] [--tiff image.tiff] --side 16384 --scale 0.000366

Random pixels of some random tiles at full size must be within one step of colour of the same
formula in Python's own maths, and every level must have half the size of the one before.
Needs: numpy, numba, zarr 3, tifffile, imagecodecs.
"""
import argparse
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "peers"))
import numba_complex  # noqa: E402

TILE, TILES, PIXELS = 512, 24, 100


def reference(column, row, side, scale, period):
    x = (column + 0.5 - side / 2) * scale
    y = (row + 0.5 - side / 2) * scale
    if period:
        units = period * scale
        x = (x + units / 2) % units - units / 2
        y = (y + units / 2) % units - units / 2
    n = (numba_complex.complex_value.py_func(x, y) + 3.0) / 6.0
    low, high = ((20, 60, 170), (0, 0, 0)) if n < 0.5 else ((0, 0, 0), (170, 25, 50))
    f = n * 2.0 if n < 0.5 else n * 2.0 - 1.0
    return [a * (1 - f) + b * f for a, b in zip(low, high)]


def check_pixels(name, read_tile, side, scale, period):
    """read_tile(x, y) gives rows × columns × colours."""
    chance = random.Random(20)
    for _ in range(TILES):
        x0 = chance.randrange(side // TILE) * TILE
        y0 = chance.randrange(side // TILE) * TILE
        tile = read_tile(x0, y0)
        for _ in range(PIXELS):
            x, y = chance.randrange(TILE), chance.randrange(TILE)
            want = reference(x0 + x, y0 + y, side, scale, period)
            if any(abs(int(a) - b) > 1.01 for a, b in zip(tile[y, x], want)):
                sys.exit(f"{name}: pixel {x0 + x},{y0 + y} is {tile[y, x]}, expected {want}")


def check_sizes(name, sizes, side):
    want = []
    while True:
        want.append((side, side))
        if side <= TILE:
            break
        side = (side + 1) // 2
    # Where the pyramid ends is the writer's choice, within a level.
    if sizes != want[:len(sizes)] or len(sizes) < len(want) - 1:
        sys.exit(f"{name}: levels of {sizes}, expected {want}")


def check_store(path, side, scale, period):
    import zarr
    group = zarr.open_group(path, mode="r")
    multiscale = group.attrs["ome"]["multiscales"][0]
    arrays = [group[d["path"]] for d in multiscale["datasets"]]
    planar = multiscale["axes"][0]["name"] == "c"
    # zarr-python's order of axes: colours first in an OME-Zarr, last in the peer's store.
    check_sizes(path, [a.shape[1:] if planar else a.shape[:2] for a in arrays], side)

    def read_tile(x, y):
        if planar:
            return arrays[0][:, y:y + TILE, x:x + TILE].transpose(1, 2, 0)
        return arrays[0][y:y + TILE, x:x + TILE]

    check_pixels(path, read_tile, side, scale, period)


def check_tiff(path, side, scale, period):
    import tifffile  # libvips as PyPI packs it reads zstd tiles as zeros
    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        check_sizes(path, [p.shape[:2] for p in [page, *(page.pages or [])]], side)
        columns = -(-side // TILE)

        def read_tile(x, y):
            index = y // TILE * columns + x // TILE
            file.filehandle.seek(page.dataoffsets[index])
            encoded = file.filehandle.read(page.databytecounts[index])
            return page.decode(encoded, index)[0].reshape(TILE, TILE, 3)

        check_pixels(path, read_tile, side, scale, period)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store")
    parser.add_argument("--tiff")
    parser.add_argument("--side", type=int, required=True)
    parser.add_argument("--scale", type=float, required=True)
    parser.add_argument("--period", type=int, default=0,
                        help="the picture repeats after so many pixels, around its centre")
    args = parser.parse_args()
    if args.store:
        check_store(args.store, args.side, args.scale, args.period)
    if args.tiff:
        check_tiff(args.tiff, args.side, args.scale, args.period)


if __name__ == "__main__":
    main()
