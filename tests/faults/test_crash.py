"""The machine stops: what was not synced is lost, wholly or in part, and the job goes on from there.

A small job's file calls are recorded. Then, at every call that made something durable, the disk is
put together again as it may look after a crash at that moment: all that was made durable, and of
the rest nothing, everything, or a random part. From each such disk the same command must end with
the files of an undisturbed job.

A file's bytes are durable when it was synced, a name in a folder when the folder was.
"""

import collections
import hashlib
import pathlib
import random
import shutil

import pytest

import shim
from job_files import expect_equal, expect_sound, stage_of

# 16 workers: four threads commit shards side by side.
JOB = ["generate", "--width", "300", "--height", "200", "--tile", "64", "--shard", "128",
       "--previews", "100", "--log", "quiet", "--threads", "16"]
FOLDER = -1  # in place of a file's identity
CONVERT = ["--tile", "64", "--shard", "128", "--log", "quiet"]


class Disk:
    """Folders, names of files, and the bytes of files."""

    def __init__(self):
        self.folders: set[str] = set()
        self.names: dict[str, int] = {}  # path -> file
        self.data: dict[int, bytearray] = {}

    def apply(self, call: shim.Call, file_of):
        if call.name == "write":
            data = self.data.setdefault(call.file, bytearray())
            end = call.offset + len(call.data)
            data.extend(bytes(max(0, end - len(data))))
            data[call.offset:end] = call.data
        elif call.name == "mkdir":
            self.folders.add(call.path)
        elif call.name == "create":
            self.names[call.path] = call.file
        elif call.name == "rename" and file_of == FOLDER:
            moved = {p for p in self.folders if (p + "/").startswith(call.path + "/")}
            self.folders -= moved
            self.folders |= {call.to + p[len(call.path):] for p in moved} | {call.to}
            for path in [p for p in self.names if p.startswith(call.path + "/")]:
                self.names[call.to + path[len(call.path):]] = self.names.pop(path)
        elif call.name == "rename":
            self.names.pop(call.path, None)
            self.names[call.to] = file_of
        elif call.name == "remove":
            self.names.pop(call.path, None)
            self.folders.discard(call.path)

    def state(self, root: str) -> dict[str, bytes | None]:
        """What can be reached from `root`: path below it -> bytes, None of a folder."""
        def reached(path):
            parent = str(pathlib.Path(path).parent)
            return parent == root or (parent in self.folders and reached(parent))

        found = {p: None for p in self.folders if reached(p)}
        found |= {p: bytes(self.data.get(f, b"")) for p, f in self.names.items() if reached(p)}
        return {p[len(root) + 1:]: data for p, data in found.items()}


def states(calls: list[shim.Call], root: str, random_parts: int):
    """Every disk that a crash at a sync may leave, each once."""
    dice = random.Random(4)
    names: dict[str, int] = {}  # as the program saw them
    file_of = []  # of each call, the file or folder that a rename moves
    for call in calls:
        if call.name == "create":
            names[call.path] = call.file
        elif call.name == "mkdir":
            names[call.path] = FOLDER
        moved = names.pop(call.path, 0) if call.name in ("rename", "remove") else 0
        if call.name == "rename":
            names[call.to] = moved
            for path in [p for p in names if p.startswith(call.path + "/")]:
                names[call.to + path[len(call.path):]] = names.pop(path)
        file_of.append(moved)

    durable: set[int] = set()
    seen = set()
    for now, call in enumerate([*calls, shim.Call("sync", 0, 0, b"", "", "")]):
        if call.name != "sync":
            continue
        # The moment before this sync has any effect, and, by the next one, after it.
        waiting = [i for i in range(now) if i not in durable and calls[i].name != "sync"]
        parts = [[], waiting]
        parts += [[i for i in waiting if dice.random() < 0.5] for _ in range(random_parts)]
        for part in parts:
            disk = Disk()
            for i in sorted(durable.union(part)):
                disk.apply(calls[i], file_of[i])
            state = disk.state(root)
            key = hashlib.sha256(repr(sorted(state.items())).encode()).digest()
            if key not in seen:
                seen.add(key)
                yield state
        for i in waiting:
            c = calls[i]
            of_file = c.name == "write" and c.file == call.file and call.file != 0
            in_folder = c.name != "write" and call.path in {
                str(pathlib.Path(p).parent) for p in (c.path, c.to) if p}
            if of_file or in_folder:
                durable.add(i)


def lay_out(state: dict[str, bytes | None], folder: pathlib.Path):
    folder.mkdir()
    for name, data in sorted(state.items()):
        if data is None:
            (folder / name).mkdir(parents=True)
        else:
            (folder / name).write_bytes(data)


def crash(program, folder, words, output, random_parts, is_job) -> collections.Counter:
    """Tries every disk; returns in which stages they were."""
    undisturbed = folder / "undisturbed"
    undisturbed.mkdir()
    record = folder / "calls"
    done = shim.run(program, words(undisturbed / output), undisturbed, record=record)
    assert done.returncode == 0, done.stderr
    stages = collections.Counter()
    for state in states(shim.calls_of(record), str(undisturbed), random_parts):
        broken = folder / "broken"
        lay_out(state, broken)
        if is_job and (broken / output).exists():
            expect_sound(program, broken / output)
            stages[stage_of(broken / output)] += 1
        else:
            stages["conversion" if state and not is_job else "nothing"] += 1
        again = shim.run(program, words(broken / output), broken)
        assert again.returncode == 0 or "is there already" in again.stderr, again.stderr
        expect_equal(broken, undisturbed)
        shutil.rmtree(broken)
    return stages


@pytest.mark.parametrize("name", ["generate", "to_tiff", "to_zarr"])
def test_a_crash_of_the_machine(pantile, program, tmp_path, full, name):
    words, output = lambda out: [*JOB, "--out", out], "job"
    if name != "generate":
        source = tmp_path / "source"
        pantile(*JOB, "--tiff", "off", "--previews", "none", "--out", source)
        output = "out.tiff" if name == "to_tiff" else "out.ome.zarr"
        region = [] if name == "to_tiff" else ["--region", "10,10,250,150"]

        def words(out):
            return ["convert", source, out, *CONVERT, *region]

    stages = crash(program, tmp_path, words, output, 20 if full else 1, name == "generate")
    assert stages.total() > 30
    if name == "generate":
        missed = {"begin", "drain", "tiff", "previews", "finish"} - set(stages)
        assert not missed, f"no crash met {missed}"
    print(f"\n{name}: {stages.total()} disks, all recovered; found in {dict(stages)}")
