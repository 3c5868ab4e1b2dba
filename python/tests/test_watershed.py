"""Watersheds, held to scikit-image."""

import heapq

import numpy as np
import pytest
from scipy import ndimage as nd

import pantile as pt

segmentation = pytest.importorskip("skimage.segmentation")


def discs(height, width, count, greatest, seed=0):
    random = np.random.default_rng(seed)
    mask = np.zeros((height, width), bool)
    for _ in range(count):
        y, x, r = random.integers(height), random.integers(width), random.integers(2, greatest)
        v, u = np.ogrid[:height, :width]
        mask |= (v - y) ** 2 + (u - x) ** 2 < r * r
    return mask


def markers_in(shape, count, seed=1):
    """Single pixels, numbered at random."""
    random = np.random.default_rng(seed)
    markers = np.zeros(shape, "u4")
    at = random.choice(markers.size, count, replace=False)
    markers.flat[at] = random.permutation(count) + 1
    return markers


def apart(values, markers):
    """`values`, those of marker pixels all different: scikit-image leaves open which of equals
    comes first."""
    values = values.copy()
    at = np.flatnonzero(markers)
    values.flat[at] = -1 - np.random.default_rng(2).permutation(at.size).astype(values.dtype)
    return values


def same_however_read(image):
    whole = image.compute(threads=1)
    np.testing.assert_array_equal(image.compute(threads=3), whole)
    height, width = whole.shape[-2:]
    for y0, y1, x0, x1 in ((0, height // 3 + 1, width // 2, width), (height // 2, height, 0, 1)):
        part = np.asarray(image[..., y0:y1, x0:x1])
        np.testing.assert_array_equal(part, whole[..., y0:y1, x0:x1])
    return whole


@pytest.mark.parametrize("connectivity", [4, 8])
@pytest.mark.parametrize(("count", "greatest"), [(250, 25), (25, 120)])
@pytest.mark.parametrize("levels", [4, 1 << 20])
def test_watershed_is_that_of_scikit_image(connectivity, count, greatest, levels):
    mask = discs(700, 1130, count, greatest)
    values = np.random.default_rng(5).integers(0, levels, mask.shape).astype("f4")
    markers = markers_in(mask.shape, 3000)
    values = apart(values, markers)
    expected = segmentation.watershed(
        values, markers.astype("i4"), mask=mask, connectivity=connectivity // 4
    )
    image = pt.open(values).watershed(
        pt.open(markers), mask=pt.open(mask), connectivity=connectivity
    )
    assert (image.dtype, image.kind, image.shape) == (np.uint32, "label", mask.shape)
    np.testing.assert_array_equal(same_however_read(image), expected)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "i4", "f2", "f4", "f8"])
def test_watershed_of_every_type_without_a_mask(dtype):
    values = nd.gaussian_filter(np.random.default_rng(1).random((560, 640)), 4)
    values = ((values - values.min()) * 100).astype(dtype)
    markers = markers_in(values.shape, 90)
    if np.dtype(dtype).kind == "u":
        values += 100
        at = np.flatnonzero(markers)
        values.flat[at] = np.arange(at.size)  # all different, and lower than the rest
    else:
        values = apart(values, markers)
    expected = segmentation.watershed(values.astype("f8"), markers.astype("i4"))
    image = pt.open(values).watershed(pt.open(markers.astype("u2")))
    np.testing.assert_array_equal(same_however_read(image), expected)


def test_touching_nuclei_are_told_apart():
    mask = discs(600, 1100, 150, 22)
    image = pt.open(mask)
    distance = image.distance(64)
    peaks = distance.subtract(distance.dilate(15)).threshold(-0.5).mask(image).label(8)
    cells = distance.invert(0).watershed(peaks, mask=image)
    found = same_however_read(cells)
    # (What is small and close to something larger has no peak.)
    assert not found[~mask].any() and (found[mask] > 0).mean() > 0.999
    assert found.max() == peaks.compute().max() > nd.label(mask)[1]
    # Those of scikit-image, up to where two markers' pixels have one distance.
    expected = segmentation.watershed(-distance.compute(), peaks.compute().astype("i4"), mask=mask)
    assert (found != expected).mean() < 0.01


def plain(values, markers, mask):
    """A queue of levels, then of ages; of markers by rows and columns."""
    labels = np.where(mask, markers, 0)
    height, width = labels.shape
    queue = [(values[y, x], n, y, x) for n, (y, x) in enumerate(np.argwhere(labels))]
    heapq.heapify(queue)
    age = len(queue)
    while queue:
        level, _, y, x = heapq.heappop(queue)
        for v, u in ((y - 1, x), (y, x - 1), (y, x + 1), (y + 1, x)):
            if 0 <= v < height and 0 <= u < width and mask[v, u] and labels[v, u] == 0:
                labels[v, u] = labels[y, x]
                heapq.heappush(queue, (max(level, values[v, u]), age, v, u))
                age += 1
    return labels


@pytest.mark.parametrize("values", ["plateau", "steps"])
def test_of_markers_of_one_value_the_order_is_that_of_rows(values):
    mask = discs(530, 600, 120, 25)
    pixels = np.zeros(mask.shape, "u1")
    if values == "steps":
        pixels[:] = np.random.default_rng(4).integers(0, 3, mask.shape)
    markers = nd.grey_dilation(markers_in(mask.shape, 400), (3, 3))
    image = pt.open(pixels).watershed(pt.open(markers), mask=pt.open(mask))
    np.testing.assert_array_equal(same_however_read(image), plain(pixels, markers, mask))


def test_where_there_is_no_water():
    ones, zeros = np.ones((520, 530), "u1"), np.zeros((520, 530), "u1")
    markers = zeros.copy()
    markers[3, 4] = 9
    flat = pt.open(ones)
    assert (flat.watershed(pt.open(zeros)).compute() == 0).all()
    assert (flat.watershed(pt.open(markers), mask=pt.open(zeros)).compute() == 0).all()
    assert (flat.watershed(pt.open(markers), mask=flat).compute() == 9).all()
    assert (flat.watershed(pt.open(markers)).compute() == 9).all()


def test_components_that_are_too_large_are_named():
    mask = np.zeros((700, 900), "u1")
    mask[20:40, 30:890] = 1
    image = pt.open(mask).watershed(pt.open(mask), mask=pt.open(mask), max=600)
    with pytest.raises(ValueError, match="from x 30, y 20 to x 890, y 40 has 860 x 20 pixels"):
        image.compute()
    with pytest.raises(ValueError, match="all 900 x 700 pixels are flooded as one"):
        pt.open(mask).watershed(pt.open(mask), max=899)


def test_what_cannot_be_markers_is_refused():
    image = pt.open(np.ones((60, 50), "f4"))
    with pytest.raises(ValueError, match="markers are float32"):
        image.watershed(image)
    with pytest.raises(ValueError, match="markers are a mask"):
        image.watershed(image > 0)
    with pytest.raises(ValueError, match="samples are labels"):
        (image > 0).label().watershed((image > 0).label())
    with pytest.raises(ValueError, match=r"50 x 60 pixels and the other 51 x 60"):
        image.watershed(pt.open(np.ones((60, 51), "u1")))
    with pytest.raises(ValueError, match="50 x 60"):
        image.watershed(pt.open(np.ones((60, 50), "u1")), mask=pt.open(np.ones((61, 50), "u1")))
    with pytest.raises(ValueError, match="1 channel and the other 2"):
        image.watershed(pt.open(np.ones((2, 60, 50), "u1")))
    negative = np.zeros((60, 50), "i2")
    negative[7, 8] = -1
    with pytest.raises(ValueError, match="the marker at x 8, y 7 is no label"):
        image.watershed(pt.open(negative)).compute()
    with pytest.raises(ValueError, match="markers of watershed has to be another image"):
        image.watershed(3)


def test_watershed_is_written_and_stays_labels(tmp_path):
    mask = discs(900, 800, 200, 25)
    image = pt.open(mask)
    distance = image.distance(32)
    cells = distance.invert(0).watershed(distance.threshold(9).label(), mask=image)
    cells.write(tmp_path / "cells.ome.zarr", tile=128, memory=512 << 20)
    back = pt.open(tmp_path / "cells.ome.zarr")
    assert back.kind == "label"
    np.testing.assert_array_equal(back[0].compute(), cells.compute())
    areas = cells.regions()["area"]
    assert areas.sum() == (cells.compute() > 0).sum()
