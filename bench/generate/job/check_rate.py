#!/usr/bin/env python3
"""How many bytes of decoded pixels `pantile check` gets through in a second.

    bench/generate/job/check_rate.py [--side 16384] [--scale 0.000366…] [--rounds 5] [--tiff]

Every run must find the job whole; a run on a copy with one flipped bit must not, or the figures
would be those of a check that looks at nothing. The store's files are in the page cache, as after
rendering it. The limit is what the threads could decode of zstd if they did nothing else.
"""
import argparse
import json
import subprocess
import sys

import common


def command(args, job):
    return [str(c) for c in (args.pantile, "check", job, "--threads", args.threads, "--log", "json")]


def report_of(output):
    events = [json.loads(line) for line in output.splitlines()]
    return next(e for e in events if e["event"] == "report")


def check(args, job):
    """The report of a run that found nothing wrong, with its CPU seconds."""
    run = common.Run(command(args, job))
    report = report_of(run.output)
    if not report["whole"]:
        sys.exit(f"{report['findings']} things are wrong in a fresh job")
    return {**report, "cpu_s": run.cpu_s}


def expect_a_finding(args, job):
    done = subprocess.run(command(args, job), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=False)
    if done.returncode != 3 or report_of(done.stdout.decode())["findings"] < 1:
        sys.exit("a flipped bit was not found")


def flip_a_bit(path):
    with open(path, "r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 8]))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    common.add_arguments(parser, rounds=5)
    parser.add_argument("--side", type=int, default=16384)
    parser.add_argument("--scale", type=float, default=None, help="units per pixel; else 6 / side")
    parser.add_argument("--tiff", action="store_true", help="with a TIFF, whose tiles are compared")
    args = parser.parse_args()
    args.python = args.pantile  # no peer takes part
    common.prepare(args)

    job = args.work / "job"
    common.remove(job)
    common.generate(args, job, args.side, args.scale or 6.0 / args.side, "--previews", "none",
                    "--tiff", "on" if args.tiff else "off")
    common.settle()
    runs = [check(args, job) for _ in range(args.rounds + 1)][1:]
    raw = runs[0]["decoded_bytes"]
    if raw < 3 * args.side**2:
        sys.exit(f"only {raw} bytes of pixels were looked at")
    shard = max((job / "image.ome.zarr/0").rglob("c/0/*/*"))
    flip_a_bit(shard)
    expect_a_finding(args, job)
    flip_a_bit(shard)

    rates = [raw / run["wall_s"] / 1e9 for run in runs]
    limits = common.limits(args)
    print(f"{args.side}², {raw / 1e9:.3f} GB of pixels, {args.threads} threads, "
          f"{'with' if args.tiff else 'without'} a TIFF, median of {args.rounds}")
    print(f"{common.median(rates):.2f} GB/s ({min(rates):.2f} to {max(rates):.2f}), "
          f"peak {max(r['peak_memory_bytes'] for r in runs) / 2**20:.0f} MiB")
    cpu_s = common.median([run["cpu_s"] for run in runs])
    print(f"{cpu_s:.2f} CPU-s: at most {args.threads * raw / cpu_s / 1e9:.2f} GB/s where the "
          f"threads have a core each")
    if limits:
        limit = args.threads * limits["zstd_decode_mb_s"] / 1e3
        print(f"{100 * common.median(rates) / limit:.0f} % of {limit:.2f} GB/s, what "
              f"{args.threads} threads could decode")
    print(f"load {common.load()} at the end")
    common.remove(job)


if __name__ == "__main__":
    main()
