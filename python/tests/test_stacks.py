"""Images of several planes along t and z, and of many channels."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from numpy.typing import NDArray
from scipy import ndimage

import pantile as pt

Array = NDArray[Any]


def stack(t: int = 2, c: int = 3, z: int = 4, height: int = 90, width: int = 130) -> Array:
    rng = np.random.default_rng(t * 1000 + c * 100 + z)
    return rng.integers(0, 60000, (t, c, z, height, width)).astype(np.uint16)


def write_theirs(path: Path, pixels: Array) -> None:
    """An OME-Zarr 0.5 as zarr-python writes it, a chunk holding two planes along z."""
    group = zarr.open_group(path, mode="w", zarr_format=3)
    group.create_array("0", data=pixels, chunks=(1, 1, 2, 64, 64))
    axes = [
        {"name": "t", "type": "time", "unit": "second"},
        {"name": "c", "type": "channel"},
        {"name": "z", "type": "space", "unit": "micrometer"},
        {"name": "y", "type": "space", "unit": "micrometer"},
        {"name": "x", "type": "space", "unit": "micrometer"},
    ]
    scale = {"type": "scale", "scale": [30, 1, 1.5, 0.25, 0.25]}
    dataset = {"path": "0", "coordinateTransformations": [scale]}
    group.attrs["ome"] = {
        "version": "0.5",
        "multiscales": [{"axes": axes, "datasets": [dataset], "name": "theirs"}],
    }


def per_plane(pixels: Array, function: Any) -> Array:
    planes = pixels.reshape(-1, *pixels.shape[-2:])
    return np.stack([function(p) for p in planes]).reshape(pixels.shape)


def test_a_stack_of_a_file_keeps_its_axes(tmp_path: Path) -> None:
    pixels = stack()
    write_theirs(tmp_path / "a.zarr", pixels)
    image = pt.open(tmp_path / "a.zarr")
    assert image.axes == "tczyx"
    assert image.shape == pixels.shape
    assert image.plane_steps == {"t": (30, "second"), "z": (1.5, "micrometer")}
    np.testing.assert_array_equal(image.compute(), pixels)
    np.testing.assert_array_equal(np.asarray(image[1, :, 2:4, 10:50]), pixels[1, :, 2:4, 10:50])
    assert image[0].axes == "czyx"
    assert image[0, 1, 2].axes == "yx"
    np.testing.assert_array_equal(image[0, 1, :, 5, 7:9], pixels[0, 1, :, 5, 7:9])


def test_operators_work_plane_by_plane_and_are_written(tmp_path: Path) -> None:
    pixels = stack()
    write_theirs(tmp_path / "a.zarr", pixels)
    image = pt.open(tmp_path / "a.zarr").median(3).sobel()
    wanted = per_plane(
        pixels,
        lambda p: pt.open(np.ascontiguousarray(p)).median(3).sobel().compute(),
    )
    image.write(tmp_path / "b.ome.zarr", tile=64, shard=64)
    written = zarr.open_group(tmp_path / "b.ome.zarr", mode="r")
    np.testing.assert_array_equal(written["0"][:], wanted)
    assert written["0"].chunks == (1, 1, 1, 64, 64)
    ome = json.loads((tmp_path / "b.ome.zarr" / "zarr.json").read_text())["attributes"]["ome"]
    multiscale = ome["multiscales"][0]
    assert [a["name"] for a in multiscale["axes"]] == ["t", "c", "z", "y", "x"]
    assert multiscale["axes"][0]["unit"] == "second"
    first = multiscale["datasets"][0]["coordinateTransformations"][0]["scale"]
    assert first == [30, 1, 1.5, 0.25, 0.25]
    # The coarser levels too are those of each plane.
    for level, dataset in enumerate(multiscale["datasets"][1:], 1):
        array = written[dataset["path"]][:]
        one = pt.open(np.ascontiguousarray(wanted[1, 2, 3]))
        one.write(tmp_path / f"one{level}.ome.zarr", tile=64, shard=64)
        alone = zarr.open_group(tmp_path / f"one{level}.ome.zarr", mode="r")[str(level)][0]
        np.testing.assert_array_equal(array[1, 2, 3], alone)
    again = pt.open(tmp_path / "b.ome.zarr")
    assert again.plane_steps == {"t": (30, "second"), "z": (1.5, "micrometer")}
    np.testing.assert_array_equal(again.compute(), wanted)


def test_gaussian_agrees_with_scipy_on_every_plane() -> None:
    pixels = stack(2, 1, 3).astype(np.float32)
    made = pt.open(pixels).gaussian(1.5).compute()
    wanted = per_plane(pixels, lambda p: ndimage.gaussian_filter(p, 1.5))
    np.testing.assert_allclose(made, wanted, rtol=1e-4)


def test_quantiles_are_those_of_all_planes() -> None:
    pixels = stack()
    low, high = pt.open(pixels).quantiles(0.1, 0.9)
    for c in range(3):
        np.testing.assert_allclose(
            [low[c], high[c]], np.quantile(pixels[:, c].astype(np.float64), [0.1, 0.9])
        )
    mean = pt.open(pixels).statistics()["mean"]
    np.testing.assert_allclose(mean, pixels.mean(axis=(0, 2, 3, 4)))


def test_labels_are_numbered_in_every_plane() -> None:
    pixels = (stack(2, 1, 2) > 40000).astype(np.uint8)
    for made in (pt.open(pixels).label().compute(), pt.open(pixels)._apply("label").compute()):
        for t in range(2):
            for z in range(2):
                wanted, count = ndimage.label(pixels[t, 0, z])
                assert made[t, 0, z].max() == count
                pairs = np.unique(np.stack([made[t, 0, z].ravel(), wanted.ravel()]), axis=1)
                assert pairs.shape[1] == count + 1
    with pytest.raises(ValueError, match="choose a t and a z"):
        pt.open(pixels).label().regions()
    assert len(pt.open(pixels).label()[1, 0, 0].regions()["label"]) > 0


def test_functions_see_one_plane() -> None:
    pixels = stack(2, 3, 2)

    def difference(tile: Array) -> Array:
        assert tile.ndim == 3
        return (tile[0].astype(np.float32) - tile[2])[np.newaxis]

    made = pt.open(pixels).map(difference, tile=64, channels=1, dtype="f4").compute()
    wanted = pixels[:, :1].astype(np.float32) - pixels[:, 2:]
    np.testing.assert_array_equal(made, wanted)
    with pytest.raises(ValueError, match="planes"):
        pt.open(pixels).chunks(lambda tile: tile.mean(), chunk=64)


def test_arrays_say_their_axes() -> None:
    pixels = stack(1, 2, 3)[0]
    image = pt.open(np.moveaxis(pixels, 0, -1), axes="zyxc")
    assert image.axes == "czyx"
    np.testing.assert_array_equal(image.compute(), pixels)
    strided = np.asfortranarray(pixels)
    np.testing.assert_array_equal(pt.open(strided, axes="czyx").invert(9).compute(), 9.0 - pixels)
    out = np.zeros((2, 3, 90, 200), np.uint16)[..., ::-1][..., :130]
    np.testing.assert_array_equal(image.compute(out=out), pixels)
    for axes in ("czxy", "ccyx", "czy", "abyx"):
        with pytest.raises(ValueError, match="axes="):
            pt.open(pixels, axes=axes)
    with pytest.raises(ValueError, match="4 dimensions"):
        pt.open(pixels)


def test_objects_have_planes_too() -> None:
    pixels = stack()

    class Lazy:
        shape = pixels.shape
        dtype = pixels.dtype

        def __getitem__(self, key: Any) -> Array:
            return pixels[key]

    image = pt.open(Lazy(), version="1")
    assert image.axes == "tczyx"
    np.testing.assert_array_equal(image[:, 1:].compute(), pixels[:, 1:])


def test_a_stack_meets_an_image_of_one_plane() -> None:
    pixels = stack(2, 1, 3)
    flat = np.arange(90 * 130, dtype=np.uint16).reshape(90, 130)
    made = (pt.open(pixels).cast("float32") - pt.open(flat)).compute()
    np.testing.assert_array_equal(made, pixels.astype(np.float32) - flat)


def test_a_stack_is_no_tiff(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="6 planes"):
        pt.open(stack(2, 1, 3)).write(tmp_path / "a.tiff")
    assert list(tmp_path.iterdir()) == []


def test_a_stopped_stack_goes_on(tmp_path: Path) -> None:
    pixels = stack(3, 2, 2)
    calls = 0

    def fails_once(tile: Array) -> Array:
        nonlocal calls
        calls += 1
        if calls == 15:
            msg = "the fifteenth"
            raise RuntimeError(msg)
        return tile + 1

    image = pt.open(pixels).map(fails_once, tile=64, version="1")
    with pytest.raises(pt.TileError):
        image.write(tmp_path / "a.ome.zarr", tile=64, shard=64, threads=1)
    before = calls
    image.write(tmp_path / "a.ome.zarr", tile=64, shard=64, threads=1)
    np.testing.assert_array_equal(pt.open(tmp_path / "a.ome.zarr").compute(), pixels + 1)
    assert calls - before < 12 * 6, "the planes that were done are not made again"


def test_many_channels_are_in_shards_of_their_own(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    pixels = rng.integers(0, 255, (6, 4200, 64)).astype(np.uint8)
    pt.open(pixels).write(tmp_path / "a.ome.zarr", tile=64)
    array = zarr.open_group(tmp_path / "a.ome.zarr", mode="r")["0"]
    assert array.chunks == (1, 64, 64)
    np.testing.assert_array_equal(array[:], pixels)
    assert pt.check(tmp_path / "a.ome.zarr")["whole"]


def damaged(path: Path) -> list[tuple[str, str]]:
    return [(f["kind"], f["file"]) for f in pt.check(path)["findings"]]


@pytest.fixture
def smooth_store(tmp_path: Path) -> Path:
    """Of a stack whose planes compress differently."""
    x = np.arange(200, dtype=np.float32)
    planes = np.stack([np.sin(x / (3 + i)) * 100 + x[:150, None] for i in range(12)])
    pixels = planes.reshape(2, 3, 2, 150, 200).astype(np.uint16)
    pt.open(pixels).write(tmp_path / "s.ome.zarr", tile=64, shard=64)
    return tmp_path / "s.ome.zarr"


def test_a_sound_stack_is_found_whole(smooth_store: Path) -> None:
    report = pt.check(smooth_store)
    assert report["whole"]
    assert report["findings"] == []


@pytest.mark.parametrize("where", [-20, 30], ids=["index", "chunk"])
def test_damage_is_found_in_whichever_plane_it_is(smooth_store: Path, where: int) -> None:
    shards = sorted(p for p in (smooth_store / "0" / "c").rglob("*") if p.is_file())
    for shard in (shards[0], shards[-1], shards[len(shards) // 2]):
        content = bytearray(shard.read_bytes())
        content[where] ^= 4
        shard.write_bytes(content)
        found = damaged(smooth_store)
        assert {file for _, file in found} >= {str(shard.relative_to(smooth_store))}
        content[where] ^= 4
        shard.write_bytes(content)
    assert damaged(smooth_store) == []


def test_a_shard_that_is_gone_is_named(smooth_store: Path) -> None:
    shard = max(p for p in (smooth_store / "1" / "c").rglob("*") if p.is_file())
    shard.unlink()
    assert damaged(smooth_store) == [("missing", str(shard.relative_to(smooth_store)))]
    done = subprocess.run(
        [os.environ["PANTILE"], "info", smooth_store], capture_output=True, text=True, check=False
    )
    assert "lacks 1 of its" in done.stdout
    assert "2 along t, 2 along z" in done.stdout


def test_info_counts_all_planes(smooth_store: Path) -> None:
    done = subprocess.run(
        [os.environ["PANTILE"], "info", smooth_store, "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    info = json.loads(done.stdout)
    assert (info["t"], info["z"], info["channels"]) == (2, 2, 3)
    assert info["shards_done"] == info["shards_all"]
    assert info["pixels_all"] % (150 * 200) == 0
    assert info["flaws"] == []


def test_many_channels_of_an_object_take_little_memory(tmp_path: Path) -> None:
    pixels = np.zeros((64, 600, 800), np.uint16)
    pixels += np.arange(64, dtype=np.uint16)[:, None, None]

    class Lazy:
        shape = pixels.shape
        dtype = pixels.dtype

        def __getitem__(self, key: Any) -> Array:
            return pixels[key]

    pt.open(Lazy(), version="1").median(3).write(tmp_path / "a.ome.zarr")
    array = zarr.open_group(tmp_path / "a.ome.zarr", mode="r")["0"]
    assert array.shards[0] < 64
    np.testing.assert_array_equal(array[:, 300, 400], np.arange(64))


def test_channels_that_come_in_pairs_stay_in_pairs(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 999, (6, 3000, 2000)).astype(np.uint16)
    zarr.create_array(tmp_path / "a.zarr", data=pixels, chunks=(2, 512, 512))
    pt.open(tmp_path / "a.zarr").median(3).write(tmp_path / "b.ome.zarr")
    array = zarr.open_group(tmp_path / "b.ome.zarr", mode="r")["0"]
    assert array.shards[0] == 2
    one = pt.open(pixels)[4:5, 100:200, 100:200].compute()
    np.testing.assert_array_equal(one, pixels[4:5, 100:200, 100:200])


def test_the_plane_of_a_failure_is_named() -> None:
    def fails(tile: Array) -> Array:
        if tile.max() > 3:
            msg = "too bright"
            raise RuntimeError(msg)
        return tile

    pixels = np.zeros((2, 1, 3, 50, 60), np.uint8)
    pixels[1, 0, 2] = 9
    with pytest.raises(pt.TileError, match="plane t 1, z 2"):
        pt.open(pixels).map(fails, tile=64).compute()


def test_a_stack_is_computed_as_one_stage() -> None:
    class Stages(pt.callbacks.Callback):
        def __init__(self) -> None:
            self.done: list[tuple[str, int]] = []

        def on_stage_end(self, stage: Any) -> None:
            self.done.append((stage.name, stage.total))

    stages = Stages()
    pixels = stack(2, 3, 4)
    made = pt.open(pixels).invert(9).compute(callbacks=[stages], threads=3)
    np.testing.assert_array_equal(made, 9.0 - pixels)
    assert stages.done == [("compute", 8 * 90 * 130)]
