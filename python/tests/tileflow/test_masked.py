"""`TileFlowMasked`, and TileFlow 0.7.14 beside it where that is installed."""

import importlib.metadata
import random

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from pantile.tileflow import (
    GridSpec,
    MaskedArrayStreamable,
    TileFlowMasked,
    sobel_magnitude,
)


def picture(shape=(3, 100, 120), seed=0):
    return np.random.default_rng(seed).integers(0, 1000, shape).astype("u2")


def flow_of(function, channels=((0,),), sink=None, **keywords):
    flow = TileFlowMasked(**{"tile_size": (32, 32), "tile_overlap": (4, 4), **keywords})
    for channel in channels:
        flow.add_channel(*channel)
    flow.setup(0, function, sink)
    return flow


def same(tile, spec):
    return tile


def test_channels_are_rescaled_by_their_range():
    image = picture()
    flow = flow_of(same, [(2, None, (100, 500)), (0, None, (0, 1000))])
    result = flow.run(MaskedArrayStreamable(image))
    assert result.dtype == np.float32
    assert_allclose(result[0], np.clip((image[2] - 100.0) / 400, 0, 1), rtol=1e-6)
    assert_allclose(result[1], image[0] / 1000, rtol=1e-6)


@pytest.mark.parametrize("chunk", [None, (50, 60)])
def test_without_a_range_it_is_that_of_the_whole_channel(chunk):
    image = picture()
    image[0, 3, 3], image[0, 99, 119] = 5000, 7
    result = flow_of(same, chunk_size=chunk).run(MaskedArrayStreamable(image))
    low, high = float(image[0].min()), float(image[0].max())
    assert_allclose(result[0], (image[0] - low) / (high - low), rtol=1e-6)


def test_a_second_image_has_a_range_of_its_own():
    flow = flow_of(same)
    for factor in (1, 3):
        result = flow.run(MaskedArrayStreamable(picture() * np.uint16(factor)))
        assert (result.min(), result.max()) == (0, 1)


def test_no_number_and_one_number():
    image = np.full((1, 40, 40), 7.0)
    assert_array_equal(flow_of(same).run(MaskedArrayStreamable(image)), 0)
    image = picture((1, 40, 40)).astype("f4")
    image[0, 5, 5] = np.nan
    result = flow_of(same).run(MaskedArrayStreamable(image))
    assert np.isnan(result[0, 5, 5])
    assert (np.nanmin(result), np.nanmax(result)) == (0, 1)
    assert np.isnan(result).sum() == 1


def test_wide_integers_keep_their_difference():
    image = (np.arange(1600).reshape(1, 40, 40) + 2**40).astype("i8")
    result = flow_of(same, [(0, None, (2**40, 2**40 + 1600))]).run(MaskedArrayStreamable(image))
    assert_allclose(result[0], np.arange(1600).reshape(40, 40) / 1600, rtol=1e-6)


def test_a_mask_leaves_tiles_out_and_zeros_there():
    image = picture()
    mask = np.zeros((100, 120), "u1")
    mask[40:45, 50:55] = 3
    seen = []
    flow = flow_of(lambda t, s: (seen.append((s.row, s.column)), t + 1)[1])
    result = flow.run(MaskedArrayStreamable(image, mask))
    expected = [
        (t.row, t.column)
        for t in GridSpec((32, 32), (4, 4)).build_grid((100, 120))
        if mask[t.geometry.halo.slices()].any()
    ]
    assert seen == expected == [(1, 1)]
    outside = np.ones((100, 120), bool)
    outside[32:64, 32:64] = False
    assert (result[0][outside] == 0).all()
    assert (result[0][~outside] >= 1).all()
    inside = result[0][mask != 0] - 1
    low, high = float(image[0].min()), float(image[0].max())
    assert_allclose(inside, ((image[0] - low) / (high - low))[mask != 0], rtol=1e-5, atol=1e-6)
    assert result.sum() == pytest.approx(32 * 32 + inside.sum())


def test_the_mask_counts_where_the_overlap_reaches():
    mask = np.zeros((100, 120), bool)
    mask[34, 34] = True
    seen = []
    flow = flow_of(lambda t, s: (seen.append((s.row, s.column)), t)[1])
    flow.run(MaskedArrayStreamable(picture(), mask))
    assert seen == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_a_mask_may_be_ignored():
    mask = np.zeros((100, 120), bool)
    image = MaskedArrayStreamable(picture(), mask)
    assert flow_of(same).run(image) is None
    assert flow_of(same, consider_mask=False).run(image).shape == (1, 100, 120)


@pytest.mark.parametrize(
    ("channels", "something"),
    [
        ([(0, 90)], True), ([(0, 91)], False), ([(0, -5)], True),
        ([(0, 95), (1, 5)], True), ([(0, 95), (1, 10)], False),
        ([(0, None), (1, 50)], True), ([(1, 50), (0, None)], True),
    ],
)  # fmt: skip
def test_below_every_threshold_there_is_nothing(channels, something):
    image = np.zeros((2, 40, 40), "u2")
    image[0, 7, 7], image[1, 30, 30] = 90, 9
    assert (flow_of(same, channels).run(MaskedArrayStreamable(image)) is not None) == something


def test_chunks_below_the_threshold_or_outside_the_mask_are_left_out():
    image = picture((1, 128, 128))
    image[0, :64, 64:] = 10
    mask = np.ones((128, 128), bool)
    mask[64:, :] = False
    chunks = []
    flow = flow_of(
        same, [(0, 50, (0, 1000))], lambda r, s: chunks.append((s, r)), chunk_size=(64, 64)
    )
    assert flow.run(MaskedArrayStreamable(image, mask)) is None
    assert [spec for spec, _ in chunks] == list(GridSpec((64, 64)).build_grid((128, 128)))
    assert [result is None for _, result in chunks] == [False, True, True, True]
    assert_allclose(chunks[0][1][0], image[0, :64, :64] / 1000, rtol=1e-6)
    whole = flow_of(same, [(0, 50, (0, 1000))], chunk_size=(64, 64))
    result = whole.run(MaskedArrayStreamable(image, mask))
    assert_array_equal(result[:, :64, :64], chunks[0][1])
    assert not result[:, :, 64:].any()
    assert not result[:, 64:].any()


def test_chunks_are_handed_over_with_their_overlap():
    image = picture((1, 100, 120))
    chunks = []
    flow = flow_of(
        same, [(0, None, (0, 1000))], lambda r, s: chunks.append((s, r)),
        chunk_size=(50, 60), chunk_overlap=(8, 6),
    )  # fmt: skip
    flow.run(MaskedArrayStreamable(image))
    assert len(chunks) == 4
    for spec, result in chunks:
        expected = image[(..., *spec.geometry.halo.slices())] / 1000
        assert_allclose(result, expected, rtol=1e-6)


@pytest.mark.parametrize("workers", [1, 3])
def test_chunks_give_what_the_whole_gives(workers):
    rng = random.Random(3)
    for _ in range(30):
        shape = (2, rng.randint(10, 130), rng.randint(10, 130))
        image = MaskedArrayStreamable(picture(shape), picture(shape, 1)[0] > 998)
        channels = [(1, None), (0, 10, (5, 900))]
        whole = flow_of(lambda t: sobel_magnitude(t), channels, consider_mask=False).run(image)
        parts = flow_of(
            lambda t: sobel_magnitude(t), channels, consider_mask=False,
            chunk_size=(rng.randint(8, 90), rng.randint(8, 90)), chunk_overlap=(2, 2),
        ).run(image, workers=workers)  # fmt: skip
        assert_array_equal(whole, parts)


def test_vectors_make_a_grid_with_zeros_where_nothing_is():
    image = picture()
    mask = np.zeros((100, 120), bool)
    mask[:20, :20] = True
    flow = flow_of(lambda t: t.mean(axis=(1, 2)) + 1, [(0,), (1,)])
    result = flow.run(MaskedArrayStreamable(image, mask))
    assert result.shape == (2, 3, 4)
    assert (result[:, 0, 0] > 1).all()
    assert np.count_nonzero(result) == 2
    grids = []
    flow = flow_of(
        lambda t: t.mean(axis=(1, 2)), sink=lambda r, s: grids.append(r), chunk_size=(50, 60)
    )
    flow.run(MaskedArrayStreamable(image))
    assert [grid.shape for grid in grids] == [(1, 2, 2)] * 4
    with pytest.raises(ValueError, match="chunk_sink"):
        flow_of(lambda t: t.mean(), chunk_size=(50, 60)).run(MaskedArrayStreamable(image))


def test_events_of_chunks():
    from pantile.callbacks import Metrics

    metrics = Metrics()
    mask = np.zeros((100, 120), bool)
    mask[:20, :20] = True
    flow = flow_of(same, chunk_size=(50, 60))
    flow.run(MaskedArrayStreamable(picture(), mask), callbacks=[metrics])
    assert metrics.figures()["chunks"] == 4
    assert metrics.figures()["tiles"] == 1
    errors = []

    class Mine:
        def on_chunk_error(self, error, index, total, shape):
            errors.append((index, total, shape))

        def on_processing_error(self, error, stats):
            errors.append(stats["input_shape"])

    with pytest.raises(ZeroDivisionError) as caught:
        flow_of(lambda t: 1 / 0, chunk_size=(50, 60)).run(
            MaskedArrayStreamable(picture()), callbacks=Mine()
        )
    assert errors == [(0, 4, (1, 50, 60)), (1, 100, 120)]
    assert len(caught.value.__notes__) == 2


@pytest.mark.parametrize(
    ("keywords", "error"),
    [
        ({"tile_size": (0, 0)}, ValueError),
        ({"tile_size": (3.5, 4)}, TypeError),
        ({"tile_overlap": (16, 16)}, ValueError),
        ({"tile_overlap": (-1, 0)}, ValueError),
        ({"chunk_size": (0, 1)}, ValueError),
        ({"chunk_size": (8, 8), "chunk_overlap": (4, 4)}, ValueError),
    ],
)
def test_what_cannot_be(keywords, error):
    with pytest.raises(error, match=next(reversed(keywords))):
        TileFlowMasked(**{"tile_size": (32, 32), **keywords})


def test_what_cannot_be_asked_for():
    flow = TileFlowMasked((32, 32))
    with pytest.raises(RuntimeError, match="add_channel"):
        flow.setup(0, same)
    with pytest.raises(RuntimeError, match="setup"):
        flow.run(MaskedArrayStreamable(picture()))
    flow.add_channel(0)
    for arguments, error, message in [
        ((0,), ValueError, "added already"),
        ((-1,), ValueError, "channel_index"),
        ((1.0,), TypeError, "channel_index"),
        ((1, np.nan), ValueError, "threshold"),
        ((1, None, (5, 5)), ValueError, "rescale_range"),
        ((1, None, (np.nan, 5)), ValueError, "rescale_range"),
    ]:
        with pytest.raises(error, match=message):
            flow.add_channel(*arguments)
    with pytest.raises(ValueError, match="level"):
        flow.setup(-1, same)
    with pytest.raises(TypeError, match="chunk_sink"):
        flow.setup(0, same, 3)
    flow.setup(1, same)
    with pytest.raises(ValueError, match="level 0 alone"):
        flow.run(MaskedArrayStreamable(picture()))
    flow.add_channel(3)
    flow.setup(0, same)
    with pytest.raises(IndexError):
        flow.run(MaskedArrayStreamable(picture()))


def test_a_source_that_gives_something_else():
    class Wrong(MaskedArrayStreamable):
        def read_raster(self, level, channels):
            return np.zeros((1, 3, 3))

    class WrongMask(MaskedArrayStreamable):
        def read_mask_region(self, level, y0, y1, x0, x1):
            return np.ones((3, 3))

    with pytest.raises(ValueError, match=r"pixels of \(1, 100, 120\), got \(1, 3, 3\)"):
        flow_of(same).run(Wrong(picture()))
    with pytest.raises(ValueError, match=r"mask of \(100, 120\), got \(3, 3\)"):
        flow_of(same).run(WrongMask(picture()))
    with pytest.raises(TypeError, match="complex"):
        flow_of(same).run(MaskedArrayStreamable(picture().astype(complex)))
    with pytest.raises(ValueError, match="channels"):
        MaskedArrayStreamable(np.zeros((3, 3)))
    with pytest.raises(ValueError, match="mask"):
        MaskedArrayStreamable(np.zeros((3, 3, 3)), np.zeros((3, 4)))


# TileFlow itself, where it is installed.


@pytest.fixture
def theirs():
    # (A folder of this name, such as the one of these tests, can be imported too.)
    try:
        version = importlib.metadata.version("tileflow")
    except importlib.metadata.PackageNotFoundError:
        version = "none"
    if version != "0.7.14":
        pytest.skip(f"compared with tileflow 0.7.14; there is {version}")
    return importlib.import_module("tileflow")


def test_their_grid_is_ours(theirs):
    rng = random.Random(5)
    for _ in range(200):
        size = rng.randint(2, 60), rng.randint(2, 60)
        overlap = rng.randint(0, max(0, size[0] // 2 - 1)), rng.randint(0, max(0, size[1] // 2 - 1))
        shape = rng.randint(1, 300), rng.randint(1, 300)
        ours = GridSpec(size, overlap)
        their = theirs.GridSpec(size, overlap)
        assert ours.grid_shape(shape) == tuple(their.grid_shape(shape))
        for a, b in zip(ours.iter_tiles(*shape), their.iter_tiles(*shape), strict=True):
            for name in ("core", "halo"):
                mine, other = getattr(a.geometry, name), getattr(b.geometry, name)
                assert mine == (other.x0, other.y0, other.x1, other.y1)
            assert (a.row, a.column) == (b.position.row, b.position.column)
            assert a.edges == (b.edges.left, b.edges.right, b.edges.top, b.edges.bottom)


def their_result(theirs, image, mask, function, channels, sink=None, **keywords):
    flow = theirs.TileFlow(**{"tile_size": (32, 32), "tile_overlap": (4, 4), **keywords})
    for channel in channels:
        flow.add_channel(*channel)
    flow.setup(0, function, sink)
    return flow.run(MaskedArrayStreamable(image, mask))


CHANNELS = [
    [(0,)],
    [(2, None, (100, 500)), (0, None, (0, 999))],
    [(1, 2000, (0, 9))],
    [(1, 2000), (0, 30)],
]


@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize("shape", [(3, 100, 120), (3, 47, 31), (3, 130, 49)])
def test_their_results_are_ours(theirs, channels, shape):
    image = picture(shape)
    mask = np.ones(shape[1:], bool)
    functions = [same, lambda t, s: sobel_magnitude(t), lambda t, s: t.mean(axis=(1, 2)) + s.row]
    for function in functions:
        expected = their_result(theirs, image, mask, function, channels)
        result = flow_of(function, channels).run(MaskedArrayStreamable(image, mask))
        if expected is None:
            assert result is None
        else:
            assert result.shape == expected.shape
            assert_allclose(result, expected, rtol=1e-5, atol=1e-6)


def test_their_mask_leaves_the_same_tiles_out(theirs):
    image = picture()
    rng = np.random.default_rng(0)
    for _ in range(10):
        mask = rng.random((100, 120)) > 0.9995
        mask[0, 0] = True
        seen = {"ours": [], "theirs": []}

        def watch(who, seen=seen):
            return lambda t, s: (seen[who].append((s.position.row, s.position.column)), t)[1]

        expected = their_result(theirs, image, mask, watch("theirs"), [(0,)])
        result = flow_of(watch("ours")).run(MaskedArrayStreamable(image, mask))
        assert seen["ours"] == seen["theirs"]
        for tile in GridSpec((32, 32), (4, 4)).build_grid((100, 120)):
            if (tile.row, tile.column) in seen["ours"]:
                core = (..., *tile.geometry.core.slices())
                assert_allclose(result[core], expected[core], rtol=1e-5, atol=1e-6)


def test_their_chunks_are_ours(theirs):
    image = picture()
    mask = np.zeros((100, 120), bool)
    mask[:40, :40] = True
    mask[90, 90] = True
    got = {"ours": [], "theirs": []}
    keywords = {"chunk_size": (50, 60), "chunk_overlap": (8, 6)}
    channels = [(1, 20, (0, 1000))]

    def sink(who):
        return lambda r, s: got[who].append((tuple(s.geometry.halo.shape), r))

    their_result(theirs, image, mask, same, channels, sink("theirs"), **keywords)
    flow_of(same, channels, sink("ours"), **keywords).run(MaskedArrayStreamable(image, mask))
    assert [r is None for _, r in got["ours"]] == [False, True, True, False]
    for (our_shape, ours), (their_shape, their) in zip(got["ours"], got["theirs"], strict=True):
        assert our_shape == their_shape
        assert (ours is None) == (their is None)
    # The tiles that the mask leaves out are 0 with us, and whatever memory held with them.
    ours, their = got["ours"][0][1], got["theirs"][0][1]
    assert_allclose(ours[..., :36, :36], their[..., :36, :36], rtol=1e-5, atol=1e-6)
