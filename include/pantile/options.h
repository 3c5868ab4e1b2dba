#pragma once
/// \file
/// Choices that users make and that several floors must understand.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

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

/// How TIFF tiles are compressed.
enum class TiffCompression : std::uint8_t { none, lzw, jpeg, deflate, zstd };

/// How a TIFF links its levels.
enum class TiffDialect : std::uint8_t {
  ome,    ///< Main directory with OME-XML; reduced levels in its SubIFDs.
  pages,  ///< Successive directories, as OpenSlide's generic TIFF and libvips read them.
};

/// A value of one of the choices above, and the word for it in flags, TOML files and job.json.
template <class E> struct Word {
  E value;
  std::string_view word;
};

/// All values of a choice, in the order in which a user is offered them.
template <class E> std::span<const Word<E>> words_of();
template <> std::span<const Word<Precision>> words_of();
template <> std::span<const Word<Sampling>> words_of();
template <> std::span<const Word<StoreKind>> words_of();
template <> std::span<const Word<TiffCompression>> words_of();
template <> std::span<const Word<TiffDialect>> words_of();

/// The word for `value`.
template <class E> std::string_view word_for(E value) {
  for (const Word<E>& w : words_of<E>()) {
    if (w.value == value) return w.word;
  }
  return {};
}

/// "#rrggbb".
std::string hex_color(const Rgb8& color);
/// The inverse; nothing when `text` is not "#rrggbb".
std::optional<Rgb8> parse_hex_color(std::string_view text);

}  // namespace pantile
