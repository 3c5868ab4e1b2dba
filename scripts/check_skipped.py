#!/usr/bin/env python3
"""Fails where a test run left something out that nobody allowed it to.

    scripts/check_skipped.py <build folder> [--must TEST]…
    scripts/check_skipped.py <build folder> --tell      only says how many were, and why

Reads the junit.xml that scripts/test leaves in the build folder. A test that was skipped, or never
ran, is an offence unless its ctest label says that it needs a GPU; so is one named by --must that
is not there. One that failed is the run's own affair. (A pytest file counts as skipped where all of it was.) Prints one line for each and
exits 1.
"""

import argparse
import collections
import json
import pathlib
import re
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


def tell(cases) -> None:
    """One line for each reason that GoogleTest gives."""
    reasons = collections.Counter()
    for case in cases:
        if case.get("status") in ("run", "fail"):
            continue
        text = case.findtext("system-out") or ""
        found = re.search(r": Skipped\n(.+)", text)
        reasons[found.group(1) if found else "no reason given"] += 1
    for reason, count in reasons.most_common():
        print(f"::: skipped {count}: {reason}")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--must", action="append", default=[], metavar="TEST")
    parser.add_argument("--tell", action="store_true")
    options = parser.parse_args()
    if options.tell and not (options.build / "junit.xml").exists():
        return 0
    cases = ElementTree.parse(options.build / "junit.xml").getroot().findall(".//testcase")
    if options.tell:
        tell(cases)
        return 0
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
