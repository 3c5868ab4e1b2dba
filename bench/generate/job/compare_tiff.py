#!/usr/bin/env python3
"""Store to pyramidal TIFF, by pantile convert and by libvips, in turns; times and file sizes.

    bench/generate/job/compare_tiff.py [--side 16384] [--scale 0.000366…] [--rounds 3]

Both write BigTIFF with SubIFDs and tiles of 512². libvips gets its pixels uncompressed in its own
format, so that it pays nothing for reading a Zarr store; ours reads the store and syncs its file.
libvips runs with its defaults (deflate with predictor, its level) except that zstd is given level
1, ours being 1 too. Its own default there would be slower.
"""
import argparse
import shutil
import sys

import common


def convert(args, codec):
    out = args.work / f"ours-{codec}.tiff"
    common.remove(out)
    common.settle()
    run = common.Run([args.pantile, "convert", args.work / "job", out, "--compression", codec,
                      "--threads", args.threads, "--log", "quiet"])
    return run, out


def vips(args, codec):
    out = args.work / f"vips-{codec}.tiff"
    common.remove(out)
    common.settle()
    command = [args.vips, "tiffsave", args.work / "picture.v", out, "--tile", "--pyramid",
               "--subifd", "--bigtiff", "--tile-width", 512, "--tile-height", 512,
               "--compression", codec]
    if codec == "zstd":
        command += ["--level", 1]
    run = common.Run(command, env={"VIPS_CONCURRENCY": str(args.threads)})
    return run, out


def compare(args, codec, scale):
    makers = {"libvips": vips, "pantile": convert}
    runs = {name: [] for name in makers}
    size = {}
    for k in range(args.rounds):
        for name, make in makers.items():
            run, out = make(args, codec)
            runs[name].append(run)
            if k == 0:
                common.check(args, "--tiff", out, "--side", args.side, "--scale", repr(scale))
                size[name] = common.disk_bytes(out)
            common.remove(out)
    seconds = {name: common.median([r.wall_s for r in all_of]) for name, all_of in runs.items()}
    for name, all_of in runs.items():
        print(f"{codec:8} {name:8} {seconds[name]:7.2f} s "
              f"{common.median([r.cpu_s for r in all_of]):7.2f} CPU-s "
              f"{max(r.peak_bytes for r in all_of) / 2**20:6.0f} MiB {size[name] / 1e6:8.1f} MB")
    print(f"{codec:8} ratio {seconds['libvips'] / seconds['pantile']:.2f} x, "
          f"file {size['pantile'] / size['libvips']:.3f} of libvips'")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    common.add_arguments(parser, rounds=3)
    parser.add_argument("--side", type=int, default=16384)
    parser.add_argument("--scale", type=float, default=None, help="units per pixel; else 6 / side")
    parser.add_argument("--vips", default=shutil.which("vips"), help="libvips' program")
    args = parser.parse_args()
    if args.vips is None:
        sys.exit("vips is not there: run scripts/setup --bench")
    scale = args.scale or 6.0 / args.side
    common.prepare(args)

    job = args.work / "job"
    common.remove(job)
    common.generate(args, job, args.side, scale, "--previews", "none", "--tiff-compression", "none")
    common.Run([args.vips, "copy", f"{job / 'image.tiff'}[page=0]", args.work / "picture.v"])
    common.remove(job / "image.tiff")
    version = common.Run([args.vips, "--version"]).output.strip()
    print(f"{version}; {args.side}² at {scale:g} units per pixel, {args.threads} threads, "
          f"median of {args.rounds}")
    for codec in ("deflate", "zstd"):
        compare(args, codec, scale)
    print(f"load {common.load()} at the end")
    common.remove(job)
    common.remove(args.work / "picture.v")


if __name__ == "__main__":
    main()
