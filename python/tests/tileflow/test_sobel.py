"""The functions and images that come along."""

import numpy as np
import pytest
from made_up import picture
from numpy.testing import assert_array_equal

from pantile.tileflow import (
    SobelEdgeDetector,
    generate_multichannel_image,
    sobel_magnitude,
)


@pytest.mark.parametrize("shape", [(300, 200), (3, 130, 170), (1, 1), (2, 2, 5, 1)])
@pytest.mark.parametrize("dtype", ["u1", "u2", "i4", "f4", "f8"])
def test_sobel_of_tiles_is_that_of_the_whole(shape, dtype):
    image = picture(shape, dtype)
    for size, overlap in [((128, 128), (8, 8)), ((16, 20), (0, 3)), ((4, 4), (1, 1))]:
        result = SobelEdgeDetector(size, overlap).process(image)
        assert_array_equal(result, sobel_magnitude(image))
        assert result.dtype == (np.float64 if dtype in ("i4", "f8") else np.float32)


@pytest.mark.parametrize("dtype", ["u1", "f8"])
def test_sobel_is_scipys(dtype):
    ndimage = pytest.importorskip("scipy.ndimage")
    image = picture((90, 120), dtype)
    wide = image.astype("f8")
    expected = np.hypot(ndimage.sobel(wide, 0), ndimage.sobel(wide, 1))
    np.testing.assert_allclose(SobelEdgeDetector().process(image), expected, rtol=1e-6, atol=1e-9)


def test_sobel_refuses():
    with pytest.raises(ValueError, match="tile_size"):
        SobelEdgeDetector((3, 8))
    with pytest.raises(ValueError, match="overlap"):
        SobelEdgeDetector((8, 8), (4, 4))
    with pytest.raises(TypeError, match="complex"):
        sobel_magnitude(np.zeros((4, 4), complex))


def test_made_up_channels():
    image = generate_multichannel_image((8, 96, 128))
    assert (image.shape, image.dtype) == ((8, 96, 128), np.float32)
    assert_array_equal(image.min(axis=(1, 2)), 0)
    assert_array_equal(image.max(axis=(1, 2)), 1)
    assert_array_equal(image, generate_multichannel_image((8, 96, 128), seed=42))
    assert not np.array_equal(image, generate_multichannel_image((8, 96, 128), seed=43))
    assert_array_equal(image[:3], generate_multichannel_image((3, 96, 128)))
    assert all(not np.array_equal(image[a], image[b]) for a in range(8) for b in range(a))
    chosen = generate_multichannel_image((2, 96, 128), channel_modes=["fibres", "nuclei"])
    assert chosen.shape == (2, 96, 128)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"shape": (64, 64)}, "shape"),
        ({"shape": (0, 64, 64)}, "shape"),
        ({"shape": (2, 64, 0)}, "shape"),
        ({"channel_modes": ["nuclei"]}, "channel_modes: expected 2"),
        ({"channel_modes": ["nuclei", "nucle"]}, "channel_modes: expected one of .*'nucle'"),
    ],
)
def test_made_up_channels_refuse(keywords, message):
    with pytest.raises(ValueError, match=message):
        generate_multichannel_image(**{"shape": (2, 64, 64), **keywords})
