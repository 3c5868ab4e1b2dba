#include "ops/label/block_labels.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace pantile::label {
namespace {

/// A half has no C++ type here; its sign is no value.
struct Half {
  std::uint16_t bits;
};
template <class Sample> bool is_foreground(Sample sample) { return sample != Sample{0}; }
bool is_foreground(Half sample) { return (sample.bits & 0x7fff) != 0; }

constexpr std::uint64_t kHighBits = 0x8080808080808080;

/// A bit 7 for every byte that is not 0. (The first byte is the lowest: little-endian, as all
/// machines that this is built for.)
std::uint64_t nonzero_bytes(std::uint64_t word) {
  return (((word & ~kHighBits) + ~kHighBits) | word) & kHighBits;
}

}  // namespace

std::uint32_t BlockLabeller::root(std::uint32_t run) {
  std::vector<Run>& runs = labels_.runs_;
  while (runs[run].label != run) {
    runs[run].label = runs[runs[run].label].label;
    run = runs[run].label;
  }
  return run;
}

void BlockLabeller::join(std::uint32_t a, std::uint32_t b) {
  a = root(a);
  b = root(b);
  if (a < b) {
    labels_.runs_[b].label = a;
  } else {
    labels_.runs_[a].label = b;
  }
}

template <class Sample> void BlockLabeller::find_runs(const View& samples, std::int64_t y) {
  const std::byte* const row = samples.at(y, 0);
  const std::ptrdiff_t stride = samples.layout().col_stride;
  const auto width = static_cast<std::int32_t>(labels_.width_);
  std::vector<Run>& runs = labels_.runs_;
  const auto foreground = [&](std::int32_t x) {
    Sample sample;
    std::memcpy(&sample, row + x * stride, sizeof sample);
    return is_foreground(sample);
  };
  // The first x from `x` on where foreground(x) is `wanted`.
  const auto next = [&](std::int32_t x, bool wanted) {
    if (sizeof(Sample) == 1 && stride == 1) {
      const std::uint64_t other = wanted ? 0 : kHighBits;
      for (; x + 8 <= width; x += 8) {
        std::uint64_t word;
        std::memcpy(&word, row + x, sizeof word);
        const std::uint64_t found = nonzero_bytes(word) ^ other;
        if (found != 0) return x + std::countr_zero(found) / 8;
      }
    }
    while (x < width && foreground(x) != wanted) ++x;
    return x;
  };
  for (std::int32_t x = next(0, true); x < width;) {
    const std::int32_t end = next(x, false);
    runs.push_back({x, end, static_cast<std::uint32_t>(runs.size())});
    x = next(end, true);
  }
}

/// Joins the runs of a row with those of the row above that they touch.
void BlockLabeller::join_rows(std::uint32_t above, std::uint32_t here, std::uint32_t end) {
  const std::int32_t aside = connectivity_ == Connectivity::eight ? 1 : 0;
  const std::vector<Run>& runs = labels_.runs_;
  std::uint32_t a = above, b = here;
  while (a < here && b < end) {
    const Run &upper = runs[a], &lower = runs[b];
    if (upper.begin < lower.end + aside && lower.begin < upper.end + aside) {
      join(a, b);
    }
    // (Read again: join() writes labels only.)
    if (upper.end < lower.end) {
      ++a;
    } else {
      ++b;
    }
  }
}

const BlockLabels& BlockLabeller::find(const View& samples) {
  std::vector<Run>& runs = labels_.runs_;
  std::vector<std::uint32_t>& rows = labels_.rows_;
  labels_.width_ = samples.width();
  labels_.height_ = samples.height();
  runs.clear();
  rows.clear();
  for (std::int64_t y = 0; y < labels_.height_; ++y) {
    rows.push_back(static_cast<std::uint32_t>(runs.size()));
    switch (samples.dtype()) {
      case DType::u8:
      case DType::i8: find_runs<std::uint8_t>(samples, y); break;
      case DType::u16:
      case DType::i16: find_runs<std::uint16_t>(samples, y); break;
      case DType::u32:
      case DType::i32: find_runs<std::uint32_t>(samples, y); break;
      case DType::u64:
      case DType::i64: find_runs<std::uint64_t>(samples, y); break;
      case DType::f16: find_runs<Half>(samples, y); break;
      case DType::f32: find_runs<float>(samples, y); break;
      case DType::f64: find_runs<double>(samples, y); break;
    }
    const auto end = static_cast<std::uint32_t>(runs.size());
    if (y > 0) join_rows(rows[static_cast<std::size_t>(y) - 1], rows.back(), end);
  }
  rows.push_back(static_cast<std::uint32_t>(runs.size()));
  // A component's root is its first run: numbers follow the first samples.
  labels_.count_ = 0;
  for (std::uint32_t i = 0; i < runs.size(); ++i) {
    const std::uint32_t first = runs[i].label;
    // What lies before i has its component's number already.
    runs[i].label = first == i ? ++labels_.count_ : runs[first].label;
  }
  return labels_;
}

BlockLabels::BlockLabels(const View& labels) : width_(labels.width()), height_(labels.height()) {
  std::vector<std::uint32_t> found;
  for (std::int64_t y = 0; y < height_; ++y) {
    rows_.push_back(static_cast<std::uint32_t>(runs_.size()));
    std::uint32_t before = 0;
    for (std::int64_t x = 0; x < width_; ++x) {
      std::uint32_t label = 0;
      std::memcpy(&label, labels.at(y, x), sizeof label);
      const auto at = static_cast<std::int32_t>(x);
      if (label != 0 && label == before) {
        runs_.back().end = at + 1;
      } else if (label != 0) {
        runs_.push_back({at, at + 1, label});
        found.push_back(label);
      }
      before = label;
    }
  }
  rows_.push_back(static_cast<std::uint32_t>(runs_.size()));
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  for (Run& run : runs_) {
    const auto at = std::ranges::lower_bound(found, run.label);
    run.label = static_cast<std::uint32_t>(at - found.begin()) + 1;
  }
  count_ = static_cast<std::uint32_t>(found.size());
}

BorderLabels BlockLabels::borders() const {
  BorderLabels borders;
  borders.count = count_;
  const auto line = [&](std::size_t row) {
    std::vector<std::uint32_t> labels(static_cast<std::size_t>(width_), 0);
    for (std::size_t i = rows_[row]; i < rows_[row + 1]; ++i) {
      std::fill(labels.begin() + runs_[i].begin, labels.begin() + runs_[i].end, runs_[i].label);
    }
    return labels;
  };
  const auto height = static_cast<std::size_t>(height_);
  borders.top = line(0);
  borders.bottom = line(height - 1);
  borders.left.assign(height, 0);
  borders.right.assign(height, 0);
  for (std::size_t y = 0; y < height; ++y) {
    if (rows_[y] == rows_[y + 1]) continue;
    const Run &first = runs_[rows_[y]], &last = runs_[rows_[y + 1] - 1];
    if (first.begin == 0) borders.left[y] = first.label;
    if (last.end == width_) borders.right[y] = last.label;
  }
  return borders;
}

std::vector<bool> BlockLabels::seeded(const View& samples) const {
  std::vector<bool> found(std::size_t{count_} + 1, false);
  const std::ptrdiff_t stride = samples.layout().col_stride;
  for (std::size_t y = 0; y + 1 < rows_.size(); ++y) {
    const std::byte* const row = samples.at(static_cast<std::int64_t>(y), 0);
    for (std::size_t i = rows_[y]; i < rows_[y + 1]; ++i) {
      const Run& run = runs_[i];
      for (std::int32_t x = run.begin; x < run.end && !found[run.label]; ++x) {
        found[run.label] = std::to_integer<int>(row[x * stride]) >= 2;
      }
    }
  }
  return found;
}

void BlockLabels::write(const Rect& rect, const std::vector<std::uint32_t>& table,
                        const MutableView& out) const {
  if (out.dtype() == DType::u8) return write_as<std::uint8_t>(rect, table, out);
  write_as<std::uint32_t>(rect, table, out);
}

template <class Number>
void BlockLabels::write_as(const Rect& rect, const std::vector<std::uint32_t>& table,
                           const MutableView& out) const {
  const std::ptrdiff_t stride = out.layout().col_stride;
  const auto fill = [&](std::byte* to, std::int64_t count, std::uint32_t number) {
    const auto label = static_cast<Number>(number);
    if (stride == sizeof label) {
      std::fill_n(reinterpret_cast<Number*>(to), count, label);
      return;
    }
    for (std::int64_t i = 0; i < count; ++i) std::memcpy(to + i * stride, &label, sizeof label);
  };
  for (std::int64_t y = rect.y0; y < rect.y1; ++y) {
    std::byte* const row = out.at(y - rect.y0, 0) - rect.x0 * stride;
    std::int64_t x = rect.x0;
    const auto at = static_cast<std::size_t>(y);
    for (std::size_t i = rows_[at]; i < rows_[at + 1] && x < rect.x1; ++i) {
      const std::int64_t begin = std::clamp<std::int64_t>(runs_[i].begin, x, rect.x1);
      const std::int64_t end = std::clamp<std::int64_t>(runs_[i].end, begin, rect.x1);
      fill(row + x * stride, begin - x, table[0]);
      fill(row + begin * stride, end - begin, table[runs_[i].label]);
      x = end;
    }
    fill(row + x * stride, rect.x1 - x, table[0]);
  }
}

std::int64_t BlockLabeller::most_bytes(std::int64_t width, std::int64_t height) {
  // Every other sample a run, and a vector that has just grown.
  return 2 * ((width + 1) / 2 * height * static_cast<std::int64_t>(sizeof(Run)) +
              height * static_cast<std::int64_t>(sizeof(std::uint32_t)));
}

}  // namespace pantile::label
