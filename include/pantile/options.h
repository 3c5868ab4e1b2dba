#pragma once
/// \file
/// Choices that users make and that several floors must understand.

#include <cstdint>

namespace pantile {

/// One 8-bit colour.
struct Rgb8 {
  std::uint8_t r = 0, g = 0, b = 0;
  friend bool operator==(const Rgb8&, const Rgb8&) = default;
};

/// The number type that a formula is evaluated in.
enum class Precision : std::uint8_t { f64, f32 };

/// Where in a pixel a single sample is taken: its middle, or its upper left corner.
enum class Sampling : std::uint8_t { center, corner };

/// What a store keeps of each pixel of a formula.
enum class StoreKind : std::uint8_t {
  rgb8,       ///< Three channels of u8: the value through a colour map, or rgb(…) itself.
  value_u16,  ///< The value, [lo, hi] spread over 0 to 65535; NaN is 0.
  value_f32,  ///< The value, rounded to float.
};

/// How TIFF tiles are compressed; the numbers are those of TIFF's tag 259.
enum class TiffCompression : std::uint16_t {
  none = 1,
  lzw = 5,
  jpeg = 7,
  deflate = 8,  ///< "Adobe deflate": a zlib stream.
  zstd = 50000,
};

/// How a TIFF links its levels.
enum class TiffDialect : std::uint8_t {
  ome,    ///< Main directory with OME-XML; reduced levels in its SubIFDs.
  pages,  ///< Successive directories, as OpenSlide's generic TIFF and libvips read them.
};

}  // namespace pantile
