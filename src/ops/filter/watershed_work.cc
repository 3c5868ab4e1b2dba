#include "ops/filter/watershed_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "ops/filter/samples.h"

namespace pantile::filter {
namespace {

constexpr double kMostMarker = 4294967294;

/// The first sample of a row that is a dry pixel's and no marker; −1: there is none.
template <class T>
std::int64_t take_markers(const std::byte* samples, std::int64_t n, std::uint32_t* pixels,
                          bool& any) {
  const T* const from = reinterpret_cast<const T*>(samples);
  for (std::int64_t x = 0; x < n; ++x) {
    if (pixels[x] != Flood::kDry || from[x] == T(0)) continue;
    if constexpr (std::is_floating_point_v<T>) {
      const auto value = static_cast<double>(from[x]);
      if (!(value > 0) || value > kMostMarker || value != std::floor(value)) return x;
    }
    pixels[x] = static_cast<std::uint32_t>(from[x]);
    any = true;
  }
  return -1;
}

}  // namespace

void edge_numbers(const std::uint32_t* labels, std::int64_t width, std::int64_t height,
                  std::vector<std::uint32_t>& numbers) {
  numbers.clear();
  const auto add = [&](std::uint32_t number) {
    if (number != 0 && (numbers.empty() || numbers.back() != number)) numbers.push_back(number);
  };
  for (const std::int64_t y : {std::int64_t{0}, height - 1}) {
    for (std::int64_t x = 0; x < width; ++x) add(labels[y * width + x]);
  }
  for (const std::int64_t x : {std::int64_t{0}, width - 1}) {
    for (std::int64_t y = 0; y < height; ++y) add(labels[y * width + x]);
  }
  std::ranges::sort(numbers);
  const auto rest = std::ranges::unique(numbers);
  numbers.erase(rest.begin(), rest.end());
}

void EdgeExtents::find(const std::uint32_t* labels, const Rect& rect) {
  edge_numbers(labels, rect.width(), rect.height(), numbers_);
  found_.clear();
  for (const std::uint32_t number : numbers_) found_.emplace_back(number, Rect{});
  if (found_.empty()) return;
  for (std::int64_t y = 0; y < rect.height(); ++y) {
    const std::uint32_t* const row = labels + y * rect.width();
    for (std::int64_t x = 0; x < rect.width();) {
      const std::uint32_t number = row[x];
      std::int64_t end = x + 1;
      while (end < rect.width() && row[end] == number) ++end;
      const auto at = std::ranges::lower_bound(numbers_, number);
      if (number != 0 && at != numbers_.end() && *at == number) {
        ComponentExtent& extent = found_[static_cast<std::size_t>(at - numbers_.begin())];
        const Rect run{rect.x0 + x, rect.y0 + y, rect.x0 + end, rect.y0 + y + 1};
        extent.add(run);
      }
      x = end;
    }
  }
}

WatershedWork::WatershedWork(const WatershedInputs& inputs, const label::LabelSource* components,
                             label::Connectivity connectivity)
    : inputs_(inputs), components_(components), flood_(connectivity) {}

Status WatershedWork::read_numbers(const Rect& rect, ReadContext& ctx) {
  numbers_.resize(static_cast<std::size_t>(rect.area()));
  if (components_ == nullptr) {
    std::ranges::fill(numbers_, 1u);
    return {};
  }
  const int channel = components_->spec().channels == 1 ? 0 : channel_;
  const MutableView view(reinterpret_cast<std::byte*>(numbers_.data()),
                         Layout::interleaved(DType::u32, rect.height(), rect.width(), 1));
  return components_->read({0, 0, 0, channel, channel + 1, rect}, view, ctx);
}

/// Good until the next.
Result<View> WatershedWork::read(const TileSource& source, const Rect& rect, ReadContext& ctx) {
  const int channel = source.spec().channels == 1 ? 0 : channel_;
  const Region region{0, 0, 0, channel, channel + 1, rect};
  if (const View there = source.borrow(region); there.data() != nullptr) return there;
  const Layout layout = Layout::interleaved(source.spec().dtype, rect.height(), rect.width(), 1);
  read_.resize(layout.packed_bytes());
  const MutableView view(read_.data(), layout);
  PANTILE_TRY(source.read(region, view, ctx));
  return View(view);
}

Status WatershedWork::edge_numbers(const Rect& block, std::vector<std::uint32_t>& numbers,
                                   ReadContext& ctx) {
  PANTILE_TRY(read_numbers(block, ctx));
  filter::edge_numbers(numbers_.data(), block.width(), block.height(), numbers);
  return {};
}

void WatershedWork::begin(const Rect& window) {
  window_ = window;
  has_markers_ = false;
  flood_.begin(window.width(), window.height(), row_type(inputs_.values->spec().dtype));
}

Result<bool> WatershedWork::load_markers(const Rect& part, ReadContext& ctx) {
  PANTILE_ASSIGN(const View samples, read(*inputs_.markers, part, ctx));
  row_.resize(static_cast<std::size_t>(part.width()) * sizeof(double));
  const RowType type = row_type(samples.dtype());
  bool any = false;
  for (std::int64_t y = 0; y < part.height(); ++y) {
    load_samples(samples, y, 0, static_cast<std::size_t>(part.width()), row_.data());
    std::uint32_t* const pixels = row(part.y0 + y, part.x0);
    std::int64_t wrong = -1;
    switch (type) {
      case RowType::u8:
        wrong = take_markers<std::uint8_t>(row_.data(), part.width(), pixels, any);
        break;
      case RowType::u16:
        wrong = take_markers<std::uint16_t>(row_.data(), part.width(), pixels, any);
        break;
      case RowType::f32: wrong = take_markers<float>(row_.data(), part.width(), pixels, any); break;
      case RowType::f64:
        wrong = take_markers<double>(row_.data(), part.width(), pixels, any);
        break;
    }
    if (wrong >= 0) {
      return Error(Code::invalid,
                   fmt::format("watershed: the marker at x {}, y {} is no label: expected whole "
                               "numbers, 0 to 4294967294",
                               part.x0 + wrong, part.y0 + y));
    }
  }
  return any;
}

Status WatershedWork::load_rest(const Rect& part, ReadContext& ctx) {
  PANTILE_ASSIGN(const bool any, load_markers(part, ctx));
  has_markers_ = has_markers_ || any;
  // (Water may come from a part that was loaded before, or will be.)
  if (!any && part == window_) return {};
  PANTILE_ASSIGN(const View samples, read(*inputs_.values, part, ctx));
  const auto width = static_cast<std::size_t>(part.width());
  row_.resize(width * sizeof(double));
  for (std::int64_t y = 0; y < part.height(); ++y) {
    load_samples(samples, y, 0, width, row_.data());
    flood_.set_values(part.y0 + y - window_.y0, part.x0 - window_.x0, row_.data(), width);
  }
  return {};
}

Status WatershedWork::flood(const ReadContext& ctx) {
  // (What was loaded in parts is one component.)
  const bool is_whole = static_cast<std::int64_t>(numbers_.size()) == window_.area();
  if (!has_markers_ || flood_.run(is_whole ? numbers_.data() : nullptr, ctx)) return {};
  return Error(Code::cancelled, "stopped on request");
}

void WatershedWork::write(const Rect& rect, const MutableView& out) {
  const std::ptrdiff_t stride = out.layout().col_stride;
  for (std::int64_t y = 0; y < rect.height(); ++y) {
    const std::uint32_t* const pixels = row(rect.y0 + y, rect.x0);
    std::byte* const to = out.at(y, 0);
    for (std::int64_t x = 0; x < rect.width(); ++x) {
      const std::uint32_t label = pixels[x] == Flood::kWall ? 0 : pixels[x];
      std::memcpy(to + x * stride, &label, sizeof label);
    }
  }
}

void WatershedWork::lay_over(const View& from, const MutableView& out) {
  for (std::int64_t y = 0; y < from.height(); ++y) {
    for (std::int64_t x = 0; x < from.width(); ++x) {
      std::uint32_t label;
      std::memcpy(&label, from.at(y, x), sizeof label);
      if (label != 0) std::memcpy(out.at(y, x), &label, sizeof label);
    }
  }
}

}  // namespace pantile::filter
