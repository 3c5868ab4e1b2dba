"""What a job leaves on disk, for tests that compare whole folders."""

import hashlib
import json
import pathlib


def contents(folder: pathlib.Path) -> dict[str, str]:
    """Path below `folder` -> checksum, for every file; folders end in / and have none."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_dir():
            found[name + "/"] = ""
        else:
            found[name] = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
    return found


def expect_equal(made: pathlib.Path, reference: pathlib.Path, but_for: tuple[str, ...] = ()):
    """Both folders hold the same files with the same bytes, and nothing of a job under way.

    `but_for`: files that need only be there.
    """
    a, b = contents(made), contents(reference)
    assert sorted(a) == sorted(b)
    differing = [name for name in a if a[name] != b[name] and name not in but_for]
    assert not differing, differing
    assert not [name for name in a if ".tmp-" in name or name.startswith(".pantile")]


def events(done) -> list[dict]:
    """The lines of --log json."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def summary(done) -> dict:
    last = events(done)[-1]
    assert last["event"] == "summary", last
    return last
