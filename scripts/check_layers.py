#!/usr/bin/env python3
"""Fails on an include that looks up: every floor may use only the floors below it.

    scripts/check_layers.py [repository]

Prints one line per offence and exits 1. Plain text is read, no compiler is needed, so it also
finds includes that no build of today compiles.
"""

import pathlib
import re
import sys

# From bottom to top: what each floor may include besides itself.
FLOORS = {
    "core": set(),
    "grid": {"core"},
    "runtime": {"core", "grid"},
    "tile": {"core", "grid", "runtime"},
    "io": {"core", "grid", "runtime", "tile"},
    "compute": {"core", "grid", "runtime", "tile"},  # io and compute do not know each other
    "ops": {"core", "grid", "runtime", "tile", "compute"},  # opens no file
    "pipeline": {"core", "grid", "runtime", "tile", "io", "compute", "ops"},
}
FACES = ("cli", "serve", "python")  # each may use every floor, none another face
for face in FACES:
    FLOORS[face] = set(FLOORS["pipeline"]) | {"pipeline"}

# Files that may use one floor more.
EXCEPTIONS = {
    # pt.generate and its like take the options of the command line, from its one table of them
    # (docs/adr/0015).
    "python/src/commands.cc": {"cli"},
}

# The floor that each public header belongs to. A header missing here is an offence.
PUBLIC = {
    "boundary.h": "core",
    "dtype.h": "core",
    "encoded_chunks.h": "tile",
    "fingerprint.h": "core",
    "geometry.h": "core",
    "image_spec.h": "core",
    "result.h": "core",
    "view.h": "core",
    "options.h": "core",
    "job.h": "pipeline",
    "generate.h": "pipeline",
    "check.h": "pipeline",
    "convert.h": "pipeline",
    "info.h": "pipeline",
    "output_options.h": "pipeline",
    "preview.h": "pipeline",
    "process.h": "pipeline",
    "recolour.h": "pipeline",
    "validate.h": "pipeline",
    "write_image.h": "pipeline",
    "image.h": "pipeline",
    "regions.h": "core",
    "statistics.h": "core",
    "tile_function.h": "ops",
    "tile_sink.h": "tile",
    "tile_source.h": "tile",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]')
SUFFIXES = {".h", ".cc", ".cu", ".cuh"}


def floor_of_include(target: str) -> str | None:
    """The floor an include path names; None for a foreign header, "?" for an unknown public one."""
    first, _, rest = target.partition("/")
    if first == "pantile" and rest:
        return PUBLIC.get(rest, "?")
    return first if rest and first in FLOORS else None


def check_file(path: pathlib.Path, floor: str, shown: str) -> list[str]:
    offences = []
    allowed = FLOORS[floor] | {floor} | EXCEPTIONS.get(shown, set())
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        target = found.group(1)
        other = floor_of_include(target)
        if other == "?":
            offences.append(f"{shown}:{number}: {target} has no floor; name it in PUBLIC of scripts/check_layers.py")
        elif other is not None and other not in allowed:
            offences.append(f"{shown}:{number}: {floor} may not include {target}, which belongs to {other}")
    return offences


def check_tree(root: pathlib.Path) -> list[str]:
    offences = []
    for path in sorted(root.glob("src/**/*")):
        if path.suffix not in SUFFIXES:
            continue
        shown = path.relative_to(root)
        floor = shown.parts[1]
        if floor not in FLOORS:
            offences.append(f"{shown}: {floor} is no floor; name it in FLOORS of scripts/check_layers.py")
            continue
        offences += check_file(path, floor, str(shown))
    for path in sorted(root.glob("python/src/**/*")):
        if path.suffix in SUFFIXES:
            offences += check_file(path, "python", str(path.relative_to(root)))
    for path in sorted(root.glob("include/pantile/**/*.h")):
        shown = path.relative_to(root)
        name = str(shown.relative_to("include/pantile"))
        if name not in PUBLIC:
            offences.append(f"{shown}: has no floor; name it in PUBLIC of scripts/check_layers.py")
            continue
        offences += check_file(path, PUBLIC[name], str(shown))
    return offences


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    if not any(root.glob("src/*")):
        print(f"{root}: no sources below src/; give the repository's folder", file=sys.stderr)
        return 2
    offences = check_tree(root)
    print("\n".join(offences + [f"layers: {len(offences)} offences"]))
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
