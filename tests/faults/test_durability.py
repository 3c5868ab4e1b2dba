"""What has its final name is on the disk: written, synced, renamed and its folder synced, in order."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

CALLS = "write,pwrite64,fdatasync,fsync,rename,renameat,renameat2,mkdir"


class Call:
    """One system call of the trace: the lines on which it begins and ends, and its words."""

    def __init__(self, pid, begin, name, words):
        self.pid, self.begin, self.end, self.name, self.words = pid, begin, begin, name, words

    def path(self) -> str:
        """Of the descriptor that it is about."""
        return re.match(r"\d+<([^>]*)>", self.words).group(1)

    def names(self) -> list[str]:
        return re.findall(r'"([^"]*)"', self.words)


def parse(trace: str) -> list[Call]:
    calls, under_way = [], {}
    for number, line in enumerate(trace.splitlines()):
        pid, rest = line.split(maxsplit=1)
        resumed = re.match(r"<\.\.\. (\w+) resumed>(.*)", rest)
        if resumed:
            call = under_way.pop(pid)
            call.words += resumed.group(2)
            call.end = number
            continue
        begun = re.match(r"(\w+)\((.*)", rest)
        if not begun:
            continue  # a thread's end
        call = Call(pid, number, begun.group(1), begun.group(2))
        if call.words.endswith("<unfinished ...>"):
            under_way[pid] = call
        calls.append(call)
    return [c for c in calls if re.search(r"= (0|\d+)$", c.words)]


@pytest.fixture(scope="module")
def traced(program, tmp_path_factory):
    """The folder of a small job, made by 16 workers and four committers, and the calls that made it."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed; run scripts/setup --tests")
    folder = tmp_path_factory.mktemp("traced")
    log, out = folder / "trace", folder / "job"
    strace = ["strace", "-f", "-y", "-s", "0", "-e", f"trace={CALLS}", "-o", log]
    if subprocess.run([*strace, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("strace may not trace here (ptrace is not permitted)")
    subprocess.run([*strace, program, "generate", "--size", "300x200", "--tile", "64", "--shard",
                    "128", "--previews", "100", "--threads", "16", "--log", "quiet", "--out", out],
                   check=True, stdin=subprocess.DEVNULL)
    return out, parse(log.read_text(errors="replace"))


def test_every_file_is_written_synced_renamed_and_its_folder_synced(traced):
    out, calls = traced
    files = [p for p in out.rglob("*") if p.is_file()]
    assert len(files) > 15 and out / "image.tiff" in files and out / "job.json" in files
    for file in files:
        renames = [c for c in calls if c.name.startswith("rename") and c.names()[1] == str(file)]
        assert renames, f"{file} did not get its name by renaming"
        for rename in renames:
            temporary = rename.names()[0]
            assert os.path.dirname(temporary) == str(file.parent)
            of_it = [c for c in calls if "/" in c.words and c.words[0].isdigit()
                     and c.path() == temporary and c.end < rename.begin]
            # Temporary names are used again: what came before the rename of another is not of it.
            earlier = [c.end for c in calls if c.name.startswith("rename")
                       and c.names()[0] == temporary and c.end < rename.begin]
            of_it = [c for c in of_it if c.begin > max(earlier, default=-1)]
            writes = [c for c in of_it if "write" in c.name]
            syncs = [c for c in of_it if c.name in ("fdatasync", "fsync")]
            assert writes and syncs, file
            assert syncs[-1].begin > max(w.end for w in writes), f"{file}: written after its sync"
            after = [c for c in calls if c.pid == rename.pid and c.begin > rename.end]
            folder_sync = next((c for c in after if c.name == "fsync"), None)
            assert folder_sync is not None and folder_sync.path() == str(file.parent), file
            between = [c for c in after if c.begin < folder_sync.begin]
            assert not [c for c in between if "write" in c.name], f"{file}: went on before its sync"


def test_nothing_is_written_under_a_final_name(traced):
    out, calls = traced
    for call in calls:
        if "write" not in call.name or not call.words[0].isdigit() or "<" not in call.words[:8]:
            continue
        path = pathlib.Path(call.path())
        if out in path.parents:
            assert path.name.startswith(".tmp-"), call.words[:200]


def test_every_folder_is_made_durable_in_the_one_above(traced):
    out, calls = traced
    folders = {str(p) for p in [out, *out.rglob("*")] if p.is_dir()}
    made = [c for c in calls if c.name == "mkdir" and c.names()[0] in folders]
    assert {c.names()[0] for c in made} == folders
    for call in made:
        parent = os.path.dirname(call.names()[0])
        assert [c for c in calls if c.name == "fsync" and c.pid == call.pid
                and c.begin > call.end and c.path() == parent], call.names()[0]
