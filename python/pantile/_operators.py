"""The operators as methods: written by scripts/operators-module; do not edit."""

from __future__ import annotations

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
        """(x - a) / (b - a), limited to 0 and 1, of a range or of quantiles.

        Parameters
        ----------
        range : tuple[float, float] | None, -1e+300 to 1e+300
            The values that become 0 and 1.
        quantiles : tuple[float, float] | None, 0 to 1
            Quantiles of all pixels that become 0 and 1.
        """
        return self._apply("rescale", range=range, q=quantiles)

    def clip(
        self,
        range: tuple[float, float],
    ) -> Self:
        """Limits to a range.

        Parameters
        ----------
        range : tuple[float, float], -1e+300 to 1e+300
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
        high : float, -1e+300 to 1e+300
            What 0 becomes.
        """
        return self._apply("invert", high=high)

    def add(
        self,
        value: float,
    ) -> Self:
        """X + value.

        Parameters
        ----------
        value : float, -1e+300 to 1e+300
            What is added.
        """
        return self._apply("add", value=value)

    def subtract(
        self,
        value: float,
    ) -> Self:
        """X - value.

        Parameters
        ----------
        value : float, -1e+300 to 1e+300
            What is subtracted.
        """
        return self._apply("subtract", value=value)

    def multiply(
        self,
        value: float,
    ) -> Self:
        """X * value.

        Parameters
        ----------
        value : float, -1e+300 to 1e+300
            The factor.
        """
        return self._apply("multiply", value=value)

    def divide(
        self,
        value: float,
    ) -> Self:
        """X / value.

        Parameters
        ----------
        value : float, -1e+300 to 1e+300
            The divisor.
        """
        return self._apply("divide", value=value)

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
        outside : float, -1e+300 to 1e+300
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
        outside : float, -1e+300 to 1e+300
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
        outside : float, -1e+300 to 1e+300
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
        outside : float, -1e+300 to 1e+300
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
        outside : float, -1e+300 to 1e+300
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
        outside : float, -1e+300 to 1e+300
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
        outside : float, -1e+300 to 1e+300
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
        outside : float, -1e+300 to 1e+300
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
        outside : float, -1e+300 to 1e+300
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
        outside : float, -1e+300 to 1e+300
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
        outside : float, -1e+300 to 1e+300
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
        outside : float, -1e+300 to 1e+300
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
        outside : float, -1e+300 to 1e+300
            The value beyond the edges where boundary=constant.
        """
        return self._apply("tophat", size=size, boundary=boundary, outside=outside)

    def threshold(
        self,
        value: float,
    ) -> Self:
        """1 where x > value, else 0, as a mask.

        Parameters
        ----------
        value : float, -1e+300 to 1e+300
            The threshold.
        """
        return self._apply("threshold", value=value)
