"""Our OME-Zarr as others read it, and others' Zarr as we read it: every pixel of every level."""

import json
import os
import pathlib
import subprocess

import numpy as np
import pytest

BIN = pathlib.Path(os.environ.get("PANTILE", "build/release/bin/pantile")).resolve().parent
SAMPLES = {"rgb8": 5, "rgb8-small": 1, "u16": 5, "f32": 4}  # name: levels
LEVELS = [(name, level) for name, count in SAMPLES.items() for level in range(count)]


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("samples")
    subprocess.run([BIN / "write_sample", folder], check=True)
    return folder


def expected(samples, name, level):
    return np.load(samples / f"{name}.{level}.npy")


# --- ours, read by others ---------------------------------------------------------------------


def test_the_samples_are_all_there(samples):
    for name, count in SAMPLES.items():
        assert len(list(samples.glob(f"{name}.[0-9].npy"))) == count


@pytest.mark.parametrize("name,level", LEVELS)
def test_zarr_python_reads(samples, name, level):
    import zarr

    array = zarr.open_array(samples / f"{name}.ome.zarr" / str(level), mode="r")
    assert array.metadata.dimension_names == ("c", "y", "x")
    np.testing.assert_array_equal(array[...], expected(samples, name, level))


@pytest.mark.parametrize("name,level", LEVELS)
def test_tensorstore_reads(samples, name, level):
    import tensorstore as ts

    path = str(samples / f"{name}.ome.zarr" / str(level))
    array = ts.open(
        {"driver": "zarr3", "kvstore": {"driver": "file", "path": path}}, open=True, read=True
    ).result()
    np.testing.assert_array_equal(array.read().result(), expected(samples, name, level))


@pytest.mark.parametrize("name", SAMPLES)
def test_ome_zarr_reads(samples, name):
    from ome_zarr.io import parse_url
    from ome_zarr.reader import Reader

    nodes = list(Reader(parse_url(samples / f"{name}.ome.zarr"))())
    assert len(nodes) == 1
    levels = nodes[0].data
    assert len(levels) == SAMPLES[name]
    for level, array in enumerate(levels):
        np.testing.assert_array_equal(np.asarray(array), expected(samples, name, level))
    assert [axis["name"] for axis in nodes[0].metadata["axes"]] == ["c", "y", "x"]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_metadata_is_valid(samples, name):
    import zarr
    from ome_zarr_models.v05 import Image

    image = Image.from_zarr(zarr.open_group(samples / f"{name}.ome.zarr", mode="r"))
    multiscale = image.ome_attributes.multiscales[0]
    assert len(multiscale.datasets) == SAMPLES[name]
    # The centre of a coarser pixel is that of the four it stands for.
    for level, dataset in enumerate(multiscale.datasets):
        scale, translation = dataset.coordinateTransformations
        assert scale.scale[1:] == [0.5 * 2**level] * 2
        assert translation.translation[1:] == [
            2 + 0.25 * (2**level - 1),
            -1 + 0.25 * (2**level - 1),
        ]


def test_the_stores_hold_nothing_of_this_machine(samples):
    for path in samples.glob("*.ome.zarr/**/zarr.json"):
        text = path.read_text()
        assert str(samples) not in text and os.uname().nodename not in text
        assert "attributes" in json.loads(text)
    assert not list(samples.rglob(".tmp-*"))


# --- others', read by us ----------------------------------------------------------------------


def dump(path, level=0):
    done = subprocess.run([BIN / "dump_zarr", path, str(level)], capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    return done.stdout


def picture(shape, dtype):
    rng = np.random.default_rng(7)
    ramp = np.add.outer(np.arange(shape[-2]) * 3, np.arange(shape[-1]) * 5) % 200
    noise = rng.integers(0, 40, shape)
    return (np.broadcast_to(ramp, shape) + noise).astype(dtype)


def codecs(kind):
    from zarr.codecs import BloscCodec, GzipCodec, ZstdCodec

    return {
        "raw": None,
        "zstd": ZstdCodec(level=3),
        "zstd-checksum": ZstdCodec(level=0, checksum=True),
        "gzip": GzipCodec(level=6),
        "blosc": BloscCodec(),
    }[kind]


@pytest.mark.parametrize("codec", ["raw", "zstd", "zstd-checksum", "gzip"])
@pytest.mark.parametrize("shards", [None, (3, 128, 96)], ids=["plain", "sharded"])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64", "uint64"])
def test_we_read_zarr_python_cyx(tmp_path, codec, shards, dtype):
    import zarr

    data = picture((3, 203, 151), dtype)
    array = zarr.create_array(
        tmp_path / "a.zarr",
        shape=data.shape,
        dtype=dtype,
        chunks=(1, 64, 48),
        shards=shards,
        compressors=codecs(codec),
        dimension_names=["c", "y", "x"],
    )
    array[...] = data
    assert dump(tmp_path / "a.zarr") == data.tobytes()


@pytest.mark.parametrize(
    "axes,shape,chunks",
    [
        ("yx", (203, 151), (50, 64)),
        ("cyx", (2, 60, 70), (2, 32, 32)),
        ("yxc", (60, 70, 3), (32, 32, 3)),
        ("tczyx", (2, 2, 3, 40, 30), (1, 2, 2, 16, 16)),
        ("zyx", (3, 40, 30), (2, 16, 16)),
        ("xy", (70, 60), (32, 16)),
    ],
)
def test_we_read_any_order_of_axes(tmp_path, axes, shape, chunks):
    import zarr

    data = picture(shape, "uint16")
    array = zarr.create_array(
        tmp_path / "a.zarr", shape=shape, dtype="uint16", chunks=chunks, dimension_names=list(axes)
    )
    array[...] = data
    order = [axes.index(a) for a in "tczyx" if a in axes]
    assert dump(tmp_path / "a.zarr") == np.ascontiguousarray(data.transpose(order)).tobytes()


def test_we_read_missing_chunks_as_fill_value(tmp_path):
    import zarr

    array = zarr.create_array(
        tmp_path / "a.zarr", shape=(100, 90), dtype="float32", chunks=(16, 16), shards=(32, 32),
        fill_value=float("nan"),
    )
    array[40:50, 5:60] = 2.5
    assert dump(tmp_path / "a.zarr") == array[...].tobytes()


@pytest.mark.parametrize("location", ["start", "end"])
@pytest.mark.parametrize("endian", ["little", "big"])
def test_we_read_tensorstore(tmp_path, location, endian):
    import tensorstore as ts

    data = picture((3, 90, 110), "int32")
    little = {"name": "bytes", "configuration": {"endian": "little"}}
    array = ts.open(
        {
            "driver": "zarr3",
            "kvstore": {"driver": "file", "path": str(tmp_path / "a.zarr")},
            "metadata": {
                "shape": [3, 90, 110],
                "data_type": "int32",
                "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [3, 64, 64]}},
                "dimension_names": ["c", "y", "x"],
                "codecs": [
                    {
                        "name": "sharding_indexed",
                        "configuration": {
                            "chunk_shape": [3, 32, 16],
                            "codecs": [
                                {"name": "transpose", "configuration": {"order": [2, 0, 1]}},
                                {"name": "bytes", "configuration": {"endian": endian}},
                                {"name": "crc32c"},
                                {"name": "zstd", "configuration": {"level": 2}},
                            ],
                            "index_codecs": [little, {"name": "crc32c"}],
                            "index_location": location,
                        },
                    }
                ],
            },
        },
        create=True,
    ).result()
    array[...] = data
    assert dump(tmp_path / "a.zarr") == data.tobytes()


@pytest.mark.parametrize("compressor", [None, "zstd", "zlib", "gzip"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<u2", ">f4"])
def test_we_read_zarr_v2(tmp_path, compressor, order, dtype):
    import numcodecs
    import zarr

    data = picture((3, 70, 50), dtype)
    array = zarr.create_array(
        tmp_path / "a.zarr", shape=data.shape, dtype=dtype, chunks=(2, 32, 32), zarr_format=2,
        order=order, compressors=numcodecs.get_codec({"id": compressor}) if compressor else None,
    )
    array[...] = data
    native = data.astype(data.dtype.newbyteorder("="))
    assert dump(tmp_path / "a.zarr") == native.tobytes()


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_we_read_ome_zarr(tmp_path, version):
    import numcodecs
    import zarr
    from ome_zarr.format import FormatV04, FormatV05
    from ome_zarr.writer import write_multiscale

    pyramid = [picture((2, 100 >> k, 120 >> k), "uint16") for k in range(3)]
    group = zarr.open_group(tmp_path / "a.zarr", mode="w", zarr_format=2 if version == "0.4" else 3)
    write_multiscale(
        pyramid, group, axes="cyx", fmt=FormatV04() if version == "0.4" else FormatV05(),
        storage_options={"compressor": numcodecs.Zstd()} if version == "0.4" else None,
    )
    for level, data in enumerate(pyramid):
        assert dump(tmp_path / "a.zarr", level) == data.tobytes()


def test_we_read_what_we_wrote(samples):
    for name, level in LEVELS:
        assert dump(samples / f"{name}.ome.zarr", level) == expected(samples, name, level).tobytes()


def test_we_name_what_we_cannot_read(tmp_path):
    import zarr

    array = zarr.create_array(
        tmp_path / "a.zarr", shape=(40, 50), dtype="uint8", chunks=(16, 16),
        compressors=codecs("blosc"),
    )
    array[...] = 1
    with pytest.raises(RuntimeError, match='^foreign: .*"blosc"'):
        dump(tmp_path / "a.zarr")
    with pytest.raises(RuntimeError, match="^not_found: "):
        dump(tmp_path)
