"""Runs the program with a layer between it and the C library's file calls (shim/fault_shim.cc)."""

import dataclasses
import errno
import os
import pathlib
import subprocess


def library(program: pathlib.Path) -> pathlib.Path:
    path = program.parent / "libfault_shim.so"
    assert path.exists(), f"{path} is not built; build the tests"
    return path


def run(program, arguments, root, *, fail=None, on=False, kill=None, record=None, met=None,
        clock=False, unreadable=None):
    """Runs the program; calls on files below `root` are counted from 0.

    fail: (n, errno) makes call n fail (on: and all after it), and `met` takes down its name; kill:
    ends the process in place of that call; record: a file that takes down every call; clock: the
    time of day jumps; unreadable: reading a file whose path ends so is an I/O error.
    """
    environment = dict(os.environ, LD_PRELOAD=str(library(program)), FAULT_ROOT=str(root))
    if fail is not None:
        environment["FAULT_FAIL"] = f"{fail[0]} {fail[1]}" + (" on" if on else "")
    if unreadable is not None:
        environment["FAULT_READ"] = unreadable
    if clock:
        environment["FAULT_CLOCK"] = "1"
    if met is not None:
        environment["FAULT_MET"] = str(met)
    if kill is not None:
        environment["FAULT_KILL"] = str(kill)
    if record is not None:
        environment["FAULT_RECORD"] = str(record)
    return subprocess.run([program, *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=300, env=environment,
                          check=False)


@dataclasses.dataclass
class Call:
    """One call that changed something, or made a change durable."""

    name: str  # create, write, sync, rename, mkdir, remove
    file: int  # identity of the file; 0 of a folder
    offset: int
    data: bytes
    path: str
    to: str


def names_of(record: pathlib.Path) -> list[str]:
    """The call behind every number that `fail` and `kill` of run() may name, in a like run."""
    return [line.split("\t")[1] for line in record.read_text().splitlines()]


def calls_of(record: pathlib.Path) -> list[Call]:
    """What the system did."""
    data = memoryview(pathlib.Path(f"{record}.data").read_bytes())
    calls = []
    for line in record.read_text().splitlines():
        end, name, file, offset, size, path, to = line.split("\t")
        if end == "refused":
            continue
        taken = int(size)
        calls.append(Call(name, int(file), int(offset), bytes(data[:taken]), path, to))
        data = data[taken:]
    assert len(data) == 0
    return calls


# What a call may be answered with, by its name.
ERRORS = {
    "create": (errno.ENOSPC, errno.EACCES),
    "write": (errno.ENOSPC, errno.EIO),
    "sync": (errno.EIO, errno.ENOSPC),
    "rename": (errno.EIO, errno.ENOSPC),
    "mkdir": (errno.ENOSPC, errno.EACCES),
    "remove": (errno.EIO, errno.EROFS),
}
