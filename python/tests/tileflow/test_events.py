"""The order of hooks, exactly; failing callbacks; TileFlow's callbacks by its names."""

import io
import json
import math
import warnings

import numpy as np
import pytest

from pantile.callbacks import CallbackWarning
from pantile.tileflow import (
    CodeCarbonTracker,
    CompositeCallback,
    MemoryTracker,
    MetricsCallback,
    ProcessedTile,
    ProgressCallback,
    TileFlow,
    TileFlowCallback,
    TileSpec,
)


class Recorder(TileFlowCallback):
    def __init__(self):
        self.events = []

    def on_processing_start(self, stats):
        self.events.append(("start", stats["input_shape"], stats["total_tiles"]))

    def on_processing_end(self, stats):
        self.events.append(("end", stats["output_shape"], stats["tiles_done"]))

    def on_processing_error(self, error, stats):
        self.events.append(("error", str(error), stats["tiles_done"]))

    def on_chunk_start(self, chunk_index, total_chunks, chunk_shape):
        self.events.append(("chunk start", chunk_index, total_chunks, chunk_shape))

    def on_chunk_end(self, chunk_index, total_chunks, chunk_shape):
        self.events.append(("chunk end", chunk_index, total_chunks, chunk_shape))

    def on_chunk_error(self, error, chunk_index, total_chunks, chunk_shape):
        self.events.append(("chunk error", str(error), chunk_index, total_chunks, chunk_shape))

    def on_tile_start(self, tile, tile_index, total_tiles):
        assert isinstance(tile, TileSpec)
        self.events.append(("tile start", tile_index, total_tiles))

    def on_tile_end(self, tile, tile_index, total_tiles):
        assert isinstance(tile, ProcessedTile)
        self.events.append(("tile end", tile_index, total_tiles, tile.image_data[0].shape))

    def on_tile_error(self, error, tile, tile_index, total_tiles):
        assert isinstance(tile, TileSpec)
        self.events.append(("tile error", str(error), tile_index, total_tiles))


def test_the_order_without_chunks():
    recorder = Recorder()
    flow = TileFlow((8, 8), (2, 2)).configure(lambda tile: tile)
    flow.run(np.zeros((3, 8, 24)), callbacks=[recorder])
    assert recorder.events == [
        ("start", (3, 8, 24), 3),
        ("tile start", 0, 3),
        ("tile end", 0, 3, (3, 8, 10)),
        ("tile start", 1, 3),
        ("tile end", 1, 3, (3, 8, 12)),
        ("tile start", 2, 3),
        ("tile end", 2, 3, (3, 8, 10)),
        ("end", (3, 8, 24), 3),
    ]


def test_the_order_with_chunks():
    recorder = Recorder()
    order = []
    flow = TileFlow((8, 8), (0, 0), chunk_size=(8, 16), chunk_overlap=(0, 0))
    flow.configure(lambda tile: tile, lambda chunk: (order.append(len(recorder.events)), chunk)[1])
    flow.run(np.zeros((8, 32)), callbacks=[recorder])
    assert recorder.events == [
        ("start", (8, 32), 4),
        ("chunk start", 0, 2, (8, 16)),
        ("tile start", 0, 2),
        ("tile end", 0, 2, (8, 8)),
        ("tile start", 1, 2),
        ("tile end", 1, 2, (8, 8)),
        ("chunk end", 0, 2, (8, 16)),
        ("chunk start", 1, 2, (8, 16)),
        ("tile start", 0, 2),
        ("tile end", 0, 2, (8, 8)),
        ("tile start", 1, 2),
        ("tile end", 1, 2, (8, 8)),
        ("chunk end", 1, 2, (8, 16)),
        ("end", (8, 32), 4),
    ]
    assert order == [6, 12]  # after its tiles, before its end


def test_the_order_after_an_error():
    def function(tile, spec):
        if spec.column == 1:
            raise LookupError("gone")
        return tile

    recorder = Recorder()
    flow = TileFlow((8, 8), (0, 0), chunk_size=(8, 16), chunk_overlap=(0, 0))
    with pytest.raises(LookupError):
        flow.configure(function).run(np.zeros((8, 32)), callbacks=[recorder])
    assert recorder.events == [
        ("start", (8, 32), 4),
        ("chunk start", 0, 2, (8, 16)),
        ("tile start", 0, 2),
        ("tile end", 0, 2, (8, 8)),
        ("tile start", 1, 2),
        ("tile error", "gone", 1, 2),
        ("chunk error", "gone", 0, 2, (8, 16)),
        ("error", "gone", 0),
    ]


def test_an_interrupt_is_an_error_too():
    def function(tile):
        raise KeyboardInterrupt

    recorder = Recorder()
    with pytest.raises(KeyboardInterrupt):
        TileFlow((8, 8)).configure(function).run(np.zeros((8, 8)), callbacks=recorder)
    assert [event[0] for event in recorder.events] == ["start", "tile start", "tile error", "error"]


def test_threads_call_every_hook_once_and_in_order_per_tile():
    recorder = Recorder()
    flow = TileFlow((8, 8)).configure(lambda tile: tile)
    flow.run(np.zeros((80, 80)), callbacks=[recorder], workers=4)
    starts = [event[1] for event in recorder.events if event[0] == "tile start"]
    ends = [event[1] for event in recorder.events if event[0] == "tile end"]
    assert sorted(starts) == sorted(ends) == list(range(100))
    positions = {event[:2]: at for at, event in enumerate(recorder.events)}
    assert all(positions["tile start", n] < positions["tile end", n] for n in range(100))
    assert recorder.events[0][0] == "start"
    assert recorder.events[-1][0] == "end"


def test_older_names_are_called():
    class Old(TileFlowCallback):
        def __init__(self):
            self.events = []

        def on_tile_processed(self, tile, tile_index, total_tiles):
            self.events.append(("tile", tile_index, total_tiles))

        def on_chunk_processed(self, chunk_index, total_chunks, chunk_shape):
            self.events.append(("chunk", chunk_index, total_chunks, chunk_shape))

        def on_processing_complete(self, stats):
            self.events.append(("complete", stats["tiles_done"]))

    old = Old()
    flow = TileFlow((8, 8), (0, 0), (8, 16), (0, 0)).configure(lambda tile: tile)
    flow.run(np.zeros((8, 16)), callbacks=[old])
    assert old.events == [
        ("tile", 0, 2), ("tile", 1, 2), ("chunk", 0, 1, (8, 16)), ("complete", 2),
    ]  # fmt: skip


def test_a_failing_callback_does_not_stop_the_job():
    class Failing(TileFlowCallback):
        def on_tile_end(self, tile, tile_index, total_tiles):
            self.metrics.append(1)  # it has none

    recorder = Recorder()
    flow = TileFlow((8, 8)).configure(lambda tile: tile + 1)
    with pytest.warns(CallbackWarning, match=r"Failing\.on_tile_end.*metrics") as caught:
        result = flow.run(np.zeros((80, 80)), callbacks=[Failing(), recorder])
    assert len(caught) == 1
    assert (result == 1).all()
    assert recorder.events[-1] == ("end", (80, 80), 100)


def test_what_is_no_callback_is_refused_before_anything_runs():
    calls = []
    flow = TileFlow((8, 8)).configure(lambda tile: (calls.append(1), tile)[1])
    with pytest.raises(TypeError, match="hook"):
        flow.run(np.zeros((8, 8)), callbacks=[print])
    assert calls == []


def run(*callbacks, shape=(3, 40, 48), **keywords):
    flow = TileFlow((16, 16), (2, 2), **keywords).configure(lambda tile: tile)
    with warnings.catch_warnings():
        warnings.simplefilter("error", CallbackWarning)
        flow.run(np.zeros(shape), callbacks=list(callbacks))


def test_progress(capsys):
    file = io.StringIO()
    run(ProgressCallback(file=file))
    assert file.getvalue().splitlines()[-1].startswith("tiles 6/6 (100%)")
    run(ProgressCallback(verbose=True, show_rate=True))
    captured = capsys.readouterr()
    assert "tiles 6/6 (100%)" in captured.err
    run(ProgressCallback(verbose=False))
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_metrics(capsys):
    metrics = MetricsCallback(verbose=True)
    run(metrics, chunk_size=(20, 24), chunk_overlap=(2, 2))
    assert "tiles in" in capsys.readouterr().out
    detailed = metrics.get_detailed_metrics()
    assert detailed["total_chunks"] == 4
    assert detailed["total_tiles"] == len(detailed["tile_times_s"])
    assert len(detailed["chunk_times_s"]) == 4
    assert detailed["processing_time_s"] > 0
    assert detailed["average_tile_time_s"] > 0
    run(MetricsCallback(verbose=False))
    assert capsys.readouterr().out == ""


def test_memory():
    tracker = MemoryTracker(detailed=True)
    run(tracker)
    stats = tracker.get_memory_stats()
    assert len(stats["memory_per_tile_bytes"]) == 6
    assert stats["peak_memory_bytes"] >= stats["baseline_memory_bytes"] > 0
    assert stats["average_per_tile_bytes"] == stats["peak_delta_bytes"] / 6


def test_carbon(tmp_path):
    tracker = CodeCarbonTracker(project_name="mine", output_dir=tmp_path / "logs", detailed=True)
    run(tracker)
    run(tracker)
    data = tracker.get_emissions_data()
    assert isinstance(data["emissions_kg"], float)
    assert f"{data['emissions_kg']:.6f}"
    assert data["processing_time_s"] > 0
    assert data["total_tiles"] == 6
    assert data["input_shape"] == (3, 40, 48)
    assert data["tile_size"] == (16, 16)
    assert math.isnan(data["emissions_kg"]) == bool(data["missing"])
    logs = sorted((tmp_path / "logs").iterdir())
    assert len(logs) == 2
    assert all(json.loads(log.read_text())["project"] == "mine" for log in logs)
    assert set(CodeCarbonTracker(output_dir=tmp_path).get_emissions_data()) == {
        "emissions_kg", "processing_time_s", "total_tiles", "input_shape", "tile_size",
    }  # fmt: skip


def test_a_log_that_cannot_be_written_does_not_stop_the_job(tmp_path):
    (tmp_path / "logs").write_text("in the way")
    tracker = CodeCarbonTracker(output_dir=tmp_path / "logs")
    flow = TileFlow((16, 16)).configure(lambda tile: tile)
    with pytest.warns(CallbackWarning, match=r"CodeCarbonTracker\.on_processing_end"):
        flow.run(np.zeros((16, 16)), callbacks=[tracker])
    assert isinstance(tracker.get_emissions_data()["emissions_kg"], float)


def test_composite():
    first, second = Recorder(), MetricsCallback(verbose=False)
    run(CompositeCallback([first, second]))
    assert first.events[-1][0] == "end"
    assert second.get_detailed_metrics()["total_tiles"] == 6
