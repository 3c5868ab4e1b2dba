#!/usr/bin/env python3
"""Counts what a built-in formula's kernel costs a pixel on a GPU, from its machine code. Needs no GPU.

    scripts/setup --cuda && scripts/build release pantile_kernel_text
    bench/generate/count_instructions.py

What is counted is the longest way through the loop over a thread's pixels (with several samples a
pixel, over a row of samples) on which nothing is called: rare paths are calls. A pixel that is
neither NaN nor clamped takes a few instructions less. "if needed" are those of them that only some
pixels need (one branch of an if), which a warp without such pixels goes past; "before" is the
longest way to the loop, once for all pixels of a thread. The units' columns are of the loop alone.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
KERNELS = [f"{f}/{p}/rgb8/one" for f in ("complex", "simple", "gradient") for p in ("f64", "f32")]

# Pixels of a thread, where what its block shares leaves them whole: block_shape() in
# src/ops/formula/gpu/kernel_arguments.cc.
THREAD_PIXELS = 32

# Opcodes by the unit that carries them out; the rest are integer and logical.
UNITS = [
    ("fp64", re.compile(r"D(ADD|MUL|FMA|SETP|MNMX)\b")),
    ("fp32", re.compile(r"(FADD|FMUL|FFMA)\b")),
    ("special", re.compile(r"(MUFU|F2F|F2I|I2F|I2FP|F2FP|FRND)\b")),
    ("memory", re.compile(r"(LD|ST|ATOM|RED)")),
    ("uniform", re.compile(r"(U[A-Z]|R2UR|S2UR|VOTEU)")),
    ("control", re.compile(r"(BRA|BRX|BSSY|BSYNC|CALL|RET|EXIT|NOP|WARPSYNC|BREAK|BAR)\b")),
    ("multiply", re.compile(r"IMAD\b")),
    ("integer", re.compile(r"")),
]
# Lanes that a multiprocessor of compute capability 9.0 serves a clock (CUDA's programming guide,
# throughput of arithmetic instructions): a kind of work, its opcodes' units.
LANES = [
    ("issue", [name for name, _ in UNITS], 128),
    ("fp64", ["fp64"], 64),
    ("integer", ["integer"], 64),
    ("memory", ["memory"], 32),
    ("special", ["special"], 16),
]
INSTRUCTION = re.compile(r"/\*([0-9a-f]{4,})\*/\s+(?:(@!?U?P\w+)\s+)?([A-Z][A-Z0-9_]*)([^;]*);")


class Block:
    """Instructions without a jump between them."""

    def __init__(self):
        self.opcodes, self.stores, self.calls, self.next = [], 0, False, []


def read_blocks(text, kernel):
    """The kernel's blocks in the order of the code, joined by the jumps that are taken."""
    text = text.split(f".text.{kernel}:", 1)[1]
    text = re.split(r"\n\s*\.section|\n\.text\.", text)[0]
    blocks, labels, jumps, fresh = [], {}, [], True
    for line in text.splitlines():
        label = re.match(r"\s*(\.L_x_\d+):", line)
        if label:
            labels[label[1]] = len(blocks)
            fresh = True
            continue
        found = INSTRUCTION.search(line)
        if not found:
            continue
        if fresh:
            blocks.append(Block())
            fresh = False
        guard, opcode, rest = found[2], found[3], found[4]
        block = blocks[-1]
        block.opcodes.append(opcode)
        block.stores += opcode == "STG" and not re.search(r",\s*RZ\s*$", rest)
        block.calls |= opcode == "CALL"
        if opcode in ("BRA", "EXIT", "RET", "CALL"):
            target = re.search(r"`\((\.L_x_\d+)\)", rest) if opcode == "BRA" else None
            conditional = guard is not None or re.match(r"\s+U?!?U?P\d", rest)
            jumps.append((len(blocks) - 1, target and target[1], bool(conditional) or opcode == "CALL"))
            fresh = True
    ends = {at: (target, falls) for at, target, falls in jumps}
    for at, block in enumerate(blocks):
        target, falls = ends.get(at, (None, True))
        if target in labels and labels[target] < len(blocks):
            block.next.append(labels[target])
        if falls and at + 1 < len(blocks):
            block.next.append(at + 1)
    return blocks


def find_loop(blocks):
    """(head, blocks) of the innermost loop that stores pixels, or that lies in the one that does."""
    before = {at: [] for at in range(len(blocks))}
    for at, block in enumerate(blocks):
        for after in block.next:
            before[after].append(at)
    loops = {}
    for at, block in enumerate(blocks):
        for head in block.next:
            if head > at:
                continue
            body, open_ = {head}, [at]
            while open_:
                one = open_.pop()
                if one not in body and one >= head:
                    body.add(one)
                    open_ += before[one]
            loops.setdefault(head, set()).update(body)
    storing = [body for body in loops.values() if any(blocks[at].stores for at in body)]
    if not storing:
        sys.exit("no loop stores pixels: the compiler has changed its ways")
    outer = max(storing, key=len)
    inner = [(head, body) for head, body in loops.items() if body <= outer
             and not any(other < body for other in loops.values())]
    return max(inner, key=lambda loop: sum(len(blocks[at].opcodes) for at in loop[1]))


def longest_way(blocks, start, ends, among):
    """The blocks from `start` to one for which `ends` holds, onward only, without calls."""
    best = {}
    for at in sorted(among, reverse=True):
        if blocks[at].calls:
            continue
        ways = [best[after] for after in blocks[at].next if after in best and after > at]
        if not ends(blocks[at]) and not ways:
            continue
        best[at] = [at] + max(ways, key=lambda way: length(blocks, way), default=[])
    return best[start]


def length(blocks, way):
    return sum(len(blocks[at].opcodes) for at in way)


def conditional_part(blocks, way, steps):
    """The blocks of `way` that the `steps` longest shortcuts between blocks of it leave out."""
    place = {at: k for k, at in enumerate(way)}
    shortcuts = [way[place[at] + 1:place[after]] for at in way for after in blocks[at].next
                 if place.get(after, -1) > place[at] + 1]
    left_out = set()
    for part in sorted(shortcuts, key=lambda part: length(blocks, part), reverse=True):
        if steps > 0 and not left_out & set(part):
            left_out |= set(part)
            steps -= 1
    return left_out


def unit_of(opcode):
    return next(name for name, pattern in UNITS if pattern.match(opcode))


def compile_kernel(args, kernel, folder):
    """The disassembly, what the assembler says of registers and memory, and how many operations
    of the text are done for some pixels only."""
    source, code = folder / "kernel.cu", folder / "kernel.cubin"
    source.write_text(subprocess.run([args.text, "kernel", *kernel.split("/")], check=True,
                                     capture_output=True, text=True).stdout)
    steps = len(re.findall(r"= m\d+\.v \? ", source.read_text()))
    subprocess.run(["cmake", f"-DNVCC={args.nvcc}", f"-DSOURCE={source}", f"-DOUT={code}",
                    f"-DINCLUDE={ROOT / 'src'}", f"-DGENERATIONS={args.generation}",
                    "-P", str(ROOT / "cmake" / "CompileKernel.cmake")], check=True)
    said = pathlib.Path(f"{code}.txt").read_text()
    text = subprocess.run([args.nvdisasm, "-c", str(code)], check=True, capture_output=True,
                          text=True).stdout
    return text, said.split("'pantile_formula'", 1)[1].split("Compiling entry", 1)[0], steps


def tool(name):
    """One of NVIDIA's tools where scripts/setup --cuda puts them, else on PATH."""
    found = sorted(ROOT.glob(f".venv-cuda/lib/python3*/site-packages/nvidia/cu*/bin/{name}"))
    return str(found[-1]) if found else name


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kernels", nargs="*", metavar="formula/f64|f32/rgb8|u16|f32/one|many",
                        help="default: every built-in formula as RGB8, one sample a pixel")
    parser.add_argument("--nvcc", default=tool("nvcc"))
    parser.add_argument("--nvdisasm", default=tool("nvdisasm"))
    parser.add_argument("--text", default=str(ROOT / "build/release/bin/pantile_kernel_text"))
    parser.add_argument("--generation", type=int, default=90)
    parser.add_argument("--multiprocessors", type=int, default=132, help="of the GPU: an H200's")
    parser.add_argument("--ghz", type=float, default=1.98, help="its clock")
    parser.add_argument("--needed", type=float, default=0.5, metavar="SHARE",
                        help="share of warps that do what is done if needed; for the rate")
    args = parser.parse_args()

    print(f"{'kernel':22}{'all':>5}{'if needed':>11}{'before':>8}" +
          "".join(f"{name:>9}" for name, _ in UNITS) +
          "  registers stack spilled  at most Gpx/s, bound by")
    for kernel in args.kernels or KERNELS:
        with tempfile.TemporaryDirectory() as folder:
            text, said, steps = compile_kernel(args, kernel, pathlib.Path(folder))
        blocks = read_blocks(text, "pantile_formula")
        head, body = find_loop(blocks)
        way = longest_way(blocks, head, lambda block: head in block.next, body)
        before = longest_way(blocks, 0, lambda block: head in block.next, range(head))
        conditional = conditional_part(blocks, way, steps)
        # The compiler may unroll; the loop over samples stores nothing.
        stores = sum(blocks[at].stores for at in way)
        pixels = max(1, stores // (3 if "/rgb8/" in kernel else 1))
        # Instructions a pixel by unit: in the loop, and with the rest as the rate has it.
        count, mean = ({name: 0.0 for name, _ in UNITS} for _ in range(2))
        # Over several samples a pixel the latter are spread thin.
        once = 1 / THREAD_PIXELS if kernel.endswith("/one") else 0
        for share, part in ((1 / pixels, way), (once, before)):
            for at in part:
                for opcode in blocks[at].opcodes:
                    unit = unit_of(opcode)
                    count[unit] += share if part is way else 0
                    mean[unit] += share * (args.needed if part is way and at in conditional else 1)
        # Clocks of a multiprocessor that 32 pixels take.
        clocks = {what: 32 * sum(mean[unit] for unit in units) / lanes
                  for what, units, lanes in LANES}
        bound = max(clocks, key=clocks.get)
        rate = 32 * args.multiprocessors * args.ghz / clocks[bound]
        registers = re.search(r"Used (\d+) registers", said)[1]
        stack = re.search(r"(\d+) bytes stack frame", said)[1]
        spilled = sum(map(int, re.findall(r"(\d+) bytes spill", said)))
        print(f"{kernel:22}{length(blocks, way) / pixels:5.0f}"
              f"{length(blocks, conditional) / pixels:11.0f}{length(blocks, before):8}" +
              "".join(f"{count[name]:9.0f}" for name, _ in UNITS) +
              f"{registers:>11}{stack:>6}{spilled:>8}{rate:10.0f}, {bound}")


if __name__ == "__main__":
    main()
