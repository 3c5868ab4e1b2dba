#!/usr/bin/env python3
"""Peak memory and rate of the whole job at 16384² and 65536², in the same run.

    bench/generate/job/memory_and_scale.py [--sides 16384 65536]

The picture is the complex formula over [-3, 3]², and repeated 4×4 times where it is larger: the
same pixels cost the same, whatever the size. (Over the same range, a larger picture is smoother
and compresses faster, which says nothing about the program.) Products: OME-Zarr, pyramidal deflate
BigTIFF, previews of 1024 and 2048. 65536² takes about 14 GB of disk while it runs.
"""
import argparse
import shutil
import sys

import common

PERIOD_PX = 16384
SCALE = 6.0 / PERIOD_PX
# The built-in formula with x and y wrapped into [-3, 3].
FORMULA = ("let px = mod(x + 3, 6) - 3, py = mod(y + 3, 6) - 3, q = px^2 + py^2, c = cos(q), "
           "s = sin(100*sqrt(q + 1e-10)), p = abs(c)^s, a = abs(s) "
           "in clamp(sin(1000*px*py) + if(c > 0, p, if(1 - a < 1e-6, -p, if(a < 1e-6, p, 0)))"
           " - 0.5, -3, 3)")
LIMIT_MIB = 512


def run(args, side):
    out = args.work / "scale"
    common.remove(out)
    made = common.generate(args, out, side, SCALE, "--formula", FORMULA, "--range", "-3,3",
                           "--previews", "1024,2048")
    written = common.disk_bytes(out)
    common.check(args, "--store", out / "image.ome.zarr", "--tiff", out / "image.tiff",
                 "--side", side, "--scale", repr(SCALE), "--period", PERIOD_PX)
    common.remove(out)
    rate = side * side / made.wall_s / 1e6
    print(f"{side:6}² {made.wall_s:8.2f} s {rate:7.2f} Mpx/s {made.cpu_s:8.2f} CPU-s "
          f"{made.peak_bytes / 2**20:6.0f} MiB {written / side**2:6.3f} bytes/px "
          f"load {common.load()}", flush=True)
    return rate, made.cpu_s / side**2, made.peak_bytes / 2**20


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    common.add_arguments(parser, rounds=2)
    parser.add_argument("--sides", type=int, nargs=2, default=[16384, 65536])
    args = parser.parse_args()
    small, large = args.sides
    common.prepare(args)
    needed = 3.5 * large * large
    if shutil.disk_usage(args.work).free < needed:
        sys.exit(f"{args.work}: {needed / 1e9:.0f} GB of free disk are needed")

    # The small one before and after the large one, so that a slow drift of the machine shows.
    before = [run(args, small) for _ in range(args.rounds)]
    big = run(args, large)
    after = [run(args, small) for _ in range(args.rounds)]
    rate = common.median([r for r, _, _ in before + after])
    cpu = common.median([c for _, c, _ in before + after])
    peak = max(p for _, _, p in before + after)
    print(f"rate of {large}²: {100 * big[0] / rate:.1f} % of {small}²'s; "
          f"CPU time per pixel {100 * big[1] / cpu:.1f} %")
    print(f"peak memory {peak:.0f} and {big[2]:.0f} MiB, limit {LIMIT_MIB}: "
          f"{'within' if max(peak, big[2]) <= LIMIT_MIB else 'EXCEEDED'}")


if __name__ == "__main__":
    main()
