"""Functions of chunks, for what they find there."""

import numpy as np
import pytest
import tiles_in_workers as work
from scipy import ndimage as nd

import pantile as pt


@pytest.fixture
def pixels():
    return np.random.default_rng(2).random((2, 150, 170), dtype=np.float32)


def blocks(pixels, size):
    height, width = pixels.shape[-2:]
    return [
        [pixels[..., y : y + size, x : x + size] for x in range(0, width, size)]
        for y in range(0, height, size)
    ]


def test_results_are_returned_by_chunk(pixels):
    image = pt.open(pixels)
    found = image.chunks(lambda chunk: {"mean": chunk.mean(), "shape": chunk.shape}, chunk=64)
    assert [len(row) for row in found] == [3, 3, 3]
    for row, expected in zip(found, blocks(pixels, 64), strict=True):
        for one, part in zip(row, expected, strict=True):
            assert one == {"mean": part.mean(), "shape": part.shape}
    vectors = np.array(image.chunks(lambda c: c.max(axis=(1, 2)), chunk=50))
    assert vectors.shape == (3, 4, 2)
    assert vectors[2, 3, 1] == pixels[1, 100:, 150:].max()


def test_a_function_of_chunks_over_one_of_tiles(pixels):
    """Both levels see what they would see of the whole image."""
    smooth = pt.open(pixels).map(lambda t: nd.uniform_filter(t, (0, 5, 5)), tile=32, halo=2)
    counts = smooth.chunks(lambda c: int((c > 0.5).sum()), chunk=100, threads=2)
    expected = [[int((b > 0.5).sum()) for b in row] for row in blocks(smooth.compute(), 100)]
    assert counts == expected


def test_halos_boundaries_and_specs(pixels):
    def shape(chunk, spec):
        x0, y0, x1, y1 = spec.halo
        assert chunk.shape == (2, y1 - y0, x1 - x0)
        return chunk[(..., *spec.inner)].sum(dtype="f8"), spec.core

    for boundary in (None, "wrap"):
        found = pt.open(pixels).chunks(shape, chunk=64, halo=9, boundary=boundary)
        assert found[2][1][1] == (64, 128, 128, 150)
        total = sum(s for row in found for s, _ in row)
        assert total == pytest.approx(pixels.sum(dtype="f8"))


def test_batches(pixels):
    sizes = []

    def embed(chunks):
        sizes.append(len(chunks))
        assert chunks.shape[1:] == (2, 32, 32)
        return chunks.mean(axis=(2, 3))

    vectors = np.array(pt.open(pixels).chunks(embed, chunk=32, batch=4))
    assert vectors.shape == (5, 6, 2)
    assert sum(sizes) == 30
    np.testing.assert_allclose(vectors[1, 2], pixels[:, 32:64, 64:96].mean(axis=(1, 2)), rtol=1e-5)
    with pytest.raises(pt.TileError, match="returned 1 results for 4 chunks"):
        pt.open(pixels).chunks(lambda c: [1], chunk=32, batch=4, threads=1)
    with pytest.raises(pt.TileError, match=r"returned 3\.0 for 4 chunks"):
        pt.open(pixels).chunks(lambda c: 3.0, chunk=32, batch=4, threads=1)


def test_what_is_returned_may_be_a_part_of_the_chunk(pixels):
    def corner(chunk):
        chunk += 1
        return [chunk[0, :2, :2]]

    found = pt.open(pixels).sobel().chunks(corner, chunk=16, threads=2)
    whole = pt.open(pixels).sobel().compute() + 1
    for row, line in enumerate(found):
        for column, (part,) in enumerate(line):
            y, x = 16 * row, 16 * column
            np.testing.assert_array_equal(part, whole[0, y : y + 2, x : x + 2])


def test_in_worker_processes(pixels):
    image = pt.open(pixels)
    there = image.chunks(work.mean_and_place, chunk=64, processes=2)
    here = image.chunks(work.mean_and_place, chunk=64)
    for row in range(3):
        for a, b in zip(there[row], here[row], strict=True):
            assert a[:2] == b[:2]
            np.testing.assert_array_equal(a[2], b[2])
    with pytest.raises(pt.TileError, match="no tenth column"):
        image.chunks(work.mean_and_place, chunk=16, processes=2)


class Log(pt.Callback):
    def __init__(self):
        self.lines = []

    def on_processing_start(self, stats):
        self.lines.append(("start", stats["total_chunks"]))

    def on_processing_end(self, stats):
        self.lines.append(("end", stats["total_chunks"]))

    def on_processing_error(self, error, stats):
        self.lines.append(("error", type(error)))

    def on_chunk_start(self, index, total, shape):
        self.lines.append(("chunk start", index, total, shape))

    def on_chunk_end(self, index, total, shape):
        self.lines.append(("chunk end", index, total, shape))

    def on_chunk_error(self, error, index, total, shape):
        self.lines.append(("chunk error", type(error), index))

    def on_stage_end(self, stage):
        self.lines.append(("stage", stage.name, stage.done, stage.total))


def test_callbacks_hear_of_every_chunk(pixels):
    log = Log()
    pt.open(pixels).chunks(lambda c: 1, chunk=100, callbacks=[log], threads=1)
    shapes = [(2, 100, 100), (2, 100, 70), (2, 50, 100), (2, 50, 70)]
    expected = [("start", 4)]
    for index, shape in enumerate(shapes):
        expected += [(f"chunk {what}", index, 4, shape) for what in ("start", "end")]
    assert log.lines == [*expected, ("stage", "chunks", 4, 4), ("end", 4)]


def test_an_exception_names_the_chunk(pixels):
    log = Log()

    def bad(chunk, spec):
        if spec.row == 1:
            raise KeyError("lost")

    with pytest.raises(pt.TileError, match=r"bad on tile \(1, 0\), x 0 to 100, y 100") as caught:
        pt.open(pixels).chunks(bad, chunk=100, callbacks=[log], threads=1)
    assert isinstance(caught.value.__cause__, KeyError)
    assert log.lines[-2:] == [("chunk error", KeyError, 2), ("error", pt.TileError)]


def test_a_keyboard_interrupt_stops_it(pixels):
    class Stop(pt.Callback):
        def on_chunk_end(self, index, total, shape):
            raise KeyboardInterrupt

    calls = []
    with pytest.raises(KeyboardInterrupt):
        pt.open(pixels).chunks(calls.append, chunk=16, callbacks=[Stop()], threads=1)
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"chunk": 0}, ValueError, "chunk"),
        ({"chunk": 1.5}, TypeError, "chunk"),
        ({"halo": -1}, ValueError, "halo"),
        ({"batch": 0}, ValueError, "batch"),
        ({"boundary": "none"}, ValueError, "boundary"),
        ({"threads": -1}, ValueError, "threads"),
    ],
)
def test_options_that_cannot_be(pixels, options, error, text):
    with pytest.raises(error, match=text):
        pt.open(pixels).chunks(lambda c: c, **options)


@pytest.mark.parametrize("function", [3, lambda chunk, out: 1])
def test_what_is_no_function_of_chunks(pixels, function):
    with pytest.raises(TypeError, match=r"expected f\(chunk\)"):
        pt.open(pixels).chunks(function)
