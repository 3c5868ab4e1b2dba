#include "pantile/options.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace pantile {
namespace {

constexpr std::array kPrecisions{Word{Precision::f64, "f64"}, Word{Precision::f32, "f32"}};
constexpr std::array kSamplings{Word{Sampling::center, "center"}, Word{Sampling::corner, "corner"}};
constexpr std::array kStoreKinds{Word{StoreKind::rgb8, "rgb8"},
                                 Word{StoreKind::value_u16, "value-u16"},
                                 Word{StoreKind::value_f32, "value-f32"}};
constexpr std::array kTiffCompressions{
    Word{TiffCompression::deflate, "deflate"}, Word{TiffCompression::zstd, "zstd"},
    Word{TiffCompression::lzw, "lzw"}, Word{TiffCompression::jpeg, "jpeg"},
    Word{TiffCompression::none, "none"}};
constexpr std::array kTiffDialects{Word{TiffDialect::ome, "ome"},
                                   Word{TiffDialect::pages, "pages"}};

}  // namespace

template <> std::span<const Word<Precision>> words_of() { return kPrecisions; }
template <> std::span<const Word<Sampling>> words_of() { return kSamplings; }
template <> std::span<const Word<StoreKind>> words_of() { return kStoreKinds; }
template <> std::span<const Word<TiffCompression>> words_of() { return kTiffCompressions; }
template <> std::span<const Word<TiffDialect>> words_of() { return kTiffDialects; }

std::string hex_color(const Rgb8& c) { return fmt::format("#{:02x}{:02x}{:02x}", c.r, c.g, c.b); }

std::optional<Rgb8> parse_hex_color(std::string_view text) {
  if (text.size() != 7 || text[0] != '#') return std::nullopt;
  unsigned value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 1, end, value, 16);
  if (error != std::errc() || stop != end) return std::nullopt;
  return Rgb8{static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 8),
              static_cast<std::uint8_t>(value)};
}

}  // namespace pantile
