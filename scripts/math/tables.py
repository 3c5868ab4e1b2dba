#!/usr/bin/env python3
"""Prints the constants and tables of src/compute/math. Needs mpmath."""
from mpmath import mp, mpf, pi, log, floor, nint

mp.prec = 1600


def rounded(x, bits=53):
    """x rounded to `bits` significant bits."""
    if x == 0:
        return mpf(0)
    mp_exponent = int(floor(log(abs(x), 2)))
    unit = mpf(2) ** (mp_exponent - bits + 1)
    return nint(x / unit) * unit


def on_grid(x, exponent):
    """x rounded to a multiple of 2^exponent."""
    unit = mpf(2) ** exponent
    return nint(x / unit) * unit


def hexed(x):
    return float(x).hex()


def parts(name, x, count, bits=53):
    print(name)
    for i in range(count):
        # The last but one part is rounded down so that the last is positive.
        part = rounded(x, bits)
        if i == count - 2 and part > x:
            part -= mpf(2) ** (int(floor(log(abs(part), 2))) - bits + 1)
        print("  ", hexed(part))
        x -= part


parts("pi f64", pi, 3)
parts("pi/2 f64", pi / 2, 3)
parts("pi f32", pi, 3, 24)
parts("ln 2 f64", log(2), 2)
parts("ln 2 / 16 f64", log(2) / 16, 2)
parts("1/ln 2 f64", 1 / log(2), 2)
parts("1/ln 10 f64", 1 / log(10), 2)
parts("ln 2 f32", log(2), 2, 16)
ln2_grid = on_grid(log(2), -42)
print("ln 2 on 2^-42", hexed(ln2_grid), hexed(log(2) - ln2_grid))
log10_2 = on_grid(log(2) / log(10), -42)
print("log10 2 on 2^-42", hexed(log10_2), hexed(log(2) / log(10) - log10_2))

print("log: 1/c, -log(1/c) on 2^-42, the rest")
# Centres: 1 - j/32 below 1, 1 + j/16 above; 1/c with so few bits that m/c - 1 is exact.
inverse = [mpf(i) / 64 for i in (86, 82, 78, 76, 74, 70, 68, 66, 64, 60, 57, 54, 51, 49, 46, 44)]
for inv in inverse:
    value = -log(inv)
    high = on_grid(value, -42)
    print("  ", hexed(inv), hexed(high), hexed(value - high))

print("exp: 2^(i/16) as bits - (i << 48), the relative rest")
import struct
for i in range(16):
    value = mpf(2) ** (mpf(i) / 16)
    high = rounded(value)
    word = struct.unpack("<q", struct.pack("<d", float(high)))[0] - (i << 48)
    print("  ", hex(word), struct.unpack("<d", struct.pack("<q", word))[0].hex(),
          hexed((value - high) / value))

print("1/(2 pi), 64 bits a word after 64 zero bits")
fraction = 1 / (2 * pi)
for i in range(21):
    fraction *= mpf(2) ** 64
    word = int(floor(fraction))
    fraction -= word
    print("  ", f"0x{word:016x}")
