#!/usr/bin/env python3
"""Proves random pixels of large jobs in arbitrary precision and prints what it found.

    bench/validate/proof.py [--pantile build/release/bin/pantile] [--threads 1] [--scale 1.0]

The formula `complex` at three zooms with 100 000 pixels each; seven other formulas, which between
them use every function and operator of the language, single precision and values with 10 000 each.
--scale multiplies these counts. Exits 1 if a pixel lies beyond what the
documented errors explain. The seconds are CPU seconds of the proof: those of a run without it are taken off.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import sys
import tempfile

SIDE = 16384
COMPLEX = [("complex, [-3, 3]²", "complex", 6, []), ("complex, [-20, 20]²", "complex", 40, []),
           ("complex, [-85, 85]²", "complex", 170, [])]
OTHERS = [
    ("spiral", "sin(5*theta + 9*log(r)) * smoothstep(0, 0.6, r)", 4.8, ["--colormap", "twilight"]),
    ("roots", "let p = x^3 - 3*x*y^2 - 1, q = 3*x^2*y - y^3, h = atan2(q, p), m = 0.75 + "
              "0.25*fract(log2(hypot(p, q))) in rgb(m*(0.5 + 0.5*cos(h)), m*(0.5 + 0.5*cos(h - "
              "2*pi/3)), m*(0.5 + 0.5*cos(h + 2*pi/3)))", 4, []),
    ("weave", "let a = sin(pi*x), b = sin(pi*y), over = mod(floor(x) + floor(y), 2) in if(over > "
              "0, abs(a)*(0.7 + 0.3*b), -abs(b)*(0.7 + 0.3*a))", 12, ["--range=-1,1"]),
    ("julia", "let a = x^2 - y^2 - 0.8, b = 2*x*y + 0.156, c = a^2 - b^2 - 0.8, d = 2*a*b + 0.156, "
              "f = c^2 - d^2 - 0.8, g = 2*c*d + 0.156, h = f^2 - g^2 - 0.8, k = 2*f*g + 0.156, l = "
              "h^2 - k^2 - 0.8, m = 2*h*k + 0.156, n = l^2 - m^2 - 0.8, o = 2*l*m + 0.156, p = n^2 - "
              "o^2 - 0.8, q = 2*n*o + 0.156 in log(log1p(p^2 + q^2))", 3, ["--range=-2,5"]),
    ("functions", "erf(x)*tan(x*y) + erfc(y)*tanh(3*y) + sinc(7*x)^2 + cbrt(x)*asinh(y) + "
                  "acos(x/9)*log1p(abs(x*y)) + mod(7*x, 1) - fmod(5*y, 2)", 16,
     ["--range=-4,6", "--samples", "2"]),
    ("elementary", "let a = asin(sin(3*x)), b = atan(y) + sinh(x/4)/cosh(x/4) in exp(-x^2/9)*"
                   "exp2(sin(y)) + expm1(a/3) + log10(1 + r) + acosh(1 + abs(y)) + atanh(0.9*"
                   "sin(x*y)) + sqrt(abs(b))", 12, ["--range=-2,9", "--colormap", "viridis"]),
    ("steps", "let q = mix(x, y, step(0, sin(x*y))), k = round(3*x) + ceil(2*y) - trunc(x*y) in "
              "if(x > 0 and y <= 1 or not (q < 0.5), min(q, sign(y), x^1.5), max(pow(abs(x), 0.3), "
              "clamp(k, -3, 3), (2 + sin(y))^x)) + if(x >= y and i != j or u == v, 0.25*u, v)", 9,
     ["--range=-3,5", "--colormap", "turbo"]),
    ("complex, f32", "complex", 6, ["--precision", "f32"]),
    ("complex, value-f32", "complex", 6, ["--store", "value-f32"]),
]


def validate(arguments: argparse.Namespace, formula: str, span: float, more: list[str],
             samples: int, folder: str) -> tuple[float, dict]:
    command = [arguments.pantile, "validate", "--formula", formula, "--size", str(SIDE), "--scale",
               repr(span / SIDE), "--validate-samples", str(samples), "--validate-size", "64",
               "--threads", str(arguments.threads), "--log", "quiet", "--out", folder, *more]
    begin = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(command, capture_output=True, text=True)
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begin
    if done.returncode not in (0, 3):
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    report = json.loads((pathlib.Path(folder) / "report.json").read_text())
    return seconds, next(c for c in report["checks"] if c["name"] == "proof")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pantile", default="build/release/bin/pantile")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0)
    arguments = parser.parse_args()
    failed = False
    print("| job | pixels | one colour possible | differ | within the bound | beyond | undecided | "
          "largest error | of its bound | bits | CPU seconds | pixels/s |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for jobs, count in ((COMPLEX, 100_000), (OTHERS, 10_000)):
        for name, formula, span, more in jobs:
            samples = int(count * arguments.scale)
            with tempfile.TemporaryDirectory() as folder:
                rest, _ = validate(arguments, formula, span, more, 0, folder)
                seconds, check = validate(arguments, formula, span, more, samples, folder)
            n = check["numbers"]
            proof_s = max(seconds - rest, 1e-3)
            failed |= not check["passed"]
            print(f"| {name} | {samples} | {n['settled']} | {n['differing']} | {n['within_bound']} | "
                  f"{n['beyond_bound']} | {n['undecided']} | {n['largest_error']:.2g} | "
                  f"{n['largest_share_of_bound']:.2f} | {n['most_bits']} | {proof_s:.1f} | "
                  f"{samples / proof_s:.0f} |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
