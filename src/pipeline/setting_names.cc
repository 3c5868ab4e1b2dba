#include "pipeline/setting_names.h"

#include <fmt/format.h>

#include <charconv>

namespace pantile {

std::string name_of(Precision value) { return value == Precision::f64 ? "f64" : "f32"; }

std::string name_of(Sampling value) { return value == Sampling::center ? "center" : "corner"; }

std::string name_of(StoreKind value) {
  switch (value) {
    case StoreKind::rgb8: return "rgb8";
    case StoreKind::value_u16: return "value-u16";
    case StoreKind::value_f32: return "value-f32";
  }
  return {};
}

std::string name_of(TiffCompression value) {
  switch (value) {
    case TiffCompression::none: return "none";
    case TiffCompression::lzw: return "lzw";
    case TiffCompression::jpeg: return "jpeg";
    case TiffCompression::deflate: return "deflate";
    case TiffCompression::zstd: return "zstd";
  }
  return {};
}

std::string name_of(TiffDialect value) { return value == TiffDialect::ome ? "ome" : "pages"; }

std::string hex_color(const Rgb8& c) { return fmt::format("#{:02x}{:02x}{:02x}", c.r, c.g, c.b); }

std::optional<Rgb8> parse_hex_color(const std::string& text) {
  if (text.size() != 7 || text[0] != '#') return std::nullopt;
  unsigned value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 1, end, value, 16);
  if (error != std::errc() || stop != end) return std::nullopt;
  return Rgb8{static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 8),
              static_cast<std::uint8_t>(value)};
}

std::string preview_name(const PreviewSize& size) {
  if (!size.name.empty()) return size.name;
  return size.height == 0 ? fmt::format("preview-{}", size.width)
                          : fmt::format("preview-{}x{}", size.width, size.height);
}

std::string to_text(const PreviewSize& size) {
  const std::string pixels =
      size.height == 0 ? std::to_string(size.width) : fmt::format("{}x{}", size.width, size.height);
  return size.name.empty() ? pixels : size.name + ":" + pixels;
}

}  // namespace pantile
