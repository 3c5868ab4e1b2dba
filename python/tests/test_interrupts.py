"""A KeyboardInterrupt stops a job, wherever it is raised."""

import time

import numpy as np
import pytest

import pantile as pt


@pytest.fixture
def pixels():
    return np.random.default_rng(1).random((300, 400), dtype=np.float32)


def slowly(tile):
    time.sleep(0.03)
    return tile


class Interrupting(pt.Callback):
    def __init__(self, error):
        self.error = error
        self.ends = []

    def on_stage_progress(self, stage):
        if stage.done > 0:
            raise self.error

    def on_processing_error(self, error, stats):
        self.ends.append(error)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_in_a_callback(pixels, error, tmp_path):
    calls = []

    def counting(tile):
        calls.append(1)
        return slowly(tile)

    image = pt.open(pixels).map(counting, tile=64, version="1")
    callback = Interrupting(error())
    with pytest.raises(error):
        image.compute(callbacks=[callback], threads=1)
    assert 0 < len(calls) < 5 * 7
    assert isinstance(callback.ends[0], error)
    # Of a file, what was done is kept.
    calls.clear()
    image.write(tmp_path / "whole.ome.zarr", tile=64, shard=64, threads=1)
    whole = len(calls)
    path = tmp_path / "a.ome.zarr"
    with pytest.raises(error):
        image.write(path, tile=64, shard=64, callbacks=[Interrupting(error())], threads=1)
    before = len(calls)
    assert not path.exists()
    image.write(path, tile=64, shard=64, threads=1)
    assert len(calls) - before < whole
    np.testing.assert_array_equal(pt.open(path)[0].compute(), pixels)


def test_in_a_callback_of_a_job(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        pt.generate(
            "complex", tmp_path / "a", width=3000, height=3000,
            callbacks=[Interrupting(KeyboardInterrupt())],
        )  # fmt: skip


@pytest.mark.parametrize("batch", [None, 2])
def test_in_a_function_of_tiles(pixels, batch):
    calls = []

    def function(tile):
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return tile

    with pytest.raises(KeyboardInterrupt):
        pt.open(pixels).map(function, tile=16, batch=batch).compute(threads=1)
    assert len(calls) == 5


def test_in_a_source():
    class Rows:
        shape, dtype = (30, 40), np.dtype("f4")

        def __getitem__(self, key):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pt.open(Rows()).sobel().compute()


def test_other_errors_of_callbacks_stop_nothing(pixels):
    with pytest.warns(pt.CallbackWarning, match="on_stage_progress"):
        pt.open(pixels).map(slowly, tile=64).compute(
            callbacks=[Interrupting(ValueError("no"))], threads=2
        )
