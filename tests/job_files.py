"""What a job leaves on disk, for tests that compare whole folders."""

import hashlib
import json
import pathlib
import subprocess


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


def stage_of(folder: pathlib.Path) -> str:
    """In which stage a job is, or died, by what lies in its folder."""
    if not (folder / "job.json").exists():
        return "begin"
    record = json.loads((folder / "job.json").read_text())
    store = folder / "image.ome.zarr"
    if not (store / "zarr.json").exists():
        shards = {level: set(store.glob(f"{level}/c/0/*/*")) for level in (0, 1)}
        width, height = (record["config"]["image"][side] for side in ("width", "height"))
        shard = record["config"]["output"]["shard"]
        all_of_level_0 = -(-width // shard) * -(-height // shard)
        return "pyramid" if len(shards[0]) == all_of_level_0 else "drain"
    forms = record["forms"]
    if "image.tiff" in forms and not (folder / "image.tiff").exists():
        return "tiff"
    previews = [name for name in forms if name.startswith("previews/")]
    if not all((folder / name).exists() for name in previews):
        return "previews"
    to_come = not all(forms[name] for name in previews)
    return "finish" if to_come or (folder / ".pantile").exists() else "complete"


def expect_sound(program, folder: pathlib.Path) -> str:
    """`check` finds nothing wrong in a folder that a fault left; returns its word for the state.

    Where nothing was begun there is nothing to check, and it says so: "nothing".
    """
    done = subprocess.run([program, "check", folder, "--log", "json"], capture_output=True,
                          text=True, timeout=300, check=False)
    told = f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    if done.returncode == 2:
        assert not (folder / "job.json").exists() and not list(folder.rglob("*")), told
        return "nothing"
    report = [e for e in events(done) if e["event"] == "report"][-1]
    assert report["whole"] and report["findings"] == 0, told
    assert (done.returncode, report["state"]) in [(0, "complete"), (5, "unfinished")], told
    return report["state"]
