"""Labels of overlapping windows that become labels of the image."""

import numpy as np
import pytest
from scipy import ndimage as nd

import pantile as pt


@pytest.fixture
def blobs():
    """Objects of up to some twenty pixels."""
    rng = np.random.default_rng(4)
    noise = nd.gaussian_filter(rng.random((230, 310)), 3)
    return (noise > np.quantile(noise, 0.6)).astype("u1")


def segment(tile):
    return nd.label(tile)[0]


def numbered_otherwise(tile):
    """Labels with gaps, in an order that depends on the window."""
    labels, n = nd.label(tile)
    names = np.random.default_rng(int(tile.sum())).permutation(10 * n + 1)[:n] + 1
    return np.concatenate([[0], names])[labels]


def begins(n, tile, overlap):
    step = tile - overlap
    return range(0, max(1, -(-(n - tile) // step) + 1) * step, step)


def nearest(n, tile, overlap):
    centres = np.array(begins(n, tile, overlap)) + tile / 2
    return np.abs(np.arange(n)[:, None] + 0.5 - centres).argmin(1)


def reference(image, function, tile, overlap, least):
    """By the definition, with all windows in memory."""
    height, width = image.shape
    ys, xs = begins(height, tile, overlap), begins(width, tile, overlap)
    padded = np.pad(
        image, ((0, ys[-1] + tile - height), (0, xs[-1] + tile - width)), mode="symmetric"
    )
    windows = [(y, x) for y in ys for x in xs]
    said = []
    for y, x in windows:
        whole = np.zeros(image.shape, "i8")
        core = function(padded[y : y + tile, x : x + tile])
        whole[y : y + tile, x : x + tile] = core[: height - y, : width - x]
        said.append(whole)
    parents = {}

    def root(a):
        while parents.setdefault(a, a) != a:
            a = parents[a]
        return a

    for i, (y, x) in enumerate(windows):
        for j, (v, u) in enumerate(windows[:i]):
            top, left = max(y, v), max(x, u)
            a = said[i][top : min(y, v) + tile, left : min(x, u) + tile]
            b = said[j][top : min(y, v) + tile, left : min(x, u) + tile]
            if min(y, v) + tile <= top or min(x, u) + tile <= left:
                continue
            for p in np.unique(a[a > 0]):
                for q in np.unique(b[(a == p) & (b > 0)]):
                    both, either = ((a == p) & (b == q)).sum(), ((a == p) | (b == q)).sum()
                    if both >= least * either:
                        one, other = sorted([root((i, p)), root((j, q))])
                        parents[other] = one
    owner = nearest(height, tile, overlap)[:, None] * len(xs) + nearest(width, tile, overlap)
    out = np.zeros(image.shape, "u4")
    numbers = {}
    for i in range(len(windows)):
        mine = owner == i
        for p in np.unique(said[i][mine]):
            if p:
                number = numbers.setdefault(root((i, p)), len(numbers) + 1)
                out[mine & (said[i] == p)] = number
    return out


def same_partition(a, b):
    pairs = np.unique(np.stack([a.ravel(), b.ravel()]), axis=1)
    return len(np.unique(pairs[0])) == len(np.unique(pairs[1])) == pairs.shape[1]


@pytest.mark.parametrize("least", [0, 0.4, 1])
@pytest.mark.parametrize(("tile", "overlap"), [(64, 40), (100, 30), (48, 16), (40, 31), (500, 9)])
@pytest.mark.parametrize("function", [segment, numbered_otherwise])
def test_stitching_is_that_of_the_definition(blobs, function, tile, overlap, least):
    blobs = blobs[:150, :170]
    image = pt.open(blobs).map(function, tile=tile, overlap=overlap, stitch=least)
    assert (image.dtype, image.kind) == (np.uint32, "label")
    whole = image.compute(threads=3)
    np.testing.assert_array_equal(whole, reference(blobs, function, tile, overlap, least))
    np.testing.assert_array_equal(image[31:, 7:99].compute(), whole[31:, 7:99])
    np.testing.assert_array_equal(np.unique(whole[whole > 0]), np.arange(1, whole.max() + 1))


def test_objects_smaller_than_the_overlap_come_out_whole(blobs):
    opened = nd.binary_opening(blobs, iterations=3).astype("u1")
    whole, n = nd.label(opened)
    keep = [
        i + 1 for i, s in enumerate(nd.find_objects(whole))
        if max(k.stop - k.start for k in s) < 40
    ]  # fmt: skip
    small = np.isin(whole, keep).astype("u1")
    expected, n = nd.label(small)
    assert n > 30
    stitched = pt.open(small).map(segment, tile=100, overlap=40, stitch=0.5).compute()
    assert same_partition(stitched, expected)
    assert stitched.max() == n


def test_channels_batches_and_regions(blobs):
    def both(tiles):
        return [[nd.label(t[0])[0], nd.label(1 - t[0])[0]] for t in tiles]

    image = pt.open(blobs[None]).map(both, tile=80, overlap=20, stitch=0, batch=4, channels=2)
    first = pt.open(blobs).map(segment, tile=80, overlap=20, stitch=0).compute()
    np.testing.assert_array_equal(image[0].compute(), first)
    found = image.regions()
    np.testing.assert_array_equal(found["label"], np.arange(1, first.max() + 1))
    np.testing.assert_array_equal(found["area"], np.bincount(first.ravel())[1:])
    assert image[1].compute().max() > 1


def test_the_function_is_called_once_for_a_window(blobs, tmp_path):
    seen = []

    def counted(tile, spec):
        seen.append((spec.row, spec.column))
        return segment(tile)

    class Stages(pt.Callback):
        def __init__(self):
            self.names = []

        def on_stage_end(self, stage):
            self.names.append((stage.name, stage.done))

    stages = Stages()
    image = pt.open(blobs).map(counted, tile=64, overlap=16, stitch=0.3, version="1")
    image.write(tmp_path / "a.ome.zarr", callbacks=[stages], tile=64)
    assert sorted(seen) == sorted(set(seen))
    assert len(seen) == 5 * 7
    assert stages.names[0] == ("windows", 35)
    np.testing.assert_array_equal(pt.open(tmp_path / "a.ome.zarr")[0].compute(), image.compute())


def test_a_small_cache_changes_nothing(blobs):
    image = pt.open(blobs)
    whole = image.map(segment, tile=64, overlap=16, stitch=0.3).compute()
    again = image.map(segment, tile=64, overlap=16, stitch=0.3, cache=1)
    np.testing.assert_array_equal(again.compute(), whole)


def test_a_function_that_is_not_the_same_twice(blobs):
    calls = []

    def moody(tile):
        calls.append(1)
        return segment(tile) if len(calls) < 40 else tile

    image = pt.open(blobs).map(moody, tile=64, overlap=16, stitch=0, cache=1)
    with pytest.raises(pt.ConflictError, match="moody found 1 labels on tile"):
        for _ in range(3):
            image.compute(threads=1)


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (lambda t: t * 0.5, "returned float64: expected labels"),
        (lambda t: t.astype("i8") - 5, "returned labels from -5 to"),
        (lambda t: t.astype("i8") << 40, "expected 0 to 4294967295"),
        (lambda t: t[1:], "returned an array of shape"),
    ],
)
def test_what_are_no_labels(blobs, result, text):
    with pytest.raises(pt.TileError, match=text):
        pt.open(blobs).map(result, tile=64, overlap=16, stitch=0).compute()


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"stitch": 0.5}, ValueError, "stitch needs an overlap"),
        ({"stitch": 1.5, "overlap": 8}, ValueError, "stitch is 1.5: expected 0 to 1"),
        ({"stitch": float("nan"), "overlap": 8}, ValueError, "stitch"),
        ({"stitch": "any", "overlap": 8}, TypeError, "stitch"),
        ({"stitch": 0, "overlap": 8, "dtype": "u2"}, ValueError, "uint32"),
    ],
)
def test_options_that_cannot_be(blobs, options, error, text):
    with pytest.raises(error, match=text):
        pt.open(blobs).map(segment, tile=64, **options)
