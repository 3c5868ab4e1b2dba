"""`pantile process` held to SciPy: every operator, type and boundary rule, through tiles that cut
everything; quantiles of the whole image; jobs that are stopped and go on."""

import json
import pathlib
import random
import re
import shutil
import subprocess
import time

import numpy as np
import pytest
from scipy import ndimage

from job_files import contents, events

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEIGHT, WIDTH = 163, 201  # odd, so that tiles of 64 are cut at both edges
EPS = np.finfo(np.float32).eps
MODES = {"reflect": "reflect", "nearest": "nearest", "wrap": "grid-wrap"}


def write(path, pixels):
    """`pixels` (c, y, x) as a Zarr store that others made."""
    import zarr

    array = zarr.create_array(path, shape=pixels.shape, dtype=pixels.dtype,
                              chunks=(1, 50, 70), dimension_names=("c", "y", "x"))
    array[...] = pixels
    return path


def read(path, level=0):
    import zarr

    return zarr.open_array(path / str(level), mode="r")[...]


def random_pixels(dtype, channels=1, seed=1):
    generator = np.random.default_rng(seed)
    shape = (channels, HEIGHT, WIDTH)
    if dtype == "float32":
        return (generator.normal(size=shape) * 100).astype(dtype)
    return generator.integers(0, np.iinfo(dtype).max + 1, size=shape).astype(dtype)


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Random pixels of each type, and the store that holds them."""
    folder = tmp_path_factory.mktemp("images")
    made = {}
    for dtype in ("uint8", "uint16", "float32"):
        pixels = random_pixels(dtype)
        made[dtype] = pixels[0], write(folder / f"{dtype}.zarr", pixels)
    return made


@pytest.fixture
def process(pantile, tmp_path):
    """process(input, operators, …): runs it into a store of small tiles and returns the pixels."""

    def run(source, operators, *options, tile=64):
        out = tmp_path / "out.ome.zarr"
        if out.exists():
            shutil.rmtree(out)
        pantile("process", source, operators, "--out", out, "--tile", tile, "--shard", tile,
                "--log", "quiet", *options)
        return read(out)

    return run


def surrounded(reach, outside):
    """`f` as it is where a constant lies beyond the edges of what it looks at."""

    def of(f, pixels):
        wide = np.pad(pixels, reach, constant_values=outside)
        return f(wide, "nearest")[reach:-reach, reach:-reach]

    return of


def gradient(side, middle):
    def of(x, mode):
        across = np.outer([side, middle, side], [-1, 0, 1])
        return np.hypot(ndimage.correlate(x, across, mode=mode),
                        ndimage.correlate(x, across.T, mode=mode))

    return of


def gaussian(sigma, truncate=4.0):
    return lambda x, mode: ndimage.gaussian_filter(x, sigma, mode=mode, truncate=truncate)


# Operator, reference over float64, reach in pixels, the sum of its weights' magnitudes.
STENCILS = [
    ("gaussian(2", gaussian(2), 8, 1),
    ("gaussian(1.3, truncate=3", gaussian(1.3, 3), 4, 1),
    ("box(5", lambda x, mode: ndimage.uniform_filter(x, 5, mode=mode), 2, 1),
    ("sobel(", gradient(1, 2), 1, 12),
    ("scharr(", gradient(3, 10), 1, 46),
    ("laplacian(", lambda x, mode: ndimage.laplace(x, mode=mode), 1, 8),
    ("log(1.5", lambda x, mode: ndimage.gaussian_laplace(x, 1.5, mode=mode), 6, 4),
    ("dog(1, 2.5", lambda x, mode: gaussian(1)(x, mode) - gaussian(2.5)(x, mode), 10, 2),
    ("unsharp(2, amount=1.5", lambda x, mode: 2.5 * x - 1.5 * gaussian(2)(x, mode), 8, 4),
]


def difference(a, b):
    """Whole numbers end at 0, where SciPy's begin anew from the top."""
    return np.where(b > a, 0, a - b) if a.dtype.kind == "u" else a - b


# Of order statistics: exact, and composed of steps that each meet the edge.
EXTREMES = {
    "erode": lambda x, size, **rule: ndimage.grey_erosion(x, size, **rule),
    "dilate": lambda x, size, **rule: ndimage.grey_dilation(x, size, **rule),
    "open": lambda x, size, **rule: ndimage.grey_opening(x, size, **rule),
    "close": lambda x, size, **rule: ndimage.grey_closing(x, size, **rule),
    "tophat": lambda x, size, **rule: difference(x, ndimage.grey_opening(x, size, **rule)),
}
RULES = ["reflect", "nearest", "wrap", "constant"]


def with_values(operator, *values):
    return operator + ("" if operator.endswith("(") else ", ") + ", ".join(values) + ")"


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_stencils(images, process, dtype, rule):
    pixels, source = images[dtype]
    exact = pixels.astype(np.float64)
    for operator, reference, reach, gain in STENCILS:
        outside = 37.0
        text = with_values(operator, f"boundary={rule}", f"outside={outside}")
        made = process(source, text)
        if rule == "constant":
            expected = surrounded(reach, outside)(reference, exact)
        else:
            expected = reference(exact, MODES[rule])
        assert made.dtype == np.float32 and made.shape == (1, HEIGHT, WIDTH)
        np.testing.assert_allclose(made[0], expected, rtol=0,
                                   atol=16 * EPS * gain * np.abs(exact).max(), err_msg=text)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_extremes_are_exact(images, process, dtype, rule):
    pixels, source = images[dtype]
    for name, reference in EXTREMES.items():
        for size in (3, 15, 41):
            made = process(source, f"{name}({size}, boundary={rule}, outside=37)")
            if rule == "constant":
                keywords = {"mode": "constant", "cval": 37}
            else:
                keywords = {"mode": MODES[rule]}
            expected = reference(pixels, (size, size), **keywords)
            assert made.dtype == pixels.dtype
            np.testing.assert_array_equal(made[0], expected, err_msg=f"{name}({size}) {rule}")


def limited(x, dtype):
    """Rounded, ties to even, and limited; what is no number is 0."""
    range_of = np.iinfo(dtype)
    return np.clip(np.nan_to_num(np.rint(x.astype(np.float64))), range_of.min,
                   range_of.max).astype(dtype)


POINTWISE = {
    "rescale(range=20:200)": lambda x: np.clip((x - 20) / 180, 0, 1),
    "clip(range=10:90.5)": lambda x: np.clip(x, 10, 90.5),
    "gamma(0.45)": lambda x: np.power(x, np.float64(np.float32(0.45))),
    "invert(255)": lambda x: 255 - x,
    "add(2.25)": lambda x: x + 2.25,
    "subtract(2.25)": lambda x: x - 2.25,
    "multiply(-1.5)": lambda x: x * -1.5,
    "divide(8)": lambda x: x / 8,
    "abs": np.abs,
    "sqrt": np.sqrt,
}


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_pointwise(images, process, dtype):
    pixels, source = images[dtype]
    with np.errstate(invalid="ignore"):
        for text, reference in POINTWISE.items():
            made = process(source, text)
            assert made.dtype == np.float32
            np.testing.assert_allclose(made[0], reference(pixels.astype(np.float64)),
                                       rtol=4 * EPS, atol=4 * EPS, err_msg=text)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_casts_and_thresholds_are_exact(images, process, dtype):
    pixels, source = images[dtype]
    made = process(source, "threshold(61.5)")
    assert made.dtype == np.uint8
    np.testing.assert_array_equal(made[0], pixels > 61.5)
    for to in ("uint8", "int8", "uint16", "int16", "uint32", "int32"):
        made = process(source, f"subtract(30.5) | cast({to})")
        assert made.dtype == to
        np.testing.assert_array_equal(made[0], limited(pixels.astype(np.float64) - 30.5, to), to)
    for to in ("float32", "float64"):
        made = process(source, f"cast({to})")
        assert made.dtype == to
        np.testing.assert_array_equal(made[0], pixels.astype(to))


def test_every_operator_is_tested_here():
    from test_process_images import TESTED

    tested = set(EXTREMES) | {"cast", "threshold"} | TESTED
    tested |= {text.split("(")[0] for text in POINTWISE}
    tested |= {text.split("(")[0] for text, *_ in STENCILS}
    assert tested >= {name for name, _ in documented_operators()}


def documented_operators():
    """Name and values of each operator in the documentation's table."""
    rows = re.findall(r"^\| `([a-z_]+)(?:\(([^)]*)\))?` \|", table_of_operators(), re.M)
    assert len(rows) > 20
    return rows


def table_of_operators():
    text = (ROOT / "docs" / "process.md").read_text()
    return text.split("<!-- operators: begin -->", 1)[1].split("<!-- operators: end -->", 1)[0]


CHAIN = "rescale(q=0.02:0.98) | gaussian(2) | sobel | threshold(0.2)"


def test_the_chain_of_the_documentation(process, tmp_path):
    """Also: neither tiles nor threads change a sample, and a region is a part of the result."""
    pixels = random_pixels("float32", channels=3)
    pixels[1] *= 50
    pixels[2, :90] = np.nan
    pixels[0, 5, 7] = np.inf
    source = write(tmp_path / "in.zarr", pixels)
    smooth = "rescale(q=0.02:0.98) | gaussian(2) | sobel"
    made = process(source, smooth)
    for c in range(2):
        low, high = np.nanquantile(pixels[c].astype(np.float64), [0.02, 0.98])
        x = np.clip((pixels[c].astype(np.float64) - low) / (high - low), 0, 1)
        expected = gradient(1, 2)(ndimage.gaussian_filter(x, 2), "reflect")
        np.testing.assert_allclose(made[c], expected, rtol=0, atol=2e-5)
    masks = process(source, CHAIN)
    np.testing.assert_array_equal(masks, made > np.float32(0.2))
    for tile, threads in ((64, 1), (112, 3), (256, 2)):
        again = process(source, smooth, "--threads", threads, tile=tile)
        np.testing.assert_array_equal(again, made)
    x, y, w, h = 33, 50, 101, 77
    part = process(source, smooth, "--region", f"{x},{y},{w},{h}")
    np.testing.assert_array_equal(part, made[:, y:y + h, x:x + w])


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_quantiles_are_those_of_the_whole_image(images, process, dtype):
    pixels, source = images[dtype]
    exact = pixels.astype(np.float64)
    for a, b in ((0, 1), (0.02, 0.98), (0.333, 0.35)):
        low, high = np.quantile(exact, [a, b])
        made = process(source, f"rescale(q={a}:{b})")
        np.testing.assert_allclose(made[0], np.clip((exact - low) / (high - low), 0, 1), rtol=0,
                                   atol=8 * EPS * max(1, np.abs(exact).max() / (high - low)))
    # Those of what comes before, where something does.
    smooth = ndimage.gaussian_filter(exact, 1.5)
    low, high = np.quantile(smooth, [0.1, 0.9])
    made = process(source, "gaussian(1.5) | rescale(q=0.1:0.9)")
    np.testing.assert_allclose(made[0], np.clip((smooth - low) / (high - low), 0, 1), rtol=0,
                               atol=1e-5)


def test_quantiles_that_are_one_value_part_the_image(process, tmp_path):
    pixels = np.full((1, 70, 90), 7, np.uint8)
    pixels[0, :3, :3] = 3, 7, 9
    made = process(write(tmp_path / "flat.zarr", pixels), "rescale(q=0.3:0.6)")
    np.testing.assert_array_equal(made, (pixels > 7).astype(np.float32))


def test_infinite_quantiles_are_refused(pantile, tmp_path):
    pixels = np.full((1, 70, 90), np.inf, np.float32)
    source = write(tmp_path / "in.zarr", pixels)
    done = pantile("process", source, "rescale(q=0:1)", "--out", tmp_path / "o.tiff", code=2)
    assert "channel 0" in done.stderr and "clip(" in done.stderr


def test_every_format(pantile, images, tmp_path):
    """The pyramid, a TIFF and a PNG have the samples of the store."""
    import tifffile
    from PIL import Image

    pixels, source = images["uint8"]
    expected = ndimage.grey_erosion(pixels, (5, 5), mode="reflect")
    for name in ("a.ome.zarr", "a.tiff", "a.png"):
        pantile("process", source, "erode(5)", "--out", tmp_path / name, "--tile", 64)
        assert not list(tmp_path.glob("*.parts"))
    np.testing.assert_array_equal(read(tmp_path / "a.ome.zarr")[0], expected)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "a.tiff"), expected)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "a.png").convert("L")), expected)
    e = np.pad(expected, ((0, 1), (0, 1)), mode="edge").astype(int)
    half = (e[::2, ::2] + e[1::2, ::2] + e[::2, 1::2] + e[1::2, 1::2] + 2) // 4
    np.testing.assert_array_equal(read(tmp_path / "a.ome.zarr", 1)[0], half)
    pantile("process", source, "threshold(100)", "--out", tmp_path / "mask.png")
    seen = np.asarray(Image.open(tmp_path / "mask.png").convert("L"))
    np.testing.assert_array_equal(seen, np.where(pixels > 100, 255, 0))
    pantile("process", source, "threshold(100)", "--out", tmp_path / "mask.ome.zarr")
    pantile("preview", tmp_path / "mask.ome.zarr", "--width", 1000, "--out", tmp_path / "seen.png")
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "seen.png").convert("L")), seen)
    scaled = "rescale(q=0:1) | multiply(255) | cast(uint8)"
    pantile("process", source, scaled, "--out", tmp_path / "q.png")
    low, high = int(pixels.min()), int(pixels.max())
    seen = np.asarray(Image.open(tmp_path / "q.png").convert("L")).astype(int)
    assert np.abs(seen - (pixels.astype(float) - low) / (high - low) * 255).max() <= 0.5 + 1e-3


# What was typed, and what the sentence has to name.
BAD = [
    (["sobl", "--out", "o.tiff"], "did you mean sobel?"),
    (["gaussian", "--out", "o.tiff"], "sigma"),
    (["gaussian(2) sobel", "--out", "o.tiff"], "character 13"),
    (["rescale(q=nan:1)", "--out", "o.tiff"], "character"),
    (["sobel"], "--out is missing"),
    (["sobel", "--out", "o.jpg"], "o.jpg"),
    (["sobel", "--out", "o.png"], "cast(uint8)"),
    (["sobel", "--out", "o.tiff", "--region", "200,0,5,5"], "region"),
    (["sobel", "--out", "in.zarr"], "in.zarr is the input itself"),
    (["sobel", "--out", "o.ome.zarr", "--tile", "100"], "tile"),
    (["sobel", "--out", "o.ome.zarr", "--share", "0/2"], "--share"),
]


@pytest.mark.parametrize("words,named", BAD, ids=[named for _, named in BAD])
def test_bad_usage(pantile, tmp_path, words, named):
    write(tmp_path / "in.zarr", random_pixels("uint8"))
    done = pantile("process", "in.zarr", *words, code=2, cwd=tmp_path)
    assert named in done.stderr and done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["in.zarr"]


# --- jobs ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """An image whose job takes a while."""
    generator = np.random.default_rng(5)
    pixels = (generator.normal(size=(1, 2500, 3000)) * 100).astype(np.float32)
    return write_large(tmp_path_factory.mktemp("large") / "in.zarr", pixels)


def write_large(path, pixels):
    import zarr

    array = zarr.create_array(path, shape=pixels.shape, dtype=pixels.dtype,
                              chunks=(1, 512, 512), dimension_names=("c", "y", "x"))
    array[...] = pixels
    return path


JOB = ["--tile", "128", "--shard", "256", "--threads", "2"]


def output_of(path):
    if path.is_dir():
        return contents(path)
    return path.read_bytes(), path.with_name(path.name + ".sums").read_bytes()


@pytest.mark.parametrize("name", ["made.ome.zarr", "made.tiff"])
def test_killed_and_resumed(program, pantile, large, tmp_path, name):
    operators = "gaussian(1) | rescale(q=0.02:0.98) | open(7)"
    reference = tmp_path / "reference" / name
    reference.parent.mkdir()
    begin = time.monotonic()
    pantile("process", large, operators, "--out", reference, *JOB, "--log", "quiet")
    seconds = time.monotonic() - begin
    moments = random.Random(3)
    for i in range(8):
        out = tmp_path / f"killed-{i}" / name
        words = ["process", large, operators, "--out", out, *JOB, "--log", "json"]
        with subprocess.Popen([program, *map(str, words)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            time.sleep(seconds * (i + moments.random()) / 8)
            running.kill()
        again = pantile(*words, code=None)
        # Killed after its last step, it is complete: nothing is left to be done.
        assert again.returncode == 0 or "is there already" in again.stderr, again.stderr
        assert output_of(out) == output_of(reference)
        assert sorted(p.name for p in out.parent.iterdir()) == sorted(
            p.name for p in reference.parent.iterdir())


def killed_after_statistics(program, words, out):
    """A job that was killed when it had measured and had begun to write."""
    with subprocess.Popen([program, *map(str, words)], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        for line in running.stdout:
            event = json.loads(line)
            if event["event"] == "stage_begin" and event["stage"] == "process":
                running.kill()
                break
    assert not out.exists()
    (kept,) = (out.with_name(out.name + ".parts") / "settled").iterdir()
    return kept


def stages(done):
    return [event["stage"] for event in events(done) if event["event"] == "stage_begin"]


def test_what_was_measured_is_kept_and_what_is_damaged_measured_again(program, pantile, large,
                                                                      tmp_path):
    out = tmp_path / "out.ome.zarr"
    words = ["process", large, "rescale(q=0.02:0.98) | sobel", "--out", out, *JOB, "--log", "json"]
    whole = pantile(*words)
    assert stages(whole) == ["statistics", "process", "finish"]
    reference = contents(out)
    shutil.rmtree(out)
    kept = killed_after_statistics(program, words, out)
    text = kept.read_text()
    assert stages(pantile(*words)) == ["process", "finish"]
    assert contents(out) == reference
    for wrong in (text.replace('"ranges":[[-', '"ranges":[[-1'), text[:-9], "", "[" * 5000,
                  text.replace('"of":"', '"of":"0')):
        shutil.rmtree(out)
        assert killed_after_statistics(program, words, out) == kept
        assert wrong != text
        kept.write_text(wrong)
        assert stages(pantile(*words)) == ["statistics", "process", "finish"]
        assert contents(out) == reference


def test_another_chain_does_not_go_on(program, pantile, large, tmp_path):
    out = tmp_path / "out.ome.zarr"
    words = ["process", large, "rescale(q=0.02:0.98) | sobel", "--out", out, *JOB, "--log", "json"]
    killed_after_statistics(program, words, out)
    parts = out.with_name(out.name + ".parts")
    assert "unfinished process" in pantile("info", parts).stdout
    words[2] = "rescale(q=0.02:0.97) | sobel"
    refused = pantile(*words, code=2)
    assert "operators" in refused.stderr and "--restart" in refused.stderr
    pantile(*words, "--restart")
    first = contents(out)
    assert not parts.exists()
    shutil.rmtree(out)
    pantile(*words)
    assert contents(out) == first


def test_memory_is_kept(pantile, large, tmp_path):
    operators = "gaussian(3) | rescale(q=0.02:0.98) | close(31)"
    for name in ("out.ome.zarr", "out.tiff"):
        done = pantile("process", large, operators, "--out", tmp_path / name, "--memory", "200MiB",
                       "--threads", "2", "--log", "json")
        assert events(done)[-1]["peak_memory_bytes"] <= 200 << 20
    refused = pantile("process", large, operators, "--out", tmp_path / "no.tiff", "--memory",
                      "60MiB", code=2)
    assert "memory" in refused.stderr


# --- the documentation -----------------------------------------------------------------------


def test_the_table_of_operators_is_what_the_program_prints(pantile):
    assert table_of_operators().strip() == pantile("operators-table").stdout.strip(), (
        "docs/process.md is stale: put what `pantile operators-table` prints between its marks"
    )


def test_the_examples_of_the_documentation_run(pantile, tmp_path):
    import tifffile

    text = (ROOT / "docs" / "process.md").read_text()
    lines = re.findall(r"^pantile process \S+ ([\"'])(.+)\1 (.*--out \S+)$", text, re.M)
    assert len(lines) >= 7
    pixels = random_pixels("uint8", channels=1)
    one, four = write(tmp_path / "one", pixels), write(tmp_path / "four", pixels.repeat(4, 0))
    for i, (_, operators, options) in enumerate(lines):
        source = four if "b3" in operators else one
        for name in re.findall(r'"(\w+)\.tiff"', operators):
            tifffile.imwrite(tmp_path / f"{name}.tiff", pixels[0])
        words = options.replace("4096,4096", "100,100").split()
        words[-1] = f"{i}-{words[-1]}"
        pantile("process", source, operators, *words, cwd=tmp_path)
        assert (tmp_path / words[-1]).exists()
