"""The functions of tiles: their signatures and what they may return."""

import numpy as np
import pytest
from made_up import box3, picture
from numpy.testing import assert_array_equal

from pantile.tileflow import (
    GridSpec,
    TileFlow,
    TileSpec,
)


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
