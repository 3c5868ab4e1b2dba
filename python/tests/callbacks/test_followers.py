"""Progress, Metrics and MemoryTracker."""

import io
import math
import time
from types import SimpleNamespace

import pytest

from pantile.callbacks import Callback, MemoryTracker, Metrics, Progress, Stage
from pantile.callbacks import progress as progress_module


def tile(height, width):
    core = SimpleNamespace(x0=0, y0=0, x1=width, y1=height)
    return SimpleNamespace(tile_spec=SimpleNamespace(geometry=SimpleNamespace(core=core)))


def run_tiles(callback: Callback, count=3, chunks=0, shape=(4, 5), error=None):
    callback.on_processing_start({"input_shape": (16, 16)})
    for chunk in range(max(1, chunks)):
        if chunks:
            callback.on_chunk_start(chunk, chunks, (8, 8))
        for index in range(count):
            callback.on_tile_start(tile(*shape).tile_spec, index, count)
            callback.on_tile_end(tile(*shape), index, count)
        if chunks:
            callback.on_chunk_end(chunk, chunks, (8, 8))
    if error is None:
        callback.on_processing_end({})
    else:
        callback.on_processing_error(error, {})


def test_metrics_counts_and_times():
    metrics = Metrics()
    assert all(math.isnan(v) or v == 0 for v in metrics.figures().values())
    run_tiles(metrics, count=3, chunks=2)
    figures = metrics.figures()
    assert (figures["tiles"], figures["chunks"], figures["pixels"]) == (6, 2, 6 * 20)
    assert 0 <= figures["tile_min_s"] <= figures["tile_median_s"] <= figures["tile_max_s"]
    assert figures["tile_min_s"] <= figures["tile_mean_s"] <= figures["tile_max_s"]
    assert 0 < figures["wall_s"] < 60
    assert figures["tiles_per_s"] == pytest.approx(6 / figures["wall_s"])
    assert figures["pixels_per_s"] == pytest.approx(120 / figures["wall_s"])
    assert metrics.figures() == figures  # the clock stopped at the end


def test_metrics_begin_anew_and_keep_stages():
    metrics = Metrics()
    run_tiles(metrics)
    metrics.on_processing_start({})
    metrics.on_stage_end(Stage("encode", "shards", 3, 3, 0, 1.5))
    metrics.on_processing_error(ValueError("x"), {})
    assert metrics.figures()["tiles"] == 0
    assert metrics.failed
    assert metrics.stages == [Stage("encode", "shards", 3, 3, 0, 1.5)]


def test_metrics_of_tiles_that_overlap_in_time():
    metrics = Metrics()
    metrics.on_processing_start({})
    metrics.on_tile_start(None, 0, 2)
    time.sleep(0.02)
    metrics.on_tile_start(None, 1, 2)
    metrics.on_tile_end(None, 1, 2)
    metrics.on_tile_end(None, 0, 2)
    assert metrics.tile_times_s[1] >= 0.02 > metrics.tile_times_s[0]


def test_memory_sees_what_a_job_keeps_and_what_it_only_borrows():
    size = 64 << 20
    tracker = MemoryTracker(detailed=True)
    tracker.on_processing_start({})
    borrowed = bytearray(b"\1") * size
    time.sleep(0.1)
    del borrowed
    tracker.on_tile_end(None, 0, 1)
    tracker.on_processing_end({})
    stats = tracker.get_memory_stats()
    assert set(stats) == {
        "baseline_memory_bytes", "peak_memory_bytes", "current_memory_bytes",
        "memory_per_tile_bytes", "peak_delta_bytes", "average_per_tile_bytes",
    }  # fmt: skip
    assert stats["peak_delta_bytes"] >= 0.9 * size
    assert stats["peak_memory_bytes"] == stats["baseline_memory_bytes"] + stats["peak_delta_bytes"]
    assert stats["current_memory_bytes"] <= stats["peak_memory_bytes"]
    assert stats["average_per_tile_bytes"] == stats["peak_delta_bytes"]
    assert len(stats["memory_per_tile_bytes"]) == 1


def test_memory_without_a_thread_looks_at_the_hooks():
    tracker = MemoryTracker(interval_s=None)
    run_tiles(tracker)
    assert tracker._thread is None
    assert tracker.baseline_bytes > 0
    assert tracker.peak_bytes >= tracker.baseline_bytes
    assert tracker.per_tile_bytes == []


def test_memory_stops_its_thread_after_an_error():
    tracker = MemoryTracker()
    run_tiles(tracker, error=ValueError("x"))
    assert tracker._thread is None


@pytest.mark.parametrize("interval_s", [0, -1, math.nan])
def test_memory_refuses_an_interval(interval_s):
    with pytest.raises(ValueError, match="interval_s"):
        MemoryTracker(interval_s=interval_s)


def test_lines_of_tiles():
    file = io.StringIO()
    run_tiles(Progress(file=file, show_rate=False), count=4)
    first, last = file.getvalue().splitlines()
    assert first == "tiles 0/4 (0%)"
    assert last.startswith("tiles 4/4 (100%), ")
    assert last.endswith(" s")


def test_lines_of_chunks_leave_their_tiles_out():
    file = io.StringIO()
    run_tiles(Progress(file=file, show_rate=False, interval_s=0), count=4, chunks=3)
    lines = file.getvalue().splitlines()
    assert [line.split(" (")[0] for line in lines] == [f"chunks {n}/3" for n in range(4)]


def test_lines_tell_an_error():
    file = io.StringIO()
    run_tiles(Progress(file=file), error=ValueError("tile 3 is bad"))
    assert file.getvalue().splitlines()[-1] == "stopped: ValueError: tile 3 is bad"


def test_lines_of_stages_at_most_so_often():
    file = io.StringIO()
    progress = Progress(file=file, interval_s=1000)
    progress.on_stage_start(Stage("encode", "shards", 0, 10))
    for done in range(1, 11):
        progress.on_stage_progress(Stage("encode", "shards", done, 10, 2, 4.0))
    progress.on_note("by the way")
    progress.on_warning("beware")
    progress.on_stage_end(Stage("encode", "shards", 10, 10, 2, 4.0))
    assert file.getvalue().splitlines() == [
        "encode: shards 0/10 (0%)",
        "by the way",
        "warning: beware",
        "encode: shards 10/10 (100%), 2/s, 4.0 s",
    ]


def test_lines_tell_what_is_to_come():
    file = io.StringIO()
    progress = Progress(file=file, interval_s=0)
    progress.on_stage_progress(Stage("encode", "shards", 6, 10, 2, 2.0))
    assert file.getvalue() == "encode: shards 6/10 (60%), 2/s, 2 s to go\n"


def test_bars_are_drawn_where_asked_for():
    pytest.importorskip("rich")
    file = io.StringIO()
    progress = Progress(file=file, bars=True)
    run_tiles(progress, count=4)
    assert "tiles" in file.getvalue()
    assert "4/4" in file.getvalue()
    assert progress._display is None
    run_tiles(progress, count=2, chunks=5)  # the same object again
    assert "5/5" in file.getvalue()


def test_bars_without_rich_are_refused(monkeypatch):
    monkeypatch.setattr(progress_module, "_has_rich", lambda: False)
    with pytest.raises(ImportError, match="rich"):
        Progress(bars=True)
    file = io.StringIO()
    file.isatty = lambda: True
    run_tiles(Progress(file=file))
    assert "tiles 3/3" in file.getvalue()


def test_a_bad_interval_is_refused():
    with pytest.raises(ValueError, match="interval_s"):
        Progress(interval_s=-1)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (9999, "9999"), (10_000, "10k"), (123_456, "123k"), (18_000_000, "18M"),
     (2.5, "2.5"), (43.61e6, "43.6M"), (16_384**2 * 8, "2.15G"), (3e12, "3T")],
)  # fmt: skip
def test_large_numbers_are_short(number, text):
    assert progress_module._short(number) == text
