#include "pipeline/preview_size.h"

#include <fmt/format.h>

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

}  // namespace pantile
