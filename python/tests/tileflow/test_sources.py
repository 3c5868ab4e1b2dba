"""What can be an image, and where results may go."""

import numpy as np
import pytest
from made_up import box3, picture
from numpy.testing import assert_array_equal

from pantile.tileflow import (
    ArrayStreamable,
    NumpyStreamable,
    Streamable,
    TileFlow,
    as_streamable,
)
from pantile.tileflow import bands as bands_module


class Lines:
    """Rows that are made when asked for, and counted."""

    shape = (300, 200)
    dtype = np.dtype("i4")

    def __init__(self):
        self.read = 0

    def __getitem__(self, key):
        rows, columns = (np.arange(n)[k] for n, k in zip(self.shape, key[-2:], strict=True))
        self.read += rows.size * columns.size
        return rows[:, None] * 1000 + columns


@pytest.mark.parametrize("band_bytes", [0, 200 * 4 * 40, 1 << 26])
@pytest.mark.parametrize("workers", [1, 3])
def test_anything_that_can_be_sliced_is_an_image(monkeypatch, band_bytes, workers):
    monkeypatch.setattr(bands_module, "BAND_BYTES", band_bytes)
    expected = box3(np.arange(300)[:, None] * 1000 + np.arange(200))
    lines = Lines()
    flow = TileFlow((16, 16), (2, 2)).configure(box3)
    assert_array_equal(flow.run(lines, workers=workers), expected)
    pixels = 300 * 200
    assert lines.read <= {0: 1.6, 1 << 26: 1}.get(band_bytes, 1.3 * workers) * pixels
    chunked = TileFlow((16, 16), (2, 2), (64, 64), (4, 4)).configure(box3)
    assert_array_equal(chunked.run(Lines(), workers=workers), expected)


def test_streamables():
    image = picture((20, 30), "i4")
    assert isinstance(as_streamable(image), NumpyStreamable)
    assert isinstance(as_streamable(Lines()), ArrayStreamable)
    stream = NumpyStreamable(image.copy())
    assert as_streamable(stream) is stream
    assert (stream.shape, stream.dtype, stream.ndim) == ((20, 30), image.dtype, 2)
    stream[3:5, 2:4] = 7
    assert_array_equal(stream[3:5, 2:4], 7)
    out = stream.create_output((3, 20, 30), "f4")
    assert (out.shape, out.dtype) == ((3, 20, 30), np.float32)
    for wrong in (3, "text", [1], object()):
        with pytest.raises(TypeError, match="data"):
            as_streamable(wrong)
    with pytest.raises(TypeError, match="array"):
        NumpyStreamable([1, 2])


def test_a_streamable_of_ones_own_decides_where_results_go():
    class Counted(Streamable):
        shape = (20, 30)
        dtype = np.dtype("i4")
        written = 0

        def __getitem__(self, key):
            return picture(self.shape, self.dtype)[key]

        def __setitem__(self, key, value):
            self.written += np.size(value)

        def create_output(self, shape, dtype):
            assert shape == (20, 30)
            return self

    counted = Counted()
    assert TileFlow((8, 8), (2, 2)).configure(lambda t: t).run(counted) is counted
    assert counted.written == 600

    class ReadOnly(Streamable):
        shape = (20, 30)
        dtype = np.dtype("i4")

        def __getitem__(self, key):
            return picture(self.shape, self.dtype)[key]

    assert_array_equal(
        TileFlow((8, 8)).configure(lambda t: t).run(ReadOnly()), picture((20, 30), "i4")
    )
    with pytest.raises(TypeError, match="ReadOnly"):
        ReadOnly()[0] = 1
