"""The examples of TileFlow's own documentation, run with one import changed.

Each is its text without docstrings, with ``from tileflow`` replaced. `before` completes what the
text leaves open, and `changes` makes sizes smaller; docs/python/tileflow.md lists both.
"""

import dataclasses
import json
import pathlib
import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pantile.callbacks import CallbackWarning
from pantile.tileflow import sobel_magnitude


@dataclasses.dataclass
class Example:
    text: str
    before: str = ""
    changes: tuple[tuple[str, str], ...] = ()

    def run(self) -> dict:
        text = self.before + self.text
        for old, new in (("from tileflow import", "from pantile.tileflow import"), *self.changes):
            assert old in text or old.startswith("from tileflow"), old
            text = text.replace(old, new)
        names = {"np": np}
        exec(compile(text, "<example>", "exec"), names)
        return names


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error", CallbackWarning)
        yield


LARGE_IMAGE = """
from pantile.tileflow import *
large_image = image = generate_multichannel_image((1, 600, 700))[0]
image_chw = generate_multichannel_image((8, 300, 400))
def your_function(tile):
    return tile * 2
processor = TileFlow(tile_size=(256, 256), overlap=(32, 32)).configure(function=your_function)
"""

BASIC = """
from tileflow import TileFlow
import numpy as np

# Define your processing function
def enhance_contrast(tile):
    p2, p98 = np.percentile(tile, (2, 98))
    return np.clip((tile - p2) / (p98 - p2 + 1e-8), 0, 1)

# Configure and run processor
processor = TileFlow(tile_size=(256, 256), overlap=(16, 16))
processor.configure(function=enhance_contrast)
result = processor.run(large_image)
"""


def test_basic_image_processing():
    names = Example(BASIC, before=LARGE_IMAGE).run()
    result, image = names["result"], names["large_image"]
    assert result.shape == image.shape
    assert (result.min(), result.max()) == (0, 1)
    first = names["enhance_contrast"](image[:272, :272])[:256, :256]
    assert_array_equal(result[:256, :256], first)


MULTI_CHANNEL = """
from tileflow import generate_multichannel_image, SobelEdgeDetector

# Generate realistic 8-channel microscopy data [C, H, W]
image_chw = generate_multichannel_image(shape=(8, 2048, 2048))

# Process DAPI channel for nuclei detection
dapi_channel = image_chw[0]  # Extract nuclei channel
sobel = SobelEdgeDetector(tile_size=(256, 256), overlap=(16, 16))
nuclei_edges = sobel.process(dapi_channel)

# Apply different processing to each channel
for i, channel in enumerate(image_chw):
    if i == 0:  # DAPI - nuclei segmentation
        processed = sobel.process(channel)
        nuclei_mask = processed > np.percentile(processed, 95)
    else:  # Other channels - generic enhancement
        processed = sobel.process(channel)

    print(f"Channel {i}: {processed.max():.3f} max intensity")
"""


def test_multi_channel_microscopy(capsys):
    names = Example(MULTI_CHANNEL, changes=(("2048, 2048", "512, 512"),)).run()
    assert_array_equal(names["nuclei_edges"], sobel_magnitude(names["image_chw"][0]))
    assert 0.04 < names["nuclei_mask"].mean() < 0.06
    assert len(capsys.readouterr().out.splitlines()) == 8


ZARR = """
import zarr
import numpy as np
from tileflow import TileFlow

# Create zarr dataset for efficient storage
dataset = zarr.open('microscopy.zarr', mode='w',
                   shape=(16, 8192, 8192), chunks=(1, 1024, 1024))

# Process channels individually to manage memory
processor = TileFlow(tile_size=(512, 512), overlap=(32, 32))
processor.configure(function=your_analysis_function)

for channel_idx in range(16):
    # Load single channel from zarr (memory efficient)
    channel_data = np.array(dataset[channel_idx])

    # Process with TileFlow
    result = processor.run(channel_data)

    # Save or analyze result
    print(f"Channel {channel_idx} processed: {result.shape}")
"""


def test_zarr_for_massive_datasets(capsys):
    pytest.importorskip("zarr")
    names = Example(
        ZARR,
        before="""
import numpy as np
def your_analysis_function(tile):
    return tile + 1
""",
        changes=(("8192, 8192", "1024, 1024"),),
    ).run()
    assert (names["result"] == 1).all()
    assert capsys.readouterr().out.splitlines()[-1] == "Channel 15 processed: (1024, 1024)"
    # The Zarr array itself is an image too.
    dataset = names["dataset"]
    dataset[3] = np.add.outer(np.arange(1024.0), np.arange(1024.0))
    assert_array_equal(names["processor"].run(dataset), np.asarray(dataset[:]) + 1)


PIPELINE = """
class NucleiSegmentationPipeline:
    def __init__(self, sensitivity=0.95):
        self.sensitivity = sensitivity
        self.processor = TileFlow(tile_size=(256, 256), overlap=(16, 16))

    def segment_nuclei(self, tile):
        # Sobel edge detection
        gx = np.gradient(tile, axis=1)
        gy = np.gradient(tile, axis=0)
        edges = np.sqrt(gx*gx + gy*gy)

        # Adaptive thresholding
        threshold = np.percentile(edges, self.sensitivity * 100)
        return (edges > threshold).astype(np.uint8)

    def process(self, dapi_channel):
        self.processor.configure(function=self.segment_nuclei)
        return self.processor.run(dapi_channel)

# Use the pipeline
pipeline = NucleiSegmentationPipeline(sensitivity=0.95)
nuclei_mask = pipeline.process(image_chw[0])
print(f"Detected {nuclei_mask.sum()} nuclei pixels")
"""


def test_custom_multi_channel_pipeline():
    mask = Example(PIPELINE, before=LARGE_IMAGE).run()["nuclei_mask"]
    assert mask.dtype == np.uint8
    assert 0.03 < mask.mean() < 0.07


CONCURRENT = """
from concurrent.futures import ThreadPoolExecutor
from tileflow import SobelEdgeDetector

def process_channel_pair(args):
    channel_idx, channel_data = args

    if channel_idx == 0:  # DAPI
        processor = NucleiSegmentationPipeline()
        return channel_idx, processor.process(channel_data)
    else:  # Other channels
        sobel = SobelEdgeDetector()
        return channel_idx, sobel.process(channel_data)

# Process multiple channels concurrently
with ThreadPoolExecutor(max_workers=4) as executor:
    tasks = [(i, image_chw[i]) for i in range(8)]
    futures = [executor.submit(process_channel_pair, task) for task in tasks]

    results = {}
    for future in futures:
        channel_idx, result = future.result()
        results[channel_idx] = result
        print(f"✓ Channel {channel_idx} complete")
"""


def test_concurrent_multi_channel_processing():
    names = Example(CONCURRENT, before=LARGE_IMAGE + PIPELINE).run()
    assert_array_equal(names["results"][0], names["nuclei_mask"])
    for channel in range(1, 8):
        expected = sobel_magnitude(names["image_chw"][channel])
        assert_array_equal(names["results"][channel], expected)


PROGRESS = """
from tileflow import TileFlow, ProgressCallback, MetricsCallback

# Basic progress tracking
processor = TileFlow(tile_size=(256, 256), overlap=(32, 32))
processor.configure(function=your_function)

progress = ProgressCallback(verbose=True, show_rate=True)
metrics = MetricsCallback(verbose=True)

result = processor.run(image, callbacks=[progress, metrics])
"""


def test_progress_and_performance_tracking(capsys):
    names = Example(PROGRESS, before=LARGE_IMAGE).run()
    assert_array_equal(names["result"], names["image"] * 2)
    captured = capsys.readouterr()
    assert "tiles 6/6" in captured.err
    assert "6 tiles in" in captured.out
    assert names["metrics"].get_detailed_metrics()["total_tiles"] == 6


MEMORY = """
from tileflow import MemoryTracker

# Track memory usage during processing
memory_tracker = MemoryTracker(detailed=True)
result = processor.run(large_image, callbacks=[memory_tracker])

# Get detailed statistics
memory_stats = memory_tracker.get_memory_stats()
print(f"Peak memory: {memory_stats['peak_delta_bytes'] / 1024**2:.1f} MB")
"""


def test_memory_usage_monitoring(capsys):
    names = Example(MEMORY, before=LARGE_IMAGE).run()
    assert names["memory_stats"]["peak_memory_bytes"] > 0
    assert capsys.readouterr().out.startswith("Peak memory: ")


ENERGY = """
from tileflow import CodeCarbonTracker

carbon_tracker = CodeCarbonTracker(
    project_name="my-analysis",
    output_dir="./carbon_logs"
)

result = processor.run(image, callbacks=[carbon_tracker])
emissions = carbon_tracker.get_emissions_data()
print(f"CO₂ emissions: {emissions['emissions_kg']:.6f} kg")
"""


def test_energy_consumption_tracking(capsys):
    names = Example(ENERGY, before=LARGE_IMAGE).run()
    assert isinstance(names["emissions"]["emissions_kg"], float)
    assert names["emissions"]["total_tiles"] == 6
    assert capsys.readouterr().out.startswith("CO₂ emissions: ")
    (log,) = pathlib.Path("carbon_logs").iterdir()
    assert json.loads(log.read_text())["project"] == "my-analysis"


SUITE = """
from tileflow import CompositeCallback, ProgressCallback, MemoryTracker, CodeCarbonTracker

# Combine multiple monitoring callbacks
monitoring_suite = CompositeCallback([
    ProgressCallback(verbose=True),
    MemoryTracker(detailed=False),
    CodeCarbonTracker(project_name="scientific-analysis")
])

result = processor.run(image, callbacks=[monitoring_suite])
"""


def test_comprehensive_monitoring_suite(capsys):
    names = Example(SUITE, before=LARGE_IMAGE).run()
    _, memory, carbon = names["monitoring_suite"].callbacks
    assert "tiles 6/6" in capsys.readouterr().err
    assert memory.get_memory_stats()["peak_memory_bytes"] > 0
    assert carbon.get_emissions_data()["tile_size"] == (256, 256)


QUALITY = """
from tileflow import TileFlowCallback

class ImageQualityCallback(TileFlowCallback):
    def on_tile_end(self, tile, tile_index, total_tiles):
        # Analyze each processed tile
        data = tile.image_data[0]
        snr = np.mean(data) / np.std(data)
        self.quality_metrics.append(snr)

    def on_processing_end(self, stats):
        print(f"Average SNR: {np.mean(self.quality_metrics):.2f}")

processor.run(image, callbacks=[ImageQualityCallback()])
"""
INITIALISER = """class ImageQualityCallback(TileFlowCallback):
    def __init__(self):
        self.quality_metrics = []
"""


def test_custom_scientific_callbacks(capsys):
    header = INITIALISER.splitlines()[0] + "\n"
    Example(QUALITY, before=LARGE_IMAGE, changes=((header, INITIALISER),)).run()
    assert float(capsys.readouterr().out.removeprefix("Average SNR: ")) > 0


def test_custom_scientific_callbacks_as_they_stand():
    warnings.simplefilter("always")
    with pytest.warns(CallbackWarning, match="ImageQualityCallback.*quality_metrics") as caught:
        Example(QUALITY, before=LARGE_IMAGE).run()
    assert len(caught) == 2  # each hook once, not each tile


FLUORESCENCE = """
# Multi-fluorophore analysis
channels = ["DAPI", "FITC", "TRITC", "Cy5"]
for i, name in enumerate(channels):
    channel_data = image_chw[i]
    processed = specialized_processor[name].process(channel_data)
    analyze_fluorophore_distribution(processed, name)
"""


def test_fluorescence_microscopy():
    names = Example(
        FLUORESCENCE,
        before=LARGE_IMAGE
        + PIPELINE
        + """
specialized_processor = {
    "DAPI": NucleiSegmentationPipeline(), "FITC": SobelEdgeDetector(),
    "TRITC": SobelEdgeDetector((64, 64)), "Cy5": SobelEdgeDetector((64, 64), (1, 1)),
}
distributions = {}
def analyze_fluorophore_distribution(processed, name):
    distributions[name] = processed.mean()
""",
    ).run()
    assert list(names["distributions"]) == ["DAPI", "FITC", "TRITC", "Cy5"]
    expected = sobel_magnitude(names["image_chw"][3]).mean()
    assert names["distributions"]["Cy5"] == expected


PATHOLOGY = """
# Process gigapixel pathology slides
wsi_processor = TileFlow(
    tile_size=(512, 512),
    overlap=(64, 64),
    chunk_size=(2048, 2048)  # Hierarchical processing
)
wsi_processor.configure(function=tissue_classifier)
classification_map = wsi_processor.run(whole_slide_image)
"""


def test_whole_slide_pathology():
    names = Example(
        PATHOLOGY,
        before=LARGE_IMAGE
        + """
whole_slide_image = np.repeat(np.repeat(generate_multichannel_image((3, 650, 550)), 4, 1), 4, 2)
def tissue_classifier(tile):
    return (tile.mean(axis=0) > 0.4).astype(np.uint8)
""",
    ).run()
    expected = names["tissue_classifier"](names["whole_slide_image"])
    assert expected.shape == (2600, 2200)
    assert_array_equal(names["classification_map"], expected)


SATELLITE = """
# Multispectral satellite analysis
spectral_bands = ["red", "green", "blue", "nir", "swir1", "swir2"]
for band_idx, band_name in enumerate(spectral_bands):
    band_data = satellite_image[band_idx]
    vegetation_index = calculate_ndvi(band_data)
"""


def test_satellite_imagery():
    # The text gives one band to what needs two; `calculate_ndvi` takes the other from the image.
    names = Example(
        SATELLITE,
        before=LARGE_IMAGE
        + """
satellite_image = generate_multichannel_image((6, 300, 400)) + 0.5
def calculate_ndvi(band):
    pair = np.stack([band, satellite_image[3]])
    flow = TileFlow((128, 128)).configure(lambda t: (t[1] - t[0]) / (t[1] + t[0]))
    indices.append(flow.run(pair))
    return indices[-1]
indices = []
""",
    ).run()
    red, nir = names["satellite_image"][0], names["satellite_image"][3]
    assert_array_equal(names["indices"][0], (nir - red) / (nir + red))
    assert (names["indices"][3] == 0).all()
