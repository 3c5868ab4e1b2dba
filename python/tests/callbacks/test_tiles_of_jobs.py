"""Tiles of the engine's own jobs."""

import numpy as np
import pytest

import pantile as pt


class Tiles(pt.Callback):
    def __init__(self):
        self.started, self.ended, self.failed = {}, {}, []

    def on_tile_start(self, tile, tile_index, total_tiles):
        assert tile_index not in self.started
        self.started[tile_index] = (tile, total_tiles)

    def on_tile_end(self, tile, tile_index, total_tiles):
        assert self.started[tile_index] == (tile, total_tiles)
        self.ended[tile_index] = tile

    def on_tile_error(self, error, tile, tile_index, total_tiles):
        self.failed.append((error, tile))

    def covers(self, height, width):
        seen = np.zeros((height, width), int)
        for tile in self.ended.values():
            x0, y0, x1, y1 = tile.core
            seen[y0:y1, x0:x1] += 1
        assert (seen == 1).all()
        assert sorted(self.ended) == list(range(len(self.ended)))
        assert {total for _, total in self.started.values()} == {len(self.ended)}


IMAGE = np.random.default_rng(1).integers(0, 255, (700, 900), dtype=np.uint8)


@pytest.mark.parametrize("threads", [1, 3])
def test_compute_tells_of_tiles(threads):
    tiles = Tiles()
    pt.open(IMAGE).gaussian(2).compute(threads=threads, callbacks=[tiles])
    tiles.covers(700, 900)


def test_write_tells_of_the_tiles_that_it_writes(tmp_path):
    tiles, metrics, progress = Tiles(), pt.Metrics(), pt.Progress(bars=False)
    image = pt.open(IMAGE).sobel()
    image.write(tmp_path / "a.ome.zarr", tile=128, callbacks=[tiles, metrics, progress])
    tiles.covers(700, 900)
    assert len(tiles.ended) == 6 * 8  # of level 0 alone
    assert tiles.ended[9].row == 1 and tiles.ended[9].column == 1
    assert metrics.figures()["tiles"] == 48
    assert metrics.figures()["pixels"] == 700 * 900


def test_planes_and_channels_have_tiles_of_their_own(tmp_path):
    tiles = Tiles()
    pt.open(np.stack([IMAGE] * 12)).sobel().write(
        tmp_path / "a.ome.zarr", tile=256, callbacks=[tiles]
    )
    seen = np.zeros(IMAGE.shape, int)
    for tile in tiles.ended.values():
        x0, y0, x1, y1 = tile.core
        seen[y0:y1, x0:x1] += 1
    assert seen.min() == seen.max() >= 1
    assert sorted(tiles.ended) == list(range(3 * 4 * seen.max()))


def test_progress_shows_pixels_and_not_tiles_too(capsys):
    pt.open(IMAGE).sobel().compute(callbacks=[pt.Progress(bars=False)])
    shown = capsys.readouterr().err
    assert "compute" in shown and "tiles" not in shown


def test_a_tile_that_fails_is_told_of():
    def fails(tile, spec):
        if spec.row == 1 and spec.column == 2:
            raise RuntimeError("no")
        return tile

    tiles = Tiles()
    with pytest.raises(pt.TileError):
        pt.open(IMAGE).map(fails, tile=256).compute(threads=1, callbacks=[tiles])
    ((error, tile),) = tiles.failed
    assert isinstance(error, pt.PantileError)
    assert tile.core[0] <= 512 < tile.core[2] and tile.core[1] <= 256 < tile.core[3]
    assert len(tiles.ended) + 1 == len(tiles.started)


def test_nobody_is_told_who_does_not_ask(monkeypatch):
    from pantile import _listener

    def never(*_):
        raise AssertionError("told of a tile")

    monkeypatch.setattr(_listener.Listener, "tile_begin", never)

    class Stages(pt.Callback):
        def on_stage_end(self, stage):
            self.done = stage.done

    stages = Stages()
    pt.open(IMAGE).sobel().compute(callbacks=[stages])
    assert stages.done == IMAGE.size
