"""The operators as methods: written by scripts/operators-module; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

from numpy.typing import DTypeLike


class Operators:
    """What every image has."""

    __slots__ = ()

    def _apply(self, operator: str, **values: Any) -> Self:
        raise NotImplementedError

    def cast(
        self,
        dtype: DTypeLike,
    ) -> Self:
        """Another type; integers are rounded, ties to even, and limited.

        Parameters
        ----------
        dtype : word
            The type of the samples.
        """
        return self._apply("cast", dtype=dtype)

    def rescale(
        self,
        range: tuple[float, float] | None = None,
        quantiles: tuple[float, float] | None = None,
    ) -> Self:
        """(x - a) / (b - a), limited to 0 and 1, of a range or of quantiles; of neither: of the least and greatest value of the image.

        Parameters
        ----------
        range : tuple[float, float], optional
            The values that become 0 and 1.
        quantiles : tuple[float, float], optional, 0 to 1
            Quantiles of all pixels that become 0 and 1.
        """
        return self._apply("rescale", range=range, q=quantiles)

    def standardize(
        self,
        mean: float | None = None,
        deviation: float | None = None,
    ) -> Self:
        """(x - mean) / deviation, of all pixels unless they are given.

        Parameters
        ----------
        mean : float, optional
            The mean.
        deviation : float, optional, 1e-300 to 1e+300
            The standard deviation.
        """
        return self._apply("standardize", mean=mean, deviation=deviation)

    def clip(
        self,
        range: tuple[float, float],
    ) -> Self:
        """Limits to a range.

        Parameters
        ----------
        range : tuple[float, float]
            Least and greatest value.
        """
        return self._apply("clip", range=range)

    def gamma(
        self,
        exponent: float,
    ) -> Self:
        """X to a power.

        Parameters
        ----------
        exponent : float, 0.001 to 1000
            The power.
        """
        return self._apply("gamma", exponent=exponent)

    def invert(
        self,
        high: float = 1.0,
    ) -> Self:
        """High - x.

        Parameters
        ----------
        high : float
            What 0 becomes.
        """
        return self._apply("invert", high=high)

    def add(
        self,
        value: float | Operators,
    ) -> Self:
        """X + value.

        Parameters
        ----------
        value : float | Image
            What is added.
        """
        return self._apply("add", value=value)

    def subtract(
        self,
        value: float | Operators,
    ) -> Self:
        """X - value.

        Parameters
        ----------
        value : float | Image
            What is subtracted.
        """
        return self._apply("subtract", value=value)

    def multiply(
        self,
        value: float | Operators,
    ) -> Self:
        """X * value.

        Parameters
        ----------
        value : float | Image
            The factor.
        """
        return self._apply("multiply", value=value)

    def divide(
        self,
        value: float | Operators,
    ) -> Self:
        """X / value.

        Parameters
        ----------
        value : float | Image
            The divisor.
        """
        return self._apply("divide", value=value)

    def minimum(
        self,
        value: float | Operators,
    ) -> Self:
        """The smaller of x and value.

        Parameters
        ----------
        value : float | Image
            The limit.
        """
        return self._apply("minimum", value=value)

    def maximum(
        self,
        value: float | Operators,
    ) -> Self:
        """The greater of x and value.

        Parameters
        ----------
        value : float | Image
            The limit.
        """
        return self._apply("maximum", value=value)

    def abs(
        self,
    ) -> Self:
        """The magnitude."""
        return self._apply("abs")

    def sqrt(
        self,
    ) -> Self:
        """The square root."""
        return self._apply("sqrt")

    def select(
        self,
        channels: Sequence[int],
    ) -> Self:
        """Channels by number, in the order given.

        Parameters
        ----------
        channels : Sequence[int], 0 to 65535
            Their numbers, from 0.
        """
        return self._apply("select", channels=channels)

    def merge(
        self,
        images: Sequence[Operators],
    ) -> Self:
        """The channels of this image and then of others.

        Parameters
        ----------
        images : Sequence[Image]
            Of the same size and type.
        """
        return self._apply("merge", images=images)

    def expression(
        self,
        formula: str,
    ) -> Self:
        """One channel, worked out of the channels b0, b1, … by a formula.

        Parameters
        ----------
        formula : str
            As in formulas.md, without x and y.
        """
        return self._apply("expression", formula=formula)

    def mask(
        self,
        image: Operators,
        value: float = 0.0,
    ) -> Self:
        """X where another image is not 0, else value.

        Parameters
        ----------
        image : Image
            Of one channel, or as many.
        value : float
            What stands where it is 0.
        """
        return self._apply("mask", image=image, value=value)

    def nodata(
        self,
        value: float,
    ) -> Self:
        """No number (NaN) where x is value, else x.

        Parameters
        ----------
        value : float
            What marks it.
        """
        return self._apply("nodata", value=value)

    def flatfield(
        self,
        flat: Operators,
        dark: Operators | None = None,
        mean: float | None = None,
    ) -> Self:
        """(x - dark) / (flat - dark) * mean(flat - dark).

        Parameters
        ----------
        flat : Image
            A picture of an even field.
        dark : Image, optional
            A picture of darkness; none: 0.
        mean : float, optional
            That mean; none: it is measured.
        """
        return self._apply("flatfield", flat=flat, dark=dark, mean=mean)

    def hed(
        self,
        vectors: Sequence[float] | None = None,
    ) -> Self:
        """How much haematoxylin, eosin and DAB is in each pixel of a colour image.

        Parameters
        ----------
        vectors : Sequence[float], optional
            Red, green and blue of each stain's absorbance, nine numbers (Ruifrok and
            Johnston's).
        """
        return self._apply("hed", vectors=vectors)

    def convolve(
        self,
        weights: Sequence[float],
        width: int | None = None,
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """The sum of the pixels around, weighted by a kernel, which is mirrored.

        Parameters
        ----------
        weights : Sequence[float]
            Row by row.
        width : int, optional, 1 to 2049
            Of a row; none: of a square.
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply(
            "convolve", weights=weights, width=width, boundary=boundary, outside=outside
        )

    def separable(
        self,
        y: Sequence[float],
        x: Sequence[float],
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """Convolution of columns by one kernel, then of rows by another.

        Parameters
        ----------
        y : Sequence[float]
            The weights of columns.
        x : Sequence[float]
            The weights of rows.
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply("separable", y=y, x=x, boundary=boundary, outside=outside)

    def gaussian(
        self,
        sigma: float,
        truncate: float = 4.0,
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """Smoothing by a Gaussian of standard deviation sigma.

        Parameters
        ----------
        sigma : float, 0 to 256
            Pixels.
        truncate : float, 0.5 to 16
            How far the density reaches, in sigmas.
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply(
            "gaussian", sigma=sigma, truncate=truncate, boundary=boundary, outside=outside
        )

    def box(
        self,
        size: int = 3,
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """The mean of a square.

        Parameters
        ----------
        size : int, 1 to 2049
            Height and width of the square, in pixels.
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply("box", size=size, boundary=boundary, outside=outside)

    def sobel(
        self,
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """Magnitude of Sobel's gradient.

        Parameters
        ----------
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply("sobel", boundary=boundary, outside=outside)

    def scharr(
        self,
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """Magnitude of Scharr's gradient.

        Parameters
        ----------
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply("scharr", boundary=boundary, outside=outside)

    def laplacian(
        self,
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """The sum of both second differences.

        Parameters
        ----------
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply("laplacian", boundary=boundary, outside=outside)

    def log(
        self,
        sigma: float,
        truncate: float = 4.0,
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """Laplacian of a Gaussian.

        Parameters
        ----------
        sigma : float, 0 to 256
            Pixels, above 0.
        truncate : float, 0.5 to 16
            How far the density reaches, in sigmas.
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply(
            "log", sigma=sigma, truncate=truncate, boundary=boundary, outside=outside
        )

    def dog(
        self,
        sigma1: float,
        sigma2: float,
        truncate: float = 4.0,
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """Difference of two Gaussians, the first less the second.

        Parameters
        ----------
        sigma1 : float, 0 to 256
            Pixels.
        sigma2 : float, 0 to 256
            Pixels.
        truncate : float, 0.5 to 16
            How far the density reaches, in sigmas.
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply(
            "dog",
            sigma1=sigma1,
            sigma2=sigma2,
            truncate=truncate,
            boundary=boundary,
            outside=outside,
        )

    def unsharp(
        self,
        sigma: float,
        amount: float = 1.0,
        truncate: float = 4.0,
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """X + amount * (x - gaussian(x)).

        Parameters
        ----------
        sigma : float, 0 to 256
            Pixels.
        amount : float, 0 to 100
            How much.
        truncate : float, 0.5 to 16
            How far the density reaches, in sigmas.
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply(
            "unsharp",
            sigma=sigma,
            amount=amount,
            truncate=truncate,
            boundary=boundary,
            outside=outside,
        )

    def erode(
        self,
        size: int = 3,
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """The least value in a square.

        Parameters
        ----------
        size : int, 1 to 2049
            Height and width of the square, in pixels.
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply("erode", size=size, boundary=boundary, outside=outside)

    def dilate(
        self,
        size: int = 3,
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """The greatest value in a square.

        Parameters
        ----------
        size : int, 1 to 2049
            Height and width of the square, in pixels.
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply("dilate", size=size, boundary=boundary, outside=outside)

    def open(
        self,
        size: int = 3,
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """Erode, then dilate: bright things smaller than the square go.

        Parameters
        ----------
        size : int, 1 to 2049
            Height and width of the square, in pixels.
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply("open", size=size, boundary=boundary, outside=outside)

    def close(
        self,
        size: int = 3,
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """Dilate, then erode: dark things smaller than the square go.

        Parameters
        ----------
        size : int, 1 to 2049
            Height and width of the square, in pixels.
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply("close", size=size, boundary=boundary, outside=outside)

    def tophat(
        self,
        size: int = 3,
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """X - open(x): bright things smaller than the square stay.

        Parameters
        ----------
        size : int, 1 to 2049
            Height and width of the square, in pixels.
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply("tophat", size=size, boundary=boundary, outside=outside)

    def rolling_ball(
        self,
        radius: float = 50.0,
        result: Literal["background", "difference"] = "background",
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """What a ball that rolls below the surface of x touches, the background, or x less that.

        Parameters
        ----------
        radius : float, 1 to 256
            Of the ball, in pixels and in values.
        result : word
            The background, or x less the background.
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply(
            "rolling_ball", radius=radius, result=result, boundary=boundary, outside=outside
        )

    def median(
        self,
        size: int = 3,
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """The middle one of the samples in a square.

        Parameters
        ----------
        size : int, 1 to 255
            Height and width of the square, in pixels.
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply("median", size=size, boundary=boundary, outside=outside)

    def rank(
        self,
        q: float,
        size: int = 3,
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """The sample of a square that is quantile q of them.

        Parameters
        ----------
        q : float, 0 to 1
            0: the least, 1: the greatest.
        size : int, 1 to 255
            Height and width of the square, in pixels.
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply("rank", q=q, size=size, boundary=boundary, outside=outside)

    def threshold(
        self,
        value: float,
    ) -> Self:
        """1 where x > value, else 0, as a mask.

        Parameters
        ----------
        value : float
            The threshold.
        """
        return self._apply("threshold", value=value)

    def otsu(
        self,
        value: float | None = None,
    ) -> Self:
        """Threshold at the value that parts all pixels best into two groups.

        Parameters
        ----------
        value : float, optional
            The threshold; none: it is measured.
        """
        return self._apply("otsu", value=value)

    def tissue(
        self,
        sigma: float = 2.0,
        value: float | None = None,
    ) -> Self:
        """A mask of what is not glass: smoothed, and parted as otsu does; of colours how far the channels lie apart, of one channel the values.

        Parameters
        ----------
        sigma : float, 0 to 64
            Of the Gaussian, in pixels.
        value : float, optional
            The threshold; none: it is measured.
        """
        return self._apply("tissue", sigma=sigma, value=value)

    def adaptive(
        self,
        size: int = 3,
        offset: float = 0.0,
        mean: Literal["gaussian", "box"] = "gaussian",
        boundary: Literal["reflect", "nearest", "constant", "wrap"] = "reflect",
        outside: float = 0.0,
    ) -> Self:
        """Threshold at the mean around, less offset.

        Parameters
        ----------
        size : int, 1 to 2049
            Height and width of the square, in pixels.
        offset : float
            What the mean is lowered by.
        mean : word
            How samples are weighed: by a Gaussian of sigma (size - 1) / 6, or alike.
        boundary : word
            What lies beyond the image's edges.
        outside : float
            The value beyond the edges where boundary=constant.
        """
        return self._apply(
            "adaptive", size=size, offset=offset, mean=mean, boundary=boundary, outside=outside
        )

    def hysteresis(
        self,
        low: float,
        high: float,
        connectivity: int = 4,
    ) -> Self:
        """1 where x > low in a component that has x > high somewhere, else 0, as a mask.

        Parameters
        ----------
        low : float
            What a component's pixels are above.
        high : float
            What one of them is above.
        connectivity : int, 4 to 8
            4: pixels that share an edge belong together; 8: or a corner.
        """
        return self._apply("hysteresis", low=low, high=high, connectivity=connectivity)

    def label(
        self,
        connectivity: int = 4,
    ) -> Self:
        """Connected components of what is not 0, numbered from 1 over the whole image.

        Parameters
        ----------
        connectivity : int, 4 to 8
            4: pixels that share an edge belong together; 8: or a corner.
        """
        return self._apply("label", connectivity=connectivity)

    def distance(
        self,
        max: float = 64.0,
    ) -> Self:
        """How far the nearest 0 is, from centre to centre, in pixels.

        Parameters
        ----------
        max : float, 1 to 1024
            What is farther counts as this far.
        """
        return self._apply("distance", max=max)

    def watershed(
        self,
        markers: Operators,
        mask: Operators | None = None,
        connectivity: int = 4,
        max: int = 2048,
    ) -> Self:
        """Which marker's water comes first, rising from low values to high ones, within each component of a mask; 0 elsewhere.

        Parameters
        ----------
        markers : Image
            Labels: whole numbers, of which 0 is none.
        mask : Image, optional
            Where water may be; none: everywhere.
        connectivity : int, 4 to 8
            4: pixels that share an edge belong together; 8: or a corner.
        max : int, 512 to 16384
            Most width and height of a component of the mask, in pixels.
        """
        return self._apply(
            "watershed", markers=markers, mask=mask, connectivity=connectivity, max=max
        )

    def resize(
        self,
        width: int | None = None,
        height: int | None = None,
        method: Literal["nearest", "linear", "cubic", "lanczos", "area"] = "linear",
        scale: float | None = None,
        antialias: Literal["on", "off"] = "on",
    ) -> Self:
        """Another size: scale, or width and height; of one of them the other follows.

        Parameters
        ----------
        width : int, optional, 1 to 2.14748e+09
            Pixels.
        height : int, optional, 1 to 2.14748e+09
            Pixels.
        method : word
            How samples are weighed.
        scale : float, optional, 1e-06 to 1e+06
            A factor of both.
        antialias : word
            Whether linear, cubic and lanczos widen as the image shrinks.
        """
        return self._apply(
            "resize", width=width, height=height, method=method, scale=scale, antialias=antialias
        )
