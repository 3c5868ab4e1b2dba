#!/usr/bin/env python3
"""Fails where a test run left something out that nobody allowed it to.

    scripts/check_skipped.py <build folder> [--must TEST]…

Reads the junit.xml that scripts/test leaves in the build folder. A test that was skipped, or never
ran, is an offence unless its ctest label says that it needs a GPU; so is one named by --must that
is not there. One that failed is the run's own affair. (A pytest file counts as skipped where all of it was.) Prints one line for each and
exits 1.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

ALLOWED_LABEL = "gpu"


def labels_of(build: pathlib.Path) -> dict[str, set[str]]:
    """The ctest labels of each test; "unit-concurrent" is two."""
    shown = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"],
                           capture_output=True, text=True, check=True).stdout
    labels = {}
    for test in json.loads(shown)["tests"]:
        values = next((p["value"] for p in test.get("properties", []) if p["name"] == "LABELS"), [])
        labels[test["name"]] = {word for value in values for word in value.split("-")}
    return labels


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--must", action="append", default=[], metavar="TEST")
    options = parser.parse_args()
    cases = ElementTree.parse(options.build / "junit.xml").getroot().findall(".//testcase")
    labels = labels_of(options.build)
    ran, offences, excused = set(), [], 0
    for case in cases:
        name = case.get("name", "")
        if case.get("status") in ("run", "fail"):
            ran.add(name)
        elif ALLOWED_LABEL in labels.get(name, set()):
            excused += 1
        else:
            offences.append(f"{name}: skipped, and not for want of a GPU")
    offences += [f"{name}: has to run, and did not" for name in options.must if name not in ran]
    print(*offences, sep="\n", end="\n" if offences else "")
    print(f"{len(offences)} offences; {excused} tests were skipped that need a GPU")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
