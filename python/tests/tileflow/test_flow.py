"""`TileFlow`: results, shapes, chunks, threads, and what it refuses."""

import random
import threading

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pantile.tileflow import (
    ArrayStreamable,
    GridSpec,
    NumpyStreamable,
    ProcessedTile,
    SobelEdgeDetector,
    Streamable,
    TileFlow,
    TileSpec,
    as_streamable,
    generate_multichannel_image,
    reconstruction,
    sobel_magnitude,
)
from pantile.tileflow import bands as bands_module


def box3(image):
    """Sum over 3 by 3 pixels, mirrored at the edges: needs an overlap of 1."""
    padded = np.pad(image, [(0, 0)] * (image.ndim - 2) + [(1, 1), (1, 1)], mode="symmetric")
    rows = padded[..., :-2, :] + padded[..., 1:-1, :] + padded[..., 2:, :]
    return rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]


def random_case(rng):
    size = rng.randint(4, 40), rng.randint(4, 40)
    overlap = rng.randint(1, size[0] // 2 - 1), rng.randint(1, size[1] // 2 - 1)
    shape = (*rng.choice([(), (1,), (3,), (2, 3)]), rng.randint(1, 150), rng.randint(1, 150))
    chunk = rng.randint(4, 120), rng.randint(4, 120)
    chunk_overlap = rng.randint(1, chunk[0] // 2 - 1), rng.randint(1, chunk[1] // 2 - 1)
    dtype = rng.choice(["u1", "i2", "u4", "f4", "f8", ">u2"])
    return size, overlap, shape, chunk, chunk_overlap, dtype


CASES = [random_case(rng) for rng in (random.Random(seed) for seed in range(150))]


def picture(shape, dtype, seed=0):
    return (np.random.default_rng(seed).random(shape) * 200).astype(dtype)


@pytest.mark.parametrize("workers", [1, 3])
def test_random_shapes_come_back_exactly(workers):
    for size, overlap, shape, chunk, chunk_overlap, dtype in CASES[:80]:
        image = picture(shape, dtype)
        for chunk_size in (None, chunk):
            flow = TileFlow(size, overlap, chunk_size, chunk_overlap)
            flow.configure(function=lambda tile: tile)
            result = flow.run(image, workers=workers)
            assert result.dtype == image.dtype
            assert_array_equal(result, image)
            assert result is not image


def test_random_tiles_equal_the_whole():
    for size, overlap, shape, chunk, chunk_overlap, _ in CASES:
        image = picture(shape, "i4")
        expected = box3(image)
        for chunk_size in (None, chunk):
            flow = TileFlow(size, overlap, chunk_size, chunk_overlap)
            assert_array_equal(flow.configure(box3).run(image), expected)


def test_without_overlap_a_neighbourhood_is_cut():
    image = picture((20, 20), "i4")
    assert not np.array_equal(TileFlow((8, 8)).configure(box3).run(image), box3(image))


def test_tiles_see_the_image_without_a_copy_and_cannot_change_it():
    image = picture((30, 40), "f4")
    seen = []
    TileFlow((8, 8), (2, 2)).configure(lambda t: (seen.append(t), t)[1]).run(image)
    assert all(np.shares_memory(tile, image) for tile in seen)
    assert not any(tile.flags.writeable for tile in seen)


def test_writing_into_a_tile_is_refused_with_advice():
    def in_place(tile):
        tile += 1
        return tile

    image = picture((30, 40), "f4")
    before = image.copy()
    flow = TileFlow((8, 8), (2, 2))
    with pytest.raises(ValueError, match="read-only") as caught:
        flow.configure(in_place).run(image)
    assert any("writable=True" in note for note in caught.value.__notes__)
    result = flow.configure(in_place, writable=True).run(image)
    assert_array_equal(image, before)
    assert_array_equal(result, before + 1)


def test_the_function_may_take_the_spec():
    def where(tile: np.ndarray, spec: TileSpec):
        assert tile.shape == spec.geometry.halo.shape
        return np.full(tile.shape, 100 * spec.row + spec.column)

    result = TileFlow((4, 4)).configure(where).run(np.zeros((8, 12)))
    assert_array_equal(result[::4, ::4], [[0, 1, 2], [100, 101, 102]])


SPEC_TAKERS = [
    lambda tile, spec: spec,
    lambda tile, where: where,
    lambda tile, spec=None: spec,
    lambda tile, tile_spec=None: tile_spec,
    lambda tile, *, spec: spec,
    lambda tile, *, spec=None: spec,
    lambda tile, other=3, *, tile_spec: tile_spec,
]
TILE_TAKERS = [
    lambda tile: None,
    lambda tile, sigma=2: sigma == 2 or pytest.fail("sigma"),
    lambda *tiles: len(tiles) == 1 or pytest.fail("more than the tile"),
    lambda tile, /, *, mode="x": mode == "x" or pytest.fail("mode"),
    lambda tile, *rest: not rest or pytest.fail("more than the tile"),
]


@pytest.mark.parametrize("function", SPEC_TAKERS)
def test_signatures_that_ask_for_the_spec(function):
    specs = []

    def keep(value, tile):
        specs.append(value)
        return tile

    import functools
    import inspect

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return keep(function(*args, **kwargs), args[0])

    assert inspect.signature(wrapper) == inspect.signature(function)
    TileFlow((4, 4)).configure(wrapper).run(np.zeros((8, 4)))
    assert specs == list(GridSpec((4, 4)).build_grid((8, 4)))


@pytest.mark.parametrize("function", TILE_TAKERS)
def test_signatures_that_ask_for_the_tile_alone(function):
    import functools

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        function(*args, **kwargs)
        return args[0]

    TileFlow((4, 4)).configure(wrapper).run(np.zeros((8, 4)))


def test_an_annotation_asks_for_the_spec():
    def function(tile, where: TileSpec = None):
        return np.full(tile.shape, where.column)

    result = TileFlow((4, 4)).configure(function).run(np.zeros((4, 8)))
    assert_array_equal(np.unique(result), [0, 1])


def test_functions_of_numpy_are_functions():
    image = picture((20, 30), "f8")
    for function in (np.sqrt, np.negative, np.ascontiguousarray, np.square):
        assert_array_equal(TileFlow((8, 8)).configure(function).run(image), function(image))


def test_objects_and_methods_are_functions():
    class Adder:
        def __init__(self, value):
            self.value = value

        def __call__(self, tile):
            return tile + self.value

        def with_spec(self, tile, spec):
            return tile + self.value + spec.row

    image = picture((8, 8), "i4")
    flow = TileFlow((8, 8))
    assert_array_equal(flow.configure(Adder(3)).run(image), image + 3)
    assert_array_equal(flow.configure(Adder(3).with_spec).run(image), image + 3)


def test_the_signature_is_read_once(monkeypatch):
    import inspect

    reads = []
    original = inspect.signature
    monkeypatch.setattr(inspect, "signature", lambda f, **k: (reads.append(f), original(f, **k))[1])
    function = lambda tile: tile  # noqa: E731
    TileFlow((4, 4)).configure(function).run(np.zeros((40, 40)))
    assert reads.count(function) == 1


def test_a_type_error_of_the_function_is_not_tried_again():
    calls = []

    def function(tile, spec=None):
        calls.append(spec)
        raise TypeError("inside")

    with pytest.raises(TypeError, match="inside"):
        TileFlow((4, 4)).configure(function).run(np.zeros((8, 8)))
    assert len(calls) == 1


def test_a_function_may_write_into_out():
    def double(tile, out):
        np.multiply(tile, 2, out=out)

    def half(tile, spec, *, out):
        np.divide(tile, 2, out=out)

    image = picture((30, 40), "f4")
    flow = TileFlow((8, 8), (2, 2))
    assert_array_equal(flow.configure(double).run(image), image * 2)
    result = flow.configure(half, dtype="f8").run(image)
    assert result.dtype == np.float64
    assert_array_equal(result, image.astype("f8") / 2)
    with pytest.raises(TypeError, match="out="):
        flow.configure(lambda tile: tile, dtype="f8")


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (3, "function: expected a function"),
        (None, "function: expected a function"),
        (lambda: 0, "takes no tile"),
        (lambda a, b, c: 0, "needs more"),
        (lambda tile, *, sigma: 0, "needs more"),
    ],
)
def test_what_is_no_function_of_a_tile(function, message):
    with pytest.raises(TypeError, match=message):
        TileFlow((4, 4)).configure(function)
    with pytest.raises(TypeError, match="chunk_" + message if message[0] == "f" else message):
        TileFlow((4, 4)).configure(lambda tile: tile, function or 0)


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (lambda t: t[1:], ValueError, r"returned shape \(7, 8\) .* row 0, column 0 .*\(…, 8, 8\)"),
        (lambda t: t.T if t.shape == (8, 5) else t, ValueError, r"shape \(5, 8\).*column 1"),
        (lambda t, s: t if s.row == 0 else t[None], ValueError, r"\(1, height, width\).*row 1"),
        (lambda t, s: t if s.row == 0 else t.sum(), ValueError, r"shape \(\).*row 1.*as for"),
        (lambda t, s: t if s.row == 0 else t + 0.5, TypeError, "float64 .*row 1.*expected uint8"),
        (lambda t, s: t if s.row == 0 else (t, t), ValueError, "2 arrays .*row 1.*expected 1"),
        (lambda t: None, TypeError, "returned None .*row 0, column 0"),
        (lambda t: "text", TypeError, "returned str .*row 0"),
        (lambda t: {"a": 1}, TypeError, "returned dict .*row 0"),
        (lambda t: t.astype(object), TypeError, "returned ndarray .*row 0"),
        (lambda t: (t, None), TypeError, "returned None .*row 0"),
    ],
)
@pytest.mark.parametrize("workers", [1, 2])
def test_wrong_results_name_the_tile(function, error, message, workers):
    image = np.ones((16, 13), "u1")
    with pytest.raises(error, match=message):
        TileFlow((8, 8)).configure(function).run(image, workers=workers)


def test_a_narrower_type_is_widened():
    def function(tile, spec):
        return tile.astype("f4") if spec.row == 0 else tile

    image = picture((16, 8), "u1")
    result = TileFlow((8, 8)).configure(function).run(image)
    assert result.dtype == np.float32
    assert_array_equal(result, image)


@pytest.mark.parametrize("workers", [1, 4])
def test_an_error_keeps_its_type_and_names_the_first_tile(workers):
    def function(tile, spec):
        if spec.row == 2:
            raise LookupError("nothing here")
        return tile

    with pytest.raises(LookupError, match="nothing here") as caught:
        TileFlow((8, 8)).configure(function).run(np.zeros((64, 8)), workers=workers)
    assert caught.value.__notes__ == [
        "while processing the tile in row 2, column 0 (y 16 to 24, x 0 to 8), 3 of 8"
    ]


def test_vectors_make_a_grid():
    image = picture((3, 70, 90), "f8")
    flow = TileFlow((32, 32), (4, 4)).configure(lambda t: t.mean(axis=(1, 2)))
    result = flow.run(image)
    assert result.shape == (3, 2, 3)
    for tile in GridSpec((32, 32), (4, 4)).build_grid((70, 90)):
        mean = image[(..., *tile.geometry.halo.slices())].mean(axis=(1, 2))
        assert_array_equal(result[:, tile.row, tile.column], mean)


def test_numbers_make_a_grid():
    image = picture((64, 96), "i4")
    result = TileFlow((32, 32)).configure(lambda t: int(t.sum())).run(image)
    assert_array_equal(result, image.reshape(2, 32, 3, 32).sum(axis=(1, 3)))


def test_several_results():
    image = picture((3, 40, 50), "i4")

    def function(tile):
        return tile.max(axis=0), tile + 1, np.array([tile.shape[0]])

    first, second, third = TileFlow((16, 16), (2, 2)).configure(function).run(image)
    assert_array_equal(first, image.max(axis=0))
    assert_array_equal(second, image + 1)
    assert_array_equal(third, np.full((1, 2, 3), 3))


def test_more_channels_than_came_in():
    image = picture((40, 50), "i4")
    result = TileFlow((16, 16)).configure(lambda t: np.stack([t, -t, t * 2])).run(image)
    assert_array_equal(result, np.stack([image, -image, image * 2]))


def test_256_channels():
    image = picture((256, 20, 30), "u1")
    result = TileFlow((8, 8), (1, 1)).configure(box3).run(image)
    assert_array_equal(result, box3(image))


def test_tiles_are_returned_in_order_with_their_overlap():
    image = picture((3, 40, 50), "i4")
    for workers in (1, 3):
        flow = TileFlow((16, 16), (4, 4)).configure(box3)
        tiles = flow.run(image, return_tiles=True, workers=workers)
        assert all(isinstance(tile, ProcessedTile) for tile in tiles)
        assert [t.tile_spec for t in tiles] == list(GridSpec((16, 16), (4, 4)).build_grid((40, 50)))
        assert tiles[4].image_data[0].shape == (3, 28, 24)
        assert_array_equal(reconstruction.reconstruct(tiles[::-1]), box3(image))
        assert_array_equal(reconstruction.reconstruct_tiles(tiles, 40, 50), box3(image))


def test_reconstruction_leaves_zeros_where_tiles_are_missing():
    image = np.ones((40, 50))
    tiles = TileFlow((16, 16)).configure(lambda t: t).run(image, return_tiles=True)
    result = reconstruction.reconstruct_tiles(tiles[1:], 40, 50)
    assert_array_equal(result[:16, :16], 0)
    assert result.sum() == 40 * 50 - 256
    with pytest.raises(ValueError, match="none"):
        reconstruction.reconstruct([])
    with pytest.raises(ValueError, match="none"):
        reconstruction.reconstruct_tiles([], 3, 3)
    with pytest.raises(ValueError, match="outside of 40 by 49"):
        reconstruction.reconstruct_tiles(tiles, 40, 49)


def test_chunks_return_what_the_chunk_function_returns():
    image = picture((3, 90, 130), "i4")
    flow = TileFlow((16, 16), (4, 4), chunk_size=(40, 48), chunk_overlap=(8, 8))
    assert_array_equal(flow.configure(box3).run(image), box3(image))
    result = flow.configure(function=box3, chunk_function=lambda chunk: chunk * 2).run(image)
    assert_array_equal(result, box3(image) * 2)
    result = flow.configure(function=box3, chunk_function=box3).run(image)
    assert_array_equal(result, box3(box3(image)))


def test_a_chunk_function_may_give_vectors_and_take_specs():
    image = picture((3, 80, 96), "i4")
    specs = []

    def total(chunk, spec):
        specs.append(spec)
        return chunk[(..., *spec.geometry.core_in_halo)].sum(axis=(1, 2))

    flow = TileFlow((16, 16), (0, 0), (40, 48), (8, 8)).configure(lambda t: t, total)
    result = flow.run(image)
    assert_array_equal(result, image.reshape(3, 2, 40, 2, 48).sum(axis=(2, 4)))
    assert specs == list(GridSpec((40, 48), (8, 8)).build_grid((80, 96)))


def test_a_chunk_function_may_only_look():
    seen = []
    flow = TileFlow((16, 16), (0, 0), (40, 48))
    assert flow.configure(lambda t: t, lambda chunk: seen.append(chunk)).run(np.ones((80, 96))) is (
        None
    )
    assert len(seen) == 4


def test_a_chunk_function_cannot_change_its_mind():
    flow = TileFlow((16, 16), (0, 0), (40, 48))
    with pytest.raises(TypeError, match="chunk_function returned None for the chunk in row 0, c"):
        flow.configure(lambda t: t, lambda c, spec: c if spec.column else None).run(
            np.ones((80, 96))
        )


def test_chunks_of_vectors_need_a_chunk_function():
    flow = TileFlow((16, 16), (0, 0), (40, 48))
    with pytest.raises(ValueError, match="chunk_function") as caught:
        flow.configure(lambda t: t.mean()).run(np.ones((80, 96)))
    assert "in the chunk in row 0" in caught.value.__notes__[0]
    result = flow.configure(lambda t: t.mean(), lambda grid: grid.max()).run(np.ones((80, 96)))
    assert_array_equal(result, np.ones((2, 2)))


def test_tiles_of_chunks_know_their_place_in_the_image():
    image = np.arange(80 * 96).reshape(80, 96)

    def function(tile, spec):
        assert tile[0, 0] == image[spec.geometry.halo.y0, spec.geometry.halo.x0]
        return tile

    flow = TileFlow((16, 16), (4, 4), (40, 48), (8, 8)).configure(function)
    assert_array_equal(flow.run(image), image)
    tiles = flow.run(image, return_tiles=True)
    assert len(tiles) == sum(
        len(list(GridSpec((16, 16)).build_grid(chunk.geometry.halo.shape)))
        for chunk in GridSpec((40, 48), (8, 8)).build_grid((80, 96))
    )


def test_threads_share_the_work():
    barrier = threading.Barrier(3, timeout=60)
    names = set()

    def function(tile, spec):
        names.add(threading.current_thread().name)
        if spec.row > 0:  # the first row is one tile, run alone
            barrier.wait()
        return tile

    image = picture((4 * 8, 8), "i4")
    result = TileFlow((8, 8)).configure(function).run(image, workers=3)
    assert_array_equal(result, image)
    assert len(names) == 4


def test_threads_have_the_callers_context():
    image = np.zeros((64, 8))
    flow = TileFlow((8, 8)).configure(lambda tile: tile / 0)
    with np.errstate(invalid="raise"), pytest.raises(FloatingPointError):
        flow.run(image, workers=2)
    with np.errstate(invalid="ignore"):
        assert np.isnan(flow.run(image, workers=2)).all()


@pytest.mark.parametrize(
    ("workers", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (None, TypeError)]
)
def test_a_wrong_number_of_workers(workers, error):
    with pytest.raises(error, match="workers"):
        TileFlow((8, 8)).configure(lambda t: t).run(np.zeros((8, 8)), workers=workers)


@pytest.mark.parametrize(
    ("keywords", "error", "message"),
    [
        ({"tile_size": (0, 8)}, ValueError, "tile_size"),
        ({"tile_size": (8, -8)}, ValueError, "tile_size"),
        ({"tile_size": (8.5, 8)}, TypeError, "tile_size"),
        ({"tile_size": 8}, TypeError, "tile_size"),
        ({"tile_size": None}, TypeError, "tile_size"),
        ({"overlap": (-1, 0)}, ValueError, "overlap"),
        ({"overlap": (1.0, 0)}, TypeError, "overlap"),
        ({"overlap": (4, 0)}, ValueError, "overlap.*below 4"),
        ({"chunk_size": (0, 64)}, ValueError, "chunk_size"),
        ({"chunk_size": "64"}, TypeError, "chunk_size"),
        ({"chunk_size": (64, 64), "chunk_overlap": (32, 0)}, ValueError, "chunk_overlap.*chunk"),
        ({"chunk_size": (64, 64), "chunk_overlap": (-3, 0)}, ValueError, "chunk_overlap"),
    ],
)
def test_what_cannot_be_a_flow(keywords, error, message):
    with pytest.raises(error, match=message):
        TileFlow(**{"tile_size": (8, 8), **keywords})


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ([[1, 2], [3, 4]], TypeError),
        (None, TypeError),
        (np.zeros(9), ValueError),
        (np.zeros((0, 9)), ValueError),
        (np.zeros((0, 9, 9)), ValueError),
    ],
)
def test_what_cannot_be_an_image(data, error):
    with pytest.raises(error, match="data"):
        TileFlow((8, 8)).configure(lambda t: t).run(data)


def test_a_flow_needs_a_function():
    with pytest.raises(RuntimeError, match="configure"):
        TileFlow((8, 8)).run(np.zeros((8, 8)))


def test_the_summary_names_what_matters():
    flow = TileFlow((8, 9), (2, 3), (64, 65), (16, 17), name="edges")
    assert "not configured" in flow.summary()
    flow.configure(box3, np.sort)
    for word in ("edges", "8 by 9", "2 by 3", "64 by 65", "16 by 17", "box3", "sort"):
        assert word in flow.summary()
    assert repr(flow).startswith("TileFlow(tile_size=(8, 9), overlap=(2, 3)")


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


@pytest.mark.parametrize("shape", [(300, 200), (3, 130, 170), (1, 1), (2, 2, 5, 1)])
@pytest.mark.parametrize("dtype", ["u1", "u2", "i4", "f4", "f8"])
def test_sobel_of_tiles_is_that_of_the_whole(shape, dtype):
    image = picture(shape, dtype)
    for size, overlap in [((128, 128), (8, 8)), ((16, 20), (0, 3)), ((4, 4), (1, 1))]:
        result = SobelEdgeDetector(size, overlap).process(image)
        assert_array_equal(result, sobel_magnitude(image))
        assert result.dtype == (np.float64 if dtype in ("i4", "f8") else np.float32)


@pytest.mark.parametrize("dtype", ["u1", "f8"])
def test_sobel_is_scipys(dtype):
    ndimage = pytest.importorskip("scipy.ndimage")
    image = picture((90, 120), dtype)
    wide = image.astype("f8")
    expected = np.hypot(ndimage.sobel(wide, 0), ndimage.sobel(wide, 1))
    np.testing.assert_allclose(SobelEdgeDetector().process(image), expected, rtol=1e-6, atol=1e-9)


def test_sobel_refuses():
    with pytest.raises(ValueError, match="tile_size"):
        SobelEdgeDetector((3, 8))
    with pytest.raises(ValueError, match="overlap"):
        SobelEdgeDetector((8, 8), (4, 4))
    with pytest.raises(TypeError, match="complex"):
        sobel_magnitude(np.zeros((4, 4), complex))


def test_made_up_channels():
    image = generate_multichannel_image((8, 96, 128))
    assert (image.shape, image.dtype) == ((8, 96, 128), np.float32)
    assert_array_equal(image.min(axis=(1, 2)), 0)
    assert_array_equal(image.max(axis=(1, 2)), 1)
    assert_array_equal(image, generate_multichannel_image((8, 96, 128), seed=42))
    assert not np.array_equal(image, generate_multichannel_image((8, 96, 128), seed=43))
    assert_array_equal(image[:3], generate_multichannel_image((3, 96, 128)))
    assert all(not np.array_equal(image[a], image[b]) for a in range(8) for b in range(a))
    chosen = generate_multichannel_image((2, 96, 128), channel_modes=["fibres", "nuclei"])
    assert chosen.shape == (2, 96, 128)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"shape": (64, 64)}, "shape"),
        ({"shape": (0, 64, 64)}, "shape"),
        ({"shape": (2, 64, 0)}, "shape"),
        ({"channel_modes": ["nuclei"]}, "channel_modes: expected 2"),
        ({"channel_modes": ["nuclei", "nucle"]}, "channel_modes: expected one of .*'nucle'"),
    ],
)
def test_made_up_channels_refuse(keywords, message):
    with pytest.raises(ValueError, match=message):
        generate_multichannel_image(**{"shape": (2, 64, 64), **keywords})
