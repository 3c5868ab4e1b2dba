#include "ops/filter/operators.h"

#include <string>
#include <utility>

namespace pantile::filter {
namespace {

constexpr double kMostReach = 1024;  // pixels; a limit of memory, not of method
constexpr double kMostChannels = 65535;
constexpr double kMostEdge = 2147483647;  // pixels

Parameter number(std::string_view name, std::string_view help, Value standard = {},
                 double least = -kAny, double most = kAny) {
  return {name, ValueKind::number, std::move(standard), least, most, {}, help, false};
}
Parameter sigma(std::string_view name, std::string_view help) {
  return number(name, help, {}, 0, kMostReach / 4);
}
Parameter operand(std::string_view help) {
  return {"value", ValueKind::operand, {}, -kAny, kAny, {}, help, false};
}
Parameter image(std::string_view name, std::string_view help) {
  return {name, ValueKind::image, {}, -kAny, kAny, {}, help, false};
}
Parameter numbers(std::string_view name, std::string_view help) {
  return {name, ValueKind::numbers, {}, -kAny, kAny, {}, help, false};
}
Parameter optional(Parameter of) {
  of.optional = true;
  return of;
}
Parameter boundary() {
  return {"boundary",
          ValueKind::word,
          std::string("reflect"),
          0,
          0,
          "reflect nearest constant wrap",
          "what lies beyond the image's edges",
          false};
}
Parameter outside() {
  return number("outside", "the value beyond the edges where boundary=constant", 0.0);
}
Parameter truncate() {
  return number("truncate", "how far the density reaches, in sigmas", 4.0, 0.5, 16);
}
Parameter size(double standard) {
  return {"size",
          ValueKind::odd,
          standard,
          1,
          2 * kMostReach + 1,
          {},
          "height and width of the square, in pixels",
          false};
}

Parameter connectivity() {
  return {"connectivity",
          ValueKind::count,
          4.0,
          4,
          8,
          {},
          "4: pixels that share an edge belong together; 8: or a corner",
          false};
}

/// Of ranks: the work grows with its area.
Parameter window() {
  return {"size", ValueKind::odd, 3.0, 1, 255, {}, "height and width of the square, in pixels",
          false};
}

}  // namespace

std::vector<OperatorInfo> make_operators() {
  const Parameter types{"dtype",
                        ValueKind::word,
                        {},
                        0,
                        0,
                        "uint8 int8 uint16 int16 uint32 int32 float32 float64",
                        "the type of the samples",
                        false};
  const Parameter q{
      "q", ValueKind::range, {}, 0, 1, {}, "quantiles of all pixels that become 0 and 1", true};
  const Parameter range{
      "range", ValueKind::range, {}, -kAny, kAny, {}, "the values that become 0 and 1", true};
  return {
      {"cast", "another type; integers are rounded, ties to even, and limited", {types}},
      {"rescale",
       "(x - a) / (b - a), limited to 0 and 1, of a range or of quantiles; of neither: of the "
       "least "
       "and greatest value of the image",
       {range, q}},
      {"standardize",
       "(x - mean) / deviation, of all pixels unless they are given",
       {optional(number("mean", "the mean")),
        optional(number("deviation", "the standard deviation", {}, 1e-300))}},
      {"clip",
       "limits to a range",
       {{"range", ValueKind::range, {}, -kAny, kAny, {}, "least and greatest value", false}}},
      {"gamma", "x to a power", {number("exponent", "the power", {}, 1e-3, 1e3)}},
      {"invert", "high - x", {number("high", "what 0 becomes", 1.0)}},
      {"add", "x + value", {operand("what is added")}},
      {"subtract", "x - value", {operand("what is subtracted")}},
      {"multiply", "x * value", {operand("the factor")}},
      {"divide", "x / value", {operand("the divisor")}},
      {"minimum", "the smaller of x and value", {operand("the limit")}},
      {"maximum", "the greater of x and value", {operand("the limit")}},
      {"abs", "the magnitude", {}},
      {"sqrt", "the square root", {}},
      {"select",
       "channels by number, in the order given",
       {{"channels", ValueKind::counts, {}, 0, kMostChannels, {}, "their numbers, from 0", false}}},
      {"merge",
       "the channels of this image and then of others",
       {{"images", ValueKind::images, {}, 0, 0, {}, "of the same size and type", false}}},
      {"expression",
       "one channel, worked out of the channels b0, b1, … by a formula",
       {{"formula", ValueKind::text, {}, 0, 0, {}, "as in formulas.md, without x and y", false}}},
      {"mask",
       "x where another image is not 0, else value",
       {image("image", "of one channel, or as many"),
        number("value", "what stands where it is 0", 0.0)}},
      {"nodata", "no number (NaN) where x is value, else x", {number("value", "what marks it")}},
      {"flatfield",
       "(x - dark) / (flat - dark) * mean(flat - dark)",
       {image("flat", "a picture of an even field"),
        optional(image("dark", "a picture of darkness; none: 0")),
        optional(number("mean", "that mean; none: it is measured"))}},
      {"hed",
       "how much haematoxylin, eosin and DAB is in each pixel of a colour image",
       {optional(numbers("vectors",
                         "red, green and blue of each stain's absorbance, nine numbers "
                         "(Ruifrok and Johnston's)"))}},
      {"convolve",
       "the sum of the pixels around, weighted by a kernel, which is mirrored",
       {numbers("weights", "row by row"),
        optional({"width",
                  ValueKind::odd,
                  {},
                  1,
                  2 * kMostReach + 1,
                  {},
                  "of a row; none: of a "
                  "square",
                  false}),
        boundary(), outside()}},
      {"separable",
       "convolution of columns by one kernel, then of rows by another",
       {numbers("y", "the weights of columns"), numbers("x", "the weights of rows"), boundary(),
        outside()}},
      {"gaussian",
       "smoothing by a Gaussian of standard deviation sigma",
       {sigma("sigma", "pixels"), truncate(), boundary(), outside()}},
      {"box", "the mean of a square", {size(3), boundary(), outside()}},
      {"sobel", "magnitude of Sobel's gradient", {boundary(), outside()}},
      {"scharr", "magnitude of Scharr's gradient", {boundary(), outside()}},
      {"laplacian", "the sum of both second differences", {boundary(), outside()}},
      {"log",
       "Laplacian of a Gaussian",
       {sigma("sigma", "pixels, above 0"), truncate(), boundary(), outside()}},
      {"dog",
       "difference of two Gaussians, the first less the second",
       {sigma("sigma1", "pixels"), sigma("sigma2", "pixels"), truncate(), boundary(), outside()}},
      {"unsharp",
       "x + amount * (x - gaussian(x))",
       {sigma("sigma", "pixels"), number("amount", "how much", 1.0, 0, 100), truncate(), boundary(),
        outside()}},
      {"erode", "the least value in a square", {size(3), boundary(), outside()}},
      {"dilate", "the greatest value in a square", {size(3), boundary(), outside()}},
      {"open",
       "erode, then dilate: bright things smaller than the square go",
       {size(3), boundary(), outside()}},
      {"close",
       "dilate, then erode: dark things smaller than the square go",
       {size(3), boundary(), outside()}},
      {"tophat",
       "x - open(x): bright things smaller than the square stay",
       {size(3), boundary(), outside()}},
      {"rolling_ball",
       "what a ball that rolls below the surface of x touches, the background, or x less that",
       {number("radius", "of the ball, in pixels and in values", 50.0, 1, 256),
        {"result", ValueKind::word, std::string("background"), 0, 0, "background difference",
         "the background, or x less the background", false},
        boundary(),
        outside()}},
      {"median", "the middle one of the samples in a square", {window(), boundary(), outside()}},
      {"rank",
       "the sample of a square that is quantile q of them",
       {window(), number("q", "0: the least, 1: the greatest", {}, 0, 1), boundary(), outside()}},
      {"threshold", "1 where x > value, else 0, as a mask", {number("value", "the threshold")}},
      {"otsu",
       "threshold at the value that parts all pixels best into two groups",
       {optional(number("value", "the threshold; none: it is measured"))}},
      {"tissue",
       "a mask of what is not glass: smoothed, and parted as otsu does; of colours how far the "
       "channels lie apart, of one channel the values",
       {number("sigma", "of the Gaussian, in pixels", 2.0, 0, 64),
        optional(number("value", "the threshold; none: it is measured"))}},
      {"adaptive",
       "threshold at the mean around, less offset",
       {size(3),
        number("offset", "what the mean is lowered by", 0.0),
        {"mean", ValueKind::word, std::string("gaussian"), 0, 0, "gaussian box",
         "how samples are weighed: by a Gaussian of sigma (size - 1) / 6, or alike", false},
        boundary(),
        outside()}},
      {"hysteresis",
       "1 where x > low in a component that has x > high somewhere, else 0, as a mask",
       {number("low", "what a component's pixels are above"),
        number("high", "what one of them is above"), connectivity()}},
      {"label",
       "connected components of what is not 0, numbered from 1 over the whole image",
       {connectivity()}},
      {"distance",
       "how far the nearest 0 is, from centre to centre, in pixels",
       {number("max", "what is farther counts as this far", 64.0, 1, kMostReach)}},
      {"watershed",
       "which marker's water comes first, rising from low values to high ones, within each "
       "component "
       "of a mask; 0 elsewhere",
       {image("markers", "labels: whole numbers, of which 0 is none"),
        optional(image("mask", "where water may be; none: everywhere")),
        connectivity(),
        {"max",
         ValueKind::count,
         2048.0,
         512,
         16384,
         {},
         "most width and height of a component of the mask, in pixels",
         false}}},
      {"resize",
       "another size: scale, or width and height; of one of them the other follows",
       {optional({"width", ValueKind::count, {}, 1, kMostEdge, {}, "pixels", false}),
        optional({"height", ValueKind::count, {}, 1, kMostEdge, {}, "pixels", false}),
        {"method", ValueKind::word, std::string("linear"), 0, 0,
         "nearest linear cubic lanczos area", "how samples are weighed", false},
        optional(number("scale", "a factor of both", {}, 1e-6, 1e6)),
        {"antialias", ValueKind::word, std::string("on"), 0, 0, "on off",
         "whether linear, cubic and lanczos widen as the image shrinks", false}}},
  };
}

}  // namespace pantile::filter
