"""Connected components and what is measured of them."""

import numpy as np
import pytest
from scipy import ndimage as nd

import pantile as pt


def blobs(height, width, seed=0, share=0.5):
    noise = nd.gaussian_filter(np.random.default_rng(seed).random((height, width)), 2)
    return noise > np.quantile(noise, 1 - share)


def same_up_to_order(a, b):
    pairs = np.unique(np.stack([a.ravel(), b.ravel()]).astype("i8"), axis=1)
    return len(np.unique(pairs[0])) == pairs.shape[1] == len(np.unique(pairs[1]))


@pytest.mark.parametrize("connectivity", [4, 8])
@pytest.mark.parametrize("share", [0.1, 0.45, 0.6])
def test_labels_are_those_of_scipy(connectivity, share):
    mask = blobs(1200, 1500, share=share)
    structure = np.ones((3, 3)) if connectivity == 8 else None
    expected, count = nd.label(mask, structure)
    labels = pt.open(mask).label(connectivity)
    assert (labels.dtype, labels.kind) == (np.uint32, "label")
    found = labels.compute()
    assert found.max() == count
    assert same_up_to_order(found, expected)


def test_labels_do_not_depend_on_how_they_are_read():
    mask = blobs(700, 1100)
    labels = pt.open(mask).label()
    whole = labels.compute(threads=1)
    np.testing.assert_array_equal(labels.compute(threads=4), whole)
    np.testing.assert_array_equal(np.asarray(labels[400:600, 500:530]), whole[400:600, 500:530])


def test_channels_are_labelled_by_themselves():
    mask = np.stack([blobs(600, 520, 1), blobs(600, 520, 2)])
    found = pt.open(mask).label().compute()
    for c in range(2):
        assert same_up_to_order(found[c], nd.label(mask[c])[0])


def test_labels_are_written_and_stay_labels(tmp_path):
    image = pt.open(np.random.default_rng(0).random((900, 800))).gaussian(3).threshold(0.5).label()
    image.write(tmp_path / "labels.ome.zarr", tile=128)
    back = pt.open(tmp_path / "labels.ome.zarr")
    assert back.kind == "label"
    np.testing.assert_array_equal(back[0].compute(), image.compute())


def test_regions_are_those_of_scipy():
    mask = blobs(1000, 900)
    values = np.random.default_rng(1).random(mask.shape).astype("f4")
    labels = pt.open(mask).label()
    found = labels.compute()
    regions = labels.regions(pt.open(values))
    index = regions["label"]
    np.testing.assert_array_equal(index, np.arange(1, found.max() + 1))
    np.testing.assert_array_equal(regions["area"], np.bincount(found.ravel())[1:])
    np.testing.assert_allclose(regions["mean"], nd.mean(values.astype("f8"), found, index))
    np.testing.assert_array_equal(regions["max"], nd.maximum(values, found, index))
    np.testing.assert_array_equal(regions["min"], nd.minimum(values, found, index))
    centers = np.array(nd.center_of_mass(mask, found, index))
    np.testing.assert_allclose(regions["center_y"], centers[:, 0])
    np.testing.assert_allclose(regions["center_x"], centers[:, 1])
    for k, (rows, columns) in enumerate(nd.find_objects(found)):
        assert (rows.start, rows.stop) == (regions["y0"][k], regions["y1"][k])
        assert (columns.start, columns.stop) == (regions["x0"][k], regions["x1"][k])


def test_regions_of_labels_from_elsewhere():
    labels = np.array([[0, 7, 7], [0, 0, 3]], np.uint16)
    regions = pt.open(labels).regions(pt.open(np.array([[1.0, np.nan, 4], [5, 6, np.nan]])))
    assert regions["label"].tolist() == [3, 7]
    assert regions["area"].tolist() == [1, 2]
    assert np.isnan(regions["mean"][0]) and regions["mean"][1] == 4
    assert "mean" not in pt.open(labels).regions()


def test_mistakes():
    image = pt.open(np.zeros((9, 9), "u1"))
    with pytest.raises(ValueError, match="connectivity"):
        image.label(6)
    with pytest.raises(TypeError, match="connectivity"):
        image.label("four")
    with pytest.raises(ValueError, match="whole numbers"):
        pt.open(np.zeros((9, 9))).regions()
    with pytest.raises(ValueError, match="9x9"):
        image.regions(pt.open(np.zeros((8, 9))))
    with pytest.raises(TypeError, match=r"pt\.open"):
        image.regions(np.zeros((9, 9)))
    with pytest.raises(ValueError, match="are rgb"):
        pt.formula("complex", width=64, store="rgb8").label()


def test_arithmetic_between_images():
    a = np.random.default_rng(0).random((2, 40, 50))
    b = np.random.default_rng(1).random((40, 50)) + 1
    x, y = pt.open(a), pt.open(b)
    np.testing.assert_array_equal((x + y).compute(), a + b)
    np.testing.assert_array_equal((x / y - 1).compute(), a / b - 1)
    np.testing.assert_array_equal((2 - x * 3).compute(), 2 - a * 3)
    np.testing.assert_array_equal(abs(-x).compute(), a)
    np.testing.assert_array_equal((x > 0.5).compute(), a > 0.5)
    ndvi = pt.open(a).expression("(b1-b0)/(b1+b0)")
    np.testing.assert_allclose(ndvi.compute().squeeze(), (a[1] - a[0]) / (a[1] + a[0]))
    np.testing.assert_array_equal(y.merge([y, y.gaussian(1)]).compute()[1], b)
    np.testing.assert_array_equal(x.select([1, 0]).compute(), a[::-1])
    with pytest.raises(ValueError, match="40"):
        (x + pt.open(np.zeros((41, 50)))).compute()


def test_measured_numbers_of_several_images():
    a = np.random.default_rng(0).random((60, 70))
    x = pt.open(a)
    both = (x.rescale(quantiles=(0.1, 0.9)) + x.standardize()).compute()
    lo, hi = np.quantile(a, [0.1, 0.9])
    np.testing.assert_allclose(
        both, np.clip((a - lo) / (hi - lo), 0, 1) + (a - a.mean()) / a.std(), atol=1e-12
    )
