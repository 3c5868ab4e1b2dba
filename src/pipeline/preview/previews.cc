#include "pipeline/preview/previews.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "pipeline/folder/outputs.h"
#include "pipeline/preview/preview_size.h"

namespace pantile {
namespace {

constexpr std::int64_t kMostPreviewSide = (std::int64_t{1} << 31) - 1;  // PNG, 11.2.2

}  // namespace

Status check_previews(const std::vector<PreviewSize>& previews) {
  std::vector<std::string> names;
  for (const PreviewSize& p : previews) {
    if (p.width < 1 || p.height < 0 || p.width > kMostPreviewSide || p.height > kMostPreviewSide) {
      return Error(Code::invalid, fmt::format("preview of {}x{} pixels: expected at least 1x1",
                                              p.width, p.height));
    }
    const std::string name = preview_name(p);
    if (name.find('/') != std::string::npos || name.front() == '.') {
      return Error(Code::invalid, "preview '" + name + "': its name must be a plain file name");
    }
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      return Error(Code::invalid, "two previews are called '" + name +
                                      "': give them names, as in "
                                      "--previews small:512,large:512x512");
    }
    names.push_back(name);
  }
  return {};
}

FittedSize fit_preview(std::int64_t width, std::int64_t height, const PreviewSize& size) {
  FittedSize fitted;
  const double by_width = static_cast<double>(size.width) / static_cast<double>(width);
  const double by_height =
      size.height > 0 ? static_cast<double>(size.height) / static_cast<double>(height) : by_width;
  const double factor = std::min({by_width, by_height, 1.0});
  fitted.limited = std::min(by_width, by_height) > 1;
  const auto side = [factor](std::int64_t n) {
    return std::clamp<std::int64_t>(std::llround(static_cast<double>(n) * factor), 1, n);
  };
  fitted.width = side(width);
  fitted.height = side(height);
  return fitted;
}

std::string preview_form(const FittedSize& size) {
  return fmt::format("{}x{}", size.width, size.height);
}

std::optional<FittedSize> parse_preview_form(std::string_view form) {
  FittedSize size;
  const char* const end = form.data() + form.size();
  const auto first = std::from_chars(form.data(), end, size.width);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != 'x') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, size.height);
  if (second.ec != std::errc() || second.ptr != end) return std::nullopt;
  const auto is_side = [](std::int64_t n) { return n >= 1 && n < (std::int64_t{1} << 31); };
  return is_side(size.width) && is_side(size.height) ? std::optional(size) : std::nullopt;
}

bool is_preview_name(std::string_view name) {
  return name.starts_with(std::string(kPreviewFolder) + "/") && name.ends_with(".png");
}

std::vector<PlannedPreview> plan_previews(std::int64_t width, std::int64_t height,
                                          const std::vector<PreviewSize>& wanted) {
  std::vector<PlannedPreview> planned;
  for (const PreviewSize& w : wanted) {
    const FittedSize size = fit_preview(width, height, w);
    const bool own_name = !w.name.empty();
    const auto same = [&](const PlannedPreview& p) {
      return p.size.width == size.width && p.size.height == size.height;
    };
    if (size.limited && !own_name && std::any_of(planned.begin(), planned.end(), same)) continue;
    const bool renamed = size.limited && !own_name;
    planned.push_back({renamed ? preview_name({"", size.width, 0}) : preview_name(w), size});
  }
  return planned;
}

}  // namespace pantile
