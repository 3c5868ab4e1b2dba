"""What cannot be is refused at once, by name and with a fitting type."""

import numpy as np
import pytest

import pantile as pt

PIXELS = np.random.default_rng(5).random((3, 40, 50), dtype=np.float32)


class Thing:
    """An object with shape, dtype and __getitem__."""

    def __init__(self, give=None, shape=(20, 30)):
        self.shape, self.dtype, self.give = shape, np.dtype("f4"), give

    def __getitem__(self, key):
        return np.zeros(self.shape, "f4")[key] if self.give is None else self.give(key)


@pytest.fixture
def image():
    return pt.open(PIXELS)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        ((None,), {}, TypeError, "NoneType is no image"),
        (("",), {}, FileNotFoundError, "empty"),
        (("none.tiff",), {}, FileNotFoundError, "none.tiff"),
        ((PIXELS,), {"axes": 3}, TypeError, "axes is 3"),
        ((PIXELS,), {"axes": "zxy"}, ValueError, 'axes="zxy"'),
        ((PIXELS,), {"name": 3}, TypeError, "name is 3"),
        ((Thing(),), {"version": 4}, TypeError, "version is 4"),
        ((Thing(shape=5),), {}, TypeError, "shape of Thing is 5"),
        ((Thing(shape=(0, 5)),), {}, ValueError, "no pixels"),
        ((Thing(shape=(-3, 5)),), {}, ValueError, "-3"),
        ((Thing(shape=("a", 5)),), {}, TypeError, "'a'"),
        ((np.zeros((2, 3, 0)),), {}, ValueError, "no pixels"),
        ((np.zeros((2, 3, 4, 5)),), {}, ValueError, "4 dimensions"),
        ((np.zeros((3, 4), complex),), {}, TypeError, "complex128"),
    ],
)
def test_open(arguments, options, error, words):
    with pytest.raises(error, match=words):
        pt.open(*arguments, **options)


@pytest.mark.parametrize(
    ("give", "cause", "words"),
    [
        (lambda key: {}["gone"], KeyError, "gone"),
        (lambda key: None, ValueError, r"Thing\[0:20, 0:30\] gave an array of shape \(\)"),
        (lambda key: np.zeros((2, 2)), ValueError, r"shape \(2, 2\): expected \(20, 30\)"),
        (lambda key: np.full((20, 30), "a"), ValueError, "could not convert"),
    ],
)
def test_what_an_object_throws_is_the_cause(give, cause, words):
    with pytest.raises(pt.InvalidError, match=words) as caught:
        pt.open(Thing(give)).sobel().compute()
    assert isinstance(caught.value.__cause__, cause)


@pytest.mark.parametrize(
    "key", [5, (0, 0, 0, 0), "a", 1.5, True, None, [0], (..., ...), np.s_[::2]]
)
def test_indices(image, key):
    with pytest.raises(IndexError):
        image[key]


def test_a_mask_is_no_index(image):
    with pytest.raises(IndexError, match="along c"):
        image[PIXELS > 0.5]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda i: i.gaussian("2) | sobel("), ValueError, "sigma of gaussian"),
        (lambda i: i.gaussian(float("nan")), ValueError, "sigma of gaussian"),
        (lambda i: i.rescale(quantiles=(float("nan"), 1)), ValueError, "q of rescale is"),
        (lambda i: i.rescale(quantiles=(0, 0.5, 1)), ValueError, "expected two numbers"),
        (lambda i: i.clip(("a", 1)), ValueError, "range of clip is"),
        (lambda i: i + np.zeros((3, 400, 500)), TypeError, r"pt\.open\(array\)"),
        (lambda i: i + i[:, :10], ValueError, "one size"),
        (lambda i: i.threshold(1j), TypeError, "value of threshold"),
        (lambda i: i.gausian(2), AttributeError, "gausian"),
    ],
)
def test_operators(image, call, error, words):
    with pytest.raises(error, match=words):
        call(image)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"halo": 10**30}, ValueError),
        ({"tile": 10**30}, ValueError),
        ({"channels": 10**10}, ValueError),
        ({"version": 3}, TypeError),
        ({"dtype": "foo"}, TypeError),
    ],
)
def test_map(image, options, error):
    with pytest.raises(error):
        image.map(np.sin, **options)


def test_a_result_beside_out_is_kept(image):
    """`out` may be optional: then what is returned counts, not what memory held."""

    def double(tile, out=None):
        return tile * 2

    np.testing.assert_array_equal(image.map(double).compute(), PIXELS * 2)
    with pytest.raises(pt.TileError, match="expected float32"):
        image.map(lambda tile, *, out: "done").compute()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"threads": 10**20}, ValueError, "threads"),
        ({"threads": 1.5}, TypeError, "threads"),
        ({"out": [1]}, ValueError, "out is list"),
        ({"callbacks": 3}, TypeError, "int has no hook"),
        ({"callbacks": [object()]}, TypeError, "object has no hook"),
        ({"callbacks": [pt.Metrics]}, TypeError, "Metrics is a class"),
    ],
)
def test_compute(image, options, error, words):
    with pytest.raises(error, match=words):
        image.compute(**options)


def test_a_type_is_looked_at_before_the_work(image):
    def fail(tile):
        raise AssertionError

    with pytest.raises(TypeError, match="foo"):
        np.asarray(image.map(fail), dtype="foo")


@pytest.mark.parametrize(
    ("name", "options", "error", "words"),
    [
        (3, {}, TypeError, "int"),
        ("", {}, ValueError, "ends in"),
        ("a.bmp", {}, ValueError, "a.bmp"),
        ("a.tiff", {"compression": "zip"}, ValueError, "compression"),
        ("a.tiff", {"compression": 3}, TypeError, "compression is 3"),
        ("a.tiff", {"tile": 100}, ValueError, "multiple of 16"),
        ("a.tiff", {"memory": 1000}, ValueError, "^memory of 1000 bytes"),
        ("a.tiff", {"memory": 10**30}, ValueError, "memory"),
        ("a.tiff", {"memory": "1GiB"}, TypeError, "memory"),
        ("a.tiff", {"resume": "no"}, TypeError, "resume is 'no'"),
        ("a.tiff", {"overwrite": 1}, TypeError, "overwrite is 1"),
        ("a.png", {}, ValueError, "float32"),
    ],
)
def test_write(image, tmp_path, name, options, error, words):
    path = tmp_path / name if isinstance(name, str) and name else name
    with pytest.raises(error, match=words):
        image.write(path, **options)
    assert not list(tmp_path.glob("*"))


def test_options_have_the_names_they_have_here(image, tmp_path):
    image.write(tmp_path / "a.ome.zarr")
    with pytest.raises(pt.ConflictError, match="overwrite=True to replace it"):
        image.sobel().write(tmp_path / "a.ome.zarr")
    pt.generate("x", tmp_path / "g", size=64)
    with pytest.raises(pt.ConflictError, match="restart=True"):
        pt.generate("y", tmp_path / "g", size=64)


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        (("sin(",), {}, pt.InvalidError),
        ((3,), {}, TypeError),
        (("x",), {"width": 10**30}, ValueError),
        (("x",), {"width": 2.5}, TypeError),
        (("x",), {"center": 3}, TypeError),
        (("x",), {"center": ("a", 0)}, TypeError),
        (("x",), {"center": (float("nan"), 0)}, ValueError),
        (("x",), {"scale": "a"}, TypeError),
        (("x",), {"scale": 0}, ValueError),
        (("x",), {"samples": "a"}, TypeError),
        (("x",), {"samples": 1000}, ValueError),
        (("x",), {"precision": "f16"}, ValueError),
        (("x",), {"store": None}, TypeError),
    ],
)
def test_formula(arguments, options, error):
    with pytest.raises(error):
        pt.formula(*arguments, **options)


@pytest.mark.parametrize(
    ("job", "arguments", "options", "error"),
    [
        (pt.generate, (3, "g"), {}, TypeError),
        (pt.generate, ("x", None), {}, TypeError),
        (pt.generate, ("x", 3), {}, TypeError),
        (pt.generate, ("x", "g"), {"width": {}}, TypeError),
        (pt.generate, ("x", "g"), {"width": float("nan")}, ValueError),
        (pt.generate, ("x", "g"), {"restart": "no"}, TypeError),
        (pt.convert, (None, "a.tiff"), {}, TypeError),
        (pt.convert, ("none.tiff", "a.tiff"), {}, FileNotFoundError),
        (pt.preview, ("none.tiff", None), {}, TypeError),
        (pt.validate, (None,), {}, TypeError),
        (pt.check, (None,), {}, TypeError),
        (pt.check, ("none",), {"fast": "x"}, TypeError),
        (pt.repair, ("none",), {"foo": 1}, TypeError),
    ],
)
def test_jobs(job, arguments, options, error, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error):
        job(*arguments, **options)
    assert not list(tmp_path.iterdir())


def test_numbers_of_numpy_are_numbers(tmp_path):
    pt.generate("x*y", tmp_path / "g", size=np.int64(64), scale=np.float64(0.5))
    assert pt.open(tmp_path / "g").shape[1:] == (64, 64)


def test_a_mask_becomes_a_png(image, tmp_path):
    image[0].threshold(0.5).write(tmp_path / "m.png")
    np.testing.assert_array_equal(pt.open(tmp_path / "m.png").compute()[0] > 0, PIXELS[0] > 0.5)
