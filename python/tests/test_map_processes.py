"""Functions of tiles in worker processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tiles_in_workers as work

import pantile as pt


@pytest.fixture
def pixels():
    return np.random.default_rng(6).random((2, 150, 170), dtype=np.float32)


def children():
    """Processes that this one started and that are there."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        found += (task / "children").read_text().split()
    return {p for p in found if b"spawn_main" in Path(f"/proc/{p}/cmdline").read_bytes()}


def test_it_runs_elsewhere_and_gives_the_same(pixels):
    image = pt.open(pixels)
    ids = np.unique(image.map(work.whoami, tile=20, dtype="i4", processes=2).compute())
    assert os.getpid() not in ids
    assert 1 <= len(ids) <= 2
    for function in (work.double, work.fill, work.Adder(3)):
        there = image.map(function, tile=64, processes=2).compute()
        np.testing.assert_array_equal(there, image.map(function, tile=64).compute())
    there = image.map(work.place, tile=64, halo=5, dtype="i4", processes=2).compute()
    np.testing.assert_array_equal(
        there, image.map(work.place, tile=64, halo=5, dtype="i4").compute()
    )
    assert not children()


def test_with_batches_windows_and_labels(pixels):
    image = pt.open(pixels)
    for options in (
        {"batch": 4, "tile": 50},
        {"batch": 2, "tile": 60, "overlap": 20, "dtype": "f8"},
    ):
        there = image.map(work.model, **options, processes=2).compute()
        np.testing.assert_array_equal(there, image.map(work.model, **options).compute())
    plane = (
        pt.open(pixels[0])
        .gaussian(2)
        .map(work.labels, tile=60, overlap=20, stitch=0.3, processes=1)
    )
    again = pt.open(pixels[0]).gaussian(2).map(work.labels, tile=60, overlap=20, stitch=0.3)
    np.testing.assert_array_equal(plane.compute(), again.compute())


def test_tiles_are_read_only_unless_asked(pixels):
    image = pt.open(pixels)
    with pytest.raises(pt.TileError, match="read-only"):
        image.map(work.change, processes=1).compute()
    changed = image.map(work.change, processes=1, writable=True).compute()
    np.testing.assert_array_equal(changed, pixels + 1)


def test_an_exception_names_the_tile(pixels):
    image = pt.open(pixels)
    with pytest.raises(pt.TileError, match=r"fail on tile \(1, 2\), x 128 to 170") as caught:
        image.map(work.fail, tile=64, processes=2).compute()
    assert (caught.value.row, caught.value.column) == (1, 2)
    assert isinstance(caught.value.__cause__, KeyError)
    assert "tiles_in_workers.py" in str(caught.value.__cause__.__cause__)
    with pytest.raises(pt.TileError, match="Strange: 1 2"):
        image.map(work.fail_strangely, processes=1).compute()
    with pytest.raises(KeyboardInterrupt):
        image.map(work.interrupt, processes=1).compute()
    assert not children()


def test_a_worker_that_dies_is_an_error_of_its_tile(pixels):
    image = pt.open(pixels)
    text = r"die on tile \(1, 0\), x 0 to 64, y 64 to 128: .* was killed by SIGKILL"
    with pytest.raises(pt.TileError, match=text):
        image.map(work.die, tile=64, processes=2).compute()
    with pytest.raises(pt.TileError, match=r"ended by itself \(exit code 7\)"):
        image.map(work.leave, processes=1).compute()
    assert not children()


def test_what_was_written_before_a_worker_died_stays(tmp_path, monkeypatch):
    numbers = np.zeros((900, 900), "u1")
    path = tmp_path / "a.ome.zarr"
    mapped = pt.open(numbers).map(work.die_late, tile=64, version="1", processes=2)

    class Stages(pt.Callback):
        resumed = 0

        def on_stage_end(self, stage):
            self.resumed += stage.resumed

    monkeypatch.setenv("PANTILE_TEST_DIES", "1")
    with pytest.raises(pt.TileError, match=r"die_late on tile .*\(exit code 1\)"):
        mapped.write(path, tile=64, shard=64, threads=2)
    assert not path.exists()
    monkeypatch.delenv("PANTILE_TEST_DIES")
    stages = Stages()
    mapped.write(path, tile=64, shard=64, threads=2, callbacks=[stages])
    assert stages.resumed > 0
    assert (pt.open(path)[0].compute() == 1).all()


@pytest.mark.parametrize("function", [lambda tile: tile, np.array([1]).dot])
def test_what_cannot_be_sent(pixels, function):
    if getattr(function, "__name__", "") == "dot":
        function = open(os.devnull).read  # noqa: SIM115
    with pytest.raises(TypeError, match="cannot be sent to other processes"):
        pt.open(pixels).map(function, processes=2)


@pytest.mark.parametrize(
    ("processes", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), ("2", TypeError)]
)
def test_numbers_that_cannot_be(pixels, processes, error):
    with pytest.raises(error, match="processes"):
        pt.open(pixels).map(work.double, processes=processes)


SCRIPT = """
import sys
import numpy as np
import pantile as pt
import tiles_in_workers as work

def main():
    image = pt.open(np.zeros((640, 640), "u1"))
    mapped = image.map(work.slow, tile=64, version="1", processes=2)
    print("begin", flush=True)
    mapped.write(sys.argv[1], tile=64, shard=64)

if {guard}:
    main()
"""


def run_script(tmp_path, guard):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(guard=guard))
    here = str(Path(__file__).parent)
    paths = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "a.ome.zarr")],
        env=os.environ | {"PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def in_session(leader):
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def test_ctrl_c_stops_all_of_them(tmp_path):
    job = run_script(tmp_path, '__name__ == "__main__"')
    assert job.stdout.readline() == "begin\n"
    parts = tmp_path / "a.ome.zarr.parts"
    for _ in range(600):
        if parts.exists() and any(parts.rglob("c/*/*")):
            break
        time.sleep(0.1)
    time.sleep(0.3)
    os.killpg(job.pid, signal.SIGINT)  # as a terminal does
    _, err = job.communicate(timeout=120)
    assert job.returncode != 0
    assert err.count("Traceback") == 1
    assert err.strip().endswith("KeyboardInterrupt")
    for _ in range(50):
        if not in_session(job.pid):
            break
        time.sleep(0.1)
    assert not in_session(job.pid)
    # What was done is kept, and the same call goes on.
    assert parts.exists()
    again = run_script(tmp_path, '__name__ == "__main__"')
    _, err = again.communicate(timeout=240)
    assert again.returncode == 0, err
    assert not parts.exists()


def test_a_script_without_a_guard_is_told_so(tmp_path):
    job = run_script(tmp_path, "True")
    _, err = job.communicate(timeout=240)
    assert job.returncode != 0
    assert 'belongs under if __name__ == "__main__":' in err.splitlines()[-1]
