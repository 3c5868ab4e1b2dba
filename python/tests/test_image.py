"""Lazy images: what they are, what they give, what they refuse."""

import gc
import signal
import threading
import time
import warnings

import numpy as np
import pytest
from scipy import ndimage as nd

import pantile as pt


@pytest.fixture
def pixels():
    return np.random.default_rng(7).random((3, 230, 310), dtype=np.float32)


def test_an_array_is_read_where_it_lies(pixels):
    image = pt.open(pixels)
    assert (image.shape, image.dtype, image.axes, image.ndim) == (
        pixels.shape,
        pixels.dtype,
        "cyx",
        3,
    )
    assert len(image) == 3
    np.testing.assert_array_equal(image.compute(), pixels)
    pixels[1, 2, 3] = 9
    assert image[1, 2, 3] == 9


@pytest.mark.parametrize(
    "dtype", ["bool", "u1", "i1", "u2", "i2", "u4", "i4", "f2", "f4", "f8", ">f4", ">u2"]
)
def test_every_type(dtype):
    array = (np.random.default_rng(1).random((40, 50)) * 100).astype(dtype)
    image = pt.open(array)
    assert image.shape == (40, 50)
    np.testing.assert_array_equal(np.asarray(image).astype("f8"), array.astype("f8"))
    edges = np.asarray(image.cast("float64").sobel())
    assert edges.dtype == np.float64


@pytest.mark.parametrize(
    "view",
    [
        lambda a: a[:, ::-1],
        lambda a: a[:, :, ::-2],
        lambda a: a.transpose(0, 2, 1),
        lambda a: a[::2, 10:-3, 5:],
    ],
)
def test_any_strides(pixels, view):
    array = view(pixels)
    np.testing.assert_array_equal(pt.open(array).compute(), array)
    np.testing.assert_array_equal(
        pt.open(array).gaussian(1).compute(),
        pt.open(np.ascontiguousarray(array)).gaussian(1).compute(),
    )


def test_colours_may_come_last(pixels):
    last = np.moveaxis(pixels, 0, 2)
    image = pt.open(last, axes="yxc")
    assert image.axes == "cyx"
    np.testing.assert_array_equal(image.compute(), pixels)


def test_dlpack_both_ways(pixels):
    class Foreign:
        def __dlpack__(self, **options):
            return pixels.__dlpack__(**options)

        def __dlpack_device__(self):
            return pixels.__dlpack_device__()

    np.testing.assert_array_equal(pt.open(Foreign()).compute(), pixels)
    np.testing.assert_array_equal(np.from_dlpack(pt.open(pixels)), pixels)


@pytest.mark.parametrize(
    "key",
    [
        np.s_[:, 10:20, 30:50],
        np.s_[1],
        np.s_[0:2],
        np.s_[..., 5:9],
        np.s_[2, 3],
        np.s_[1, 2, 3],
        np.s_[-1, -5:, -7:],
        np.s_[:, :, 4],
    ],
)
def test_slices_are_those_of_numpy(pixels, key):
    whole = pt.open(pixels).sobel()
    np.testing.assert_array_equal(np.asarray(whole[key]), np.asarray(whole)[key])


def test_a_slice_computes_just_that(pixels):
    calls = []

    def note(tile, spec):
        calls.append((spec.row, spec.column))
        return tile

    image = pt.open(pixels).map(note, tile=64)
    np.asarray(image[:, 70:100, 130:150])
    assert calls == [(1, 2)]


def test_of_a_slice_the_edges_are_its_own(pixels):
    part = pt.open(pixels)[:, 20:120, 30:200]
    np.testing.assert_array_equal(
        part.gaussian(3).compute(), pt.open(pixels[:, 20:120, 30:200]).gaussian(3).compute()
    )


@pytest.mark.parametrize(
    "key", [np.s_[::2], np.s_[3], np.s_[0, 400], np.s_[:, 5:5], np.s_["a"], np.s_[1, 2, 3, 4]]
)
def test_slices_that_cannot_be(pixels, key):
    with pytest.raises(IndexError):
        pt.open(pixels)[key]


def test_the_example_of_the_documentation(pixels, tmp_path):
    y = pt.open(pixels).rescale(quantiles=(0.02, 0.98)).gaussian(2).sobel().threshold(0.2)
    lo, hi = np.quantile(pixels.astype("f8"), [0.02, 0.98], axis=(1, 2))
    scaled = np.clip((pixels - lo[:, None, None]) / (hi - lo)[:, None, None], 0, 1)
    smooth = nd.gaussian_filter(scaled, (0, 2, 2))
    edges = np.stack([np.hypot(nd.sobel(c, 0), nd.sobel(c, 1)) for c in smooth])
    assert np.mean(np.asarray(y) != (edges > 0.2)) < 1e-4
    y.write(tmp_path / "edges.ome.zarr")
    back = pt.open(tmp_path / "edges.ome.zarr")
    assert back.kind == "mask"
    np.testing.assert_array_equal(back.compute(), y.compute())


def test_out_of_any_strides(pixels):
    image = pt.open(pixels).gaussian(1.5)
    expected = image.compute()
    out = np.zeros((310, 230, 3), np.float32).transpose(2, 1, 0)
    assert image.compute(out=out) is out
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize(
    "out", [np.zeros((3, 230, 311), "f4"), np.zeros((3, 230, 310), "f8"), [1, 2]]
)
def test_out_that_does_not_fit(pixels, out):
    with pytest.raises(ValueError, match="expected an array, float32 of"):
        pt.open(pixels).compute(out=out)


def test_out_that_is_read_only(pixels):
    out = np.zeros_like(pixels)
    out.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        pt.open(pixels).compute(out=out)


class Noted:
    """An object with shape, dtype and __getitem__ that notes what is read."""

    def __init__(self, array, chunks=None):
        self.array, self.shape, self.dtype = array, array.shape, array.dtype
        self.reads = []
        if chunks:
            self.chunks = chunks

    def __getitem__(self, key):
        self.reads.append(key)
        return self.array[key]


def test_any_object_is_a_source(pixels):
    source = Noted(pixels)
    image = pt.open(source, name="noted")
    assert source.reads == []
    np.testing.assert_array_equal(
        image.gaussian(2).compute(), pt.open(pixels).gaussian(2).compute()
    )
    source.reads.clear()
    np.asarray(image[1, 10:20, 30:40])
    assert source.reads == [np.s_[1:2, 10:20, 30:40]]


def test_one_channel_of_many_does_not_cost_all():
    source = Noted(np.zeros((256, 64, 64), "u2"))
    np.asarray(pt.open(source)[200].gaussian(1))
    assert source.reads
    assert all(key[0] == slice(200, 201) for key in source.reads)


def test_zarr_is_a_source(pixels):
    zarr = pytest.importorskip("zarr")
    array = zarr.create_array(
        zarr.storage.MemoryStore(), shape=pixels.shape, chunks=(1, 64, 64), dtype="f4"
    )
    array[...] = pixels
    np.testing.assert_array_equal(
        pt.open(array).sobel().compute(), pt.open(pixels).sobel().compute()
    )


def test_what_a_source_throws_comes_out(pixels):
    class Broken(Noted):
        def __getitem__(self, key):
            raise OSError("the disk is gone")

    with pytest.raises(pt.PantileError, match="reading broken: OSError: the disk is gone"):
        pt.open(Broken(pixels), name="broken").compute()


@pytest.mark.parametrize(
    ("what", "error"),
    [
        (3, TypeError),
        ([[1, 2]], TypeError),
        (np.zeros(5), ValueError),
        (np.zeros((2, 2), complex), TypeError),
        (np.zeros((0, 4)), ValueError),
        (np.array([["a"]]), TypeError),
        ("nothing.here.png", FileNotFoundError),
    ],
)
def test_what_is_no_image(what, error):
    with pytest.raises(error):
        pt.open(what)


@pytest.mark.parametrize("axes", ["xy", "cyx", "zyx", "y", ""])
def test_axes_that_cannot_be(axes):
    with pytest.raises(ValueError, match="expected"):
        pt.open(np.zeros((4, 4)), axes=axes)


@pytest.mark.parametrize(
    "call",
    [
        lambda i: i.gaussian(-1),
        lambda i: i.rescale(quantiles=(0.5, float("nan"))),
        lambda i: i.rescale(quantiles=(0.9, 0.1)),
        lambda i: i.box(4),
        lambda i: i.sobel(boundary="mirror"),
        lambda i: i.cast("complex64"),
    ],
)
def test_parameters_that_cannot_be(pixels, call):
    with pytest.raises((ValueError, TypeError)):
        call(pt.open(pixels))


def test_an_operator_that_is_not_there(pixels):
    with pytest.raises(AttributeError, match="gausian"):
        pt.open(pixels).gausian(2)


def test_a_formula_is_a_source():
    image = pt.formula("sin(x*y)", width=64, height=48)
    assert image.shape == (48, 64)
    assert abs(image.compute()).max() <= 1
    np.testing.assert_array_equal(image[10:20, 5:9].compute(), image.compute()[10:20, 5:9])
    assert pt.formula("complex", width=32, store="rgb8").shape == (3, 32, 32)
    with pytest.raises(ValueError, match="sin"):
        pt.formula("sin(")
    with pytest.raises(ValueError, match="value-f32"):
        pt.formula("x", store="f32")


def test_writing_twice_is_refused(pixels, tmp_path):
    image = pt.open(pixels)
    image.write(tmp_path / "a.tiff")
    with pytest.raises(FileExistsError):
        image.write(tmp_path / "a.tiff")
    with pytest.raises(FileExistsError):
        image.write(tmp_path / "a.tiff", resume=False)
    image.gaussian(1).write(tmp_path / "a.tiff", overwrite=True)
    np.testing.assert_array_equal(
        pt.open(tmp_path / "a.tiff").compute(), image.gaussian(1).compute()
    )


def test_a_job_is_resumed(tmp_path):
    """A job that fails in the middle goes on where it was, and writes the same bytes."""
    calls = []
    most = 1000

    def work(tile):
        if len(calls) >= most:
            raise RuntimeError("enough")
        calls.append(1)
        return tile * 2

    pixels = np.random.default_rng(3).integers(0, 100, (512, 640), dtype=np.uint8)
    image = pt.open(pixels).map(work, tile=64, version="1")
    image.write(tmp_path / "whole.ome.zarr", tile=64, shard=128, threads=1)
    needed = len(calls)

    calls.clear()
    most = needed - 10
    with pytest.raises(pt.TileError, match="enough"):
        image.write(tmp_path / "part.ome.zarr", tile=64, shard=128, threads=1)
    assert not (tmp_path / "part.ome.zarr").exists()

    calls.clear()
    most = 1000
    image.write(tmp_path / "part.ome.zarr", tile=64, shard=128, threads=1)
    assert len(calls) < needed - 40
    whole, part = (
        {f.relative_to(folder): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
        for folder in (tmp_path / "whole.ome.zarr", tmp_path / "part.ome.zarr")
    )
    assert len(whole) > 20
    assert {k: v for k, v in part.items() if k.name != "zarr.json"} == {
        k: v for k, v in whole.items() if k.name != "zarr.json"
    }  # (which hold the name)


def test_a_function_without_version_says_that_it_cannot_be_resumed(pixels, tmp_path):
    image = pt.open(pixels).map(lambda tile: tile)
    assert not image.resumable
    with pytest.warns(UserWarning, match="has no version="):
        image.write(tmp_path / "a.tiff")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pt.open(pixels).map(lambda tile: tile, version="2").write(tmp_path / "b.tiff")


def test_what_an_earlier_job_did_is_not_thrown_away_in_silence(tmp_path):
    """A job that cannot go on where another stopped does not begin in its place unasked."""

    done = []

    def fails(tile):
        if len(done) == 70:
            raise RuntimeError("enough")
        done.append(1)
        return tile

    pixels = np.random.default_rng(4).integers(0, 100, (512, 640), dtype=np.uint8)
    target, parts = tmp_path / "a.ome.zarr", tmp_path / "a.ome.zarr.parts"
    with pytest.raises(pt.TileError, match="enough"):
        pt.open(pixels).map(fails, tile=64, version="1").write(
            target, tile=64, shard=128, threads=1
        )
    left = sorted(parts.rglob("*"))
    assert left
    unnamed = pt.open(pixels).map(lambda tile: tile)
    with pytest.raises(pt.ConflictError, match=r"earlier job.*has no version=.*resume=False"):
        unnamed.write(target)
    assert sorted(parts.rglob("*")) == left
    with pytest.warns(UserWarning, match="has no version="):
        unnamed.write(target, resume=False)
    np.testing.assert_array_equal(pt.open(target).compute()[0], pixels)


@pytest.mark.parametrize("ending", ["ome.zarr", "tiff"])
def test_an_input_that_changes_under_a_job_makes_nothing(tmp_path, ending):
    """Neither a half-old file nor, when the call is repeated, a resume of it."""
    pixels = np.random.default_rng(6).integers(0, 200, (300, 400), dtype=np.uint8)
    source, target = tmp_path / f"in.{ending}", tmp_path / "out.tiff"
    pt.open(pixels).write(source)
    changed = []

    def change(tile):
        if not changed:
            changed.append(1)
            pt.open(pixels + 1).write(source, overwrite=True)
        return tile

    image = pt.open(source).map(change, version="1")
    with pytest.raises(pt.ConflictError, match=r"changed while it was read.*overwrite=True"):
        image.write(target)
    assert not target.exists()
    with pytest.raises(pt.ConflictError):
        pt.open(source).map(change, version="1").write(target)
    pt.open(source).map(change, version="1").write(target, resume=False)
    np.testing.assert_array_equal(pt.open(target).compute()[0], pixels + 1)


def test_ctrl_c_stops_a_job():
    def slow(tile):
        time.sleep(0.01)
        return tile

    image = pt.open(np.zeros((4000, 4000), "u1")).map(slow, tile=32)
    threading.Timer(0.3, signal.raise_signal, (signal.SIGINT,)).start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        image.compute()
    assert time.monotonic() - begin < 60  # of more than two minutes


def test_jobs_run_side_by_side(pixels):
    expected = [pt.open(pixels).gaussian(1 + k).compute() for k in range(6)]
    found = [None] * 6

    def work(k):
        found[k] = pt.open(pixels).map(lambda t: t, tile=50).gaussian(1 + k).compute()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_image_keeps_its_array_and_lets_go_of_it():
    import weakref

    class Owner(np.ndarray):
        pass

    array = np.zeros((30, 30)).view(Owner)
    alive = weakref.ref(array)
    image = pt.open(array).gaussian(1)
    del array
    gc.collect()
    assert alive() is not None
    assert image.compute().sum() == 0
    del image
    gc.collect()
    assert alive() is None


def test_callbacks_hear_of_a_job(pixels):
    heard = []

    class Ear(pt.callbacks.Callback):
        def on_processing_start(self, stats):
            heard.append("start")

        def on_processing_end(self, stats):
            heard.append("end")

        def on_stage_end(self, stage):
            heard.append((stage.name, stage.done == stage.total))

    pt.open(pixels).rescale(quantiles=(0, 1)).compute(callbacks=[Ear()])
    assert heard[0] == "start" and heard[-1] == "end"
    assert ("compute", True) in heard


def test_a_callback_that_fails_stops_nothing(pixels):
    class Bad(pt.callbacks.Callback):
        def on_stage_start(self, stage):
            raise RuntimeError("no")

    with pytest.warns(pt.callbacks.CallbackWarning, match="on_stage_start"):
        result = pt.open(pixels).gaussian(1).compute(callbacks=[Bad()])
    np.testing.assert_array_equal(result, pt.open(pixels).gaussian(1).compute())
