#include "pipeline/preview/preview_size.h"

#include <fmt/format.h>

#include <charconv>

namespace pantile {

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

std::optional<PreviewSize> preview_from_text(std::string_view text) {
  PreviewSize size;
  std::string_view rest = text;
  if (const auto colon = rest.rfind(':'); colon != std::string_view::npos) {
    size.name = std::string(rest.substr(0, colon));
    rest.remove_prefix(colon + 1);
  }
  const auto take = [&rest](std::int64_t& value) {
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return error == std::errc();
  };
  if (!take(size.width)) return std::nullopt;
  if (!rest.empty()) {
    rest.remove_prefix(1);
    if (!take(size.height)) return std::nullopt;
  }
  if (to_text(size) != text) return std::nullopt;
  return size;
}

}  // namespace pantile
