#!/usr/bin/env python3
"""Rules of the house that neither the compiler nor clang-format checks.

    scripts/check_style.py [repository]

Prints one line per offence and exits 1.
"""

import pathlib
import re
import sys

FOLDERS = ("include", "src", "bench", "fuzz", "examples", "tests")
SUFFIXES = {".h", ".cc", ".cu", ".cuh"}
MAX_COLUMNS = 100
MAX_LINES = 800  # a hard stop; the aim is a median below 200

# Highway's own versions of these differ between targets (unfused multiply-add, NaN in min and
# max, out-of-range conversions, order of sums), so a pixel would depend on the machine. Our
# wrappers do not.
RAW_LANES = re.compile(
    r"\bhn::(MulAdd|NegMulAdd|MulSub|NegMulSub|MulAddSub|Min|Max|MinOfLanes|MaxOfLanes|ConvertTo"
    r"|DemoteTo|NearestInt|Approximate\w*|SumOfLanes|Reduce\w*)\b"
)
# Where else they may stand: which of them, and why that is safe there.
RAW_LANES_ALLOWED = {
    "src/compute/math/lane_simd-inl.h": (RAW_LANES, "the wrappers themselves"),
    "src/compute/cpu/reduce_u8.cc": (r"DemoteTo", "integers to integers, in range"),
    "src/ops/colormap/colour_kernels.cc": (
        r"DemoteTo|ConvertTo|Min|Max|MulAdd",
        "converts only numbers in [0, 256); Min and Max on x86 alone, whose NaN rule is wanted; of "
        "MulAdd only whether it is NaN"),
    "src/compute/rows/row_kernels.cc": (r"Min|Max", "on x86 alone, whose NaN rule is wanted"),
    "src/compute/rows/resample_kernels.cc": (
        r"ConvertTo", "of whole numbers of 16 bits, which floats hold"),
    "src/compute/rows/whole_numbers.cc": (
        r"Min|Max|NearestInt|DemoteTo", "of no NaN, which is made 0 before, and then in range"),
}

CODE_RULES = [
    (re.compile(r"\busing\s+namespace\b"), "no `using namespace`"),
    (re.compile(r"\t"), "no tabs"),
    (re.compile(r"#\s*pragma\s+(GCC|clang)\s+optimize|-ffast-math|-Ofast"), "no fast-math"),
]
LIBRARY_RULES = [
    (re.compile(r"(?:std::|^\s*(?:::)?)(exit|_exit|quick_exit|abort|terminate)\s*\("),
     "no exit in a library: return an Error"),
    (re.compile(r"(?<![\w.>:])throw\b(?! std::bad_alloc)"), "no exceptions: return an Error"),
]
# Variables that outlive calls: anything said to be static or thread_local, and what stands at the
# margin, where clang-format puts the contents of namespaces.
STATIC = re.compile(r"^\s*(?:(?:inline|constinit)\s+)*static\s+(?P<type>[^()=;]+?[\s*&])"
                    r"\w+\s*(?:\[[^\]]*\]\s*)*(?:=|\{|;)")
GLOBAL = re.compile(
    r"^(?!(?:using|return|class|struct|enum|union|template|namespace|extern|typedef|concept|static"
    r"|public|private|protected|PANTILE_\w+|HWY_\w+)\b)"
    r"(?P<type>[A-Za-z_][^()=;{}]*?[\s*&])[A-Za-z_]\w*\s*(?:\[[^\]]*\]\s*)*(?:=(?!=)|\{|;)")
NAME = re.compile(r"^[a-z0-9]+(_[a-z0-9]+)*(-inl)?\.(h|cc|cu|cuh)$")


def without_comments_and_strings(text: str) -> str:
    """The same text with comments and literals blanked, line numbers kept."""
    pattern = re.compile(
        r'R"(?P<d>[^\s()\\]{0,16})\(.*?\)(?P=d)"|//[^\n]*|/\*.*?\*/'
        r'|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
        re.S,
    )

    def blank(found: re.Match) -> str:
        return re.sub(r"[^\n]", " ", found.group(0))

    return pattern.sub(blank, text)


def is_mutable(type_words: str) -> bool:
    """Of a variable's type: may it change? A pointer may, whatever it points to."""
    if re.search(r"\bconstexpr\b", type_words):
        return False
    behind_pointer = type_words.rpartition("*")[2]
    return not re.search(r"\bconst\b", behind_pointer)


def changes_for_all(line: str) -> bool:
    """Does the line make a variable that may change and that all callers share?"""
    found = STATIC.match(line) or GLOBAL.match(line)
    return "thread_local" in line or found is not None and is_mutable(found["type"])


def check_file(path: pathlib.Path, shown: str) -> list[str]:
    offences = []

    def offend(number: int, what: str) -> None:
        offences.append(f"{shown}:{number}: {what}")

    if not NAME.match(path.name):
        offend(1, "file names are lower_case.h, .cc")
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    if len(lines) > MAX_LINES and "tables" not in path.name:
        offend(len(lines), f"{len(lines)} lines; above {MAX_LINES} a file does two things")
    if not text.endswith("\n"):
        offend(len(lines), "the last line does not end")
    if path.suffix == ".h" and not path.name.endswith("-inl.h") and "#pragma once" not in text:
        offend(1, "a header begins with #pragma once")
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_COLUMNS:
            offend(number, f"{len(line)} columns, at most {MAX_COLUMNS}")
        if line != line.rstrip():
            offend(number, "blanks at the end")
        if "TODO" in line or "FIXME" in line:
            offend(number, "no notes to oneself: do it, or write an issue")
    in_library = shown.startswith(("src/", "include/")) and not path.name.endswith("_test.cc")
    # The program's own main may exit; nothing below it.
    in_library = in_library and path.name != "main.cc"
    for number, line in enumerate(without_comments_and_strings(text).splitlines(), 1):
        for pattern, what in CODE_RULES:
            if pattern.search(line):
                offend(number, what)
        if in_library:
            if "test" not in path.name and changes_for_all(line):
                offend(number, "no variable that may change outside of functions and objects")
            for pattern, what in LIBRARY_RULES:
                if pattern.search(line):
                    offend(number, what)
        if shown.startswith("src/"):
            allowed = RAW_LANES_ALLOWED.get(shown, ("(?!)",))[0]
            for found in RAW_LANES.finditer(line):
                if re.search(allowed, found.group(0)):
                    continue
                offend(number, f"raw {found.group(0)} differs between targets: use the wrappers of "
                               "src/compute/math/lane_simd-inl.h")
    return offences


def check_tree(root: pathlib.Path) -> list[str]:
    offences = []
    for folder in FOLDERS:
        for path in sorted((root / folder).glob("**/*")):
            if path.suffix in SUFFIXES:
                offences += check_file(path, str(path.relative_to(root)))
    return offences


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    if not any(root.glob("src/*")):
        print(f"{root}: no sources below src/; give the repository's folder", file=sys.stderr)
        return 2
    offences = check_tree(root)
    print("\n".join(offences + [f"style: {len(offences)} offences"]))
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
