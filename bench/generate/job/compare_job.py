#!/usr/bin/env python3
"""The whole job against the same products by Numba + zarr-python 3 + libvips, in turns.

    bench/generate/job/compare_job.py [--side 16384] [--rounds 3]

16384² of the complex formula over [-3, 3]², to OME-Zarr, a pyramidal deflate BigTIFF and two
previews. Ours is timed from start to end of the process and syncs its files to the disk; the
peer's time leaves out imports and compilation, and it syncs nothing. The last column of ours is
the share of what this machine could do at most (bench/limits).
"""
import argparse

import common


def floor_seconds(limits, pixels, written_bytes, threads):
    """The least time: all computing spread over the threads, or the disk, whichever is longer."""
    raw_mb = pixels * 4 / 3 * 3 / 1e6
    cpu = pixels / 1e6 / limits["kernel_mpx_s"]
    cpu += raw_mb / limits["zstd_mb_s"] + raw_mb / limits["deflate_mb_s"]
    cpu += raw_mb / limits["reduce_mb_s"]
    return max(cpu / threads, written_bytes / 1e6 / limits["disk_mb_s"])


def report(name, runs):
    print(f"{name:30} {common.median([r['s'] for r in runs]):7.2f} s "
          f"{common.median([r['cpu'] for r in runs]):7.2f} CPU-s "
          f"{max(r['peak'] for r in runs) / 2**20:7.0f} MiB  "
          f"store {runs[0]['store'] / 1e6:.1f} MB, TIFF {runs[0]['tiff'] / 1e6:.1f} MB")
    steps = {step: common.median([r["steps"][step] for r in runs]) for step in runs[0]["steps"]}
    print("    " + ", ".join(f"{step} {s:.2f}" for step, s in steps.items()))


def run_ours(args, scale):
    out = args.work / "ours"
    common.remove(out)
    run = common.generate(args, out, args.side, scale, "--previews", "1024,2048")
    summary = common.summary_of(run)
    result = {"s": run.wall_s, "cpu": run.cpu_s, "peak": run.peak_bytes,
              "store": common.disk_bytes(out / "image.ome.zarr"),
              "tiff": common.disk_bytes(out / "image.tiff"),
              "steps": {s["name"]: s["wall_s"] for s in summary["stages"]}}
    return result


def run_peer(args, scale):
    out = args.work / "peer"
    common.remove(out)
    common.settle()
    run = common.Run([args.python, common.BENCH / "peers/assembled_job.py", out, "--side",
                      args.side, "--scale", repr(scale), "--threads", args.threads])
    data = run.last_json()
    return {"s": data["total_s"], "cpu": data["cpu_s"], "peak": data["peak_memory_bytes"],
            "store": common.disk_bytes(out / "image.zarr"),
            "tiff": common.disk_bytes(out / "image.tiff"), "steps": data["steps_s"],
            "versions": data["versions"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    common.add_arguments(parser, rounds=3)
    parser.add_argument("--side", type=int, default=16384)
    args = parser.parse_args()
    scale = 6.0 / args.side
    common.prepare(args)

    ours, peer = [], []
    for k in range(args.rounds):
        ours.append(run_ours(args, scale))
        peer.append(run_peer(args, scale))
        if k == 0:
            for folder, store in (("ours", "image.ome.zarr"), ("peer", "image.zarr")):
                common.check(args, "--store", args.work / folder / store, "--tiff",
                             args.work / folder / "image.tiff", "--side", args.side,
                             "--scale", repr(scale))
            print("checked: pixels and levels of both")
    versions = ", ".join(f"{k} {v}" for k, v in peer[0]["versions"].items())
    print(f"median of {args.rounds}, {args.threads} threads, load {common.load()} at the end")
    report(versions, peer)
    report("pantile", ours)
    peer_s, ours_s = (common.median([r["s"] for r in runs]) for runs in (peer, ours))
    direct_s = common.median([r["s"] - r["steps"]["read back"] for r in peer])
    print(f"ratio {peer_s / ours_s:.2f} x; {direct_s / ours_s:.2f} x a peer that need not read "
          "back its picture because all of it fits into memory")
    limits = common.limits(args)
    if limits:
        print("limits: " + ", ".join(f"{k} {v:.0f}" for k, v in limits.items()))
        # The fragments of the TIFF are written before the TIFF is.
        written = ours[0]["store"] + 2 * ours[0]["tiff"]
        floor = floor_seconds(limits, args.side ** 2, written, args.threads)
        print(f"floor {floor:.2f} s: pantile is at {100 * floor / ours_s:.0f} % of the limit")
    for folder in ("ours", "peer"):
        common.remove(args.work / folder)


if __name__ == "__main__":
    main()
