#include "ops/filter/flood.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

namespace pantile::filter {
namespace {

/// Pixels between two looks at whether to stop.
constexpr std::uint32_t kLook = 1u << 16;

/// Unsigned numbers in the order of the values.
template <class T> auto key_of(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr Bits kSign = Bits{1} << (8 * sizeof(T) - 1);
    if (value != value) return std::numeric_limits<Bits>::max();
    const auto bits = std::bit_cast<Bits>(value + T(0));  // (−0 + 0 is 0.)
    return (bits & kSign) != 0 ? static_cast<Bits>(~bits) : static_cast<Bits>(bits | kSign);
  } else {
    return static_cast<std::uint32_t>(value);
  }
}

}  // namespace

/// A pixel that water has come to, and how high.
struct Flood::Drop {
  std::uint32_t level, at;
};

/// For values of any kind.
class Flood::Heap {
 public:
  explicit Heap(std::size_t) {}
  bool empty() const { return drops_.empty(); }
  void push(std::uint32_t key, std::uint32_t at) {
    drops_.push_back({std::uint64_t{key} << 32 | age_++, at});
    std::push_heap(drops_.begin(), drops_.end(), Later{});
  }
  Drop pop() {
    std::pop_heap(drops_.begin(), drops_.end(), Later{});
    const Entry entry = drops_.back();
    drops_.pop_back();
    return {static_cast<std::uint32_t>(entry.order >> 32), entry.at};
  }

 private:
  struct Entry {
    std::uint64_t order;  ///< The key, then the age.
    std::uint32_t at;
  };
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const { return a.order > b.order; }
  };
  std::vector<Entry> drops_;
  std::uint32_t age_ = 0;  // (Each pixel comes once.)
};

/// For keys of 16 bits: a list for each, first come, first served.
class Flood::Buckets {
 public:
  explicit Buckets(std::size_t pixels) : next_(pixels), ends_(kKeys) {}
  bool empty() const { return pages_ == 0; }
  void push(std::uint32_t key, std::uint32_t at) {
    next_[at] = kEnd;
    Ends& ends = ends_[key];
    const std::uint32_t word = key / 64;
    if ((words_[word] >> (key % 64) & 1) != 0) {
      next_[ends.last] = at;
    } else {
      ends.first = at;
      words_[word] |= std::uint64_t{1} << (key % 64);
      groups_[word / 64] |= std::uint64_t{1} << (word % 64);
      pages_ |= std::uint64_t{1} << (word / 64);
    }
    ends.last = at;
  }
  Drop pop() {
    const auto page = static_cast<std::uint32_t>(std::countr_zero(pages_));
    const auto word = page * 64 + static_cast<std::uint32_t>(std::countr_zero(groups_[page]));
    const auto key = word * 64 + static_cast<std::uint32_t>(std::countr_zero(words_[word]));
    Ends& ends = ends_[key];
    const std::uint32_t at = ends.first;
    ends.first = next_[at];
    if (ends.first == kEnd) {
      words_[word] &= words_[word] - 1;
      if (words_[word] == 0) groups_[page] &= groups_[page] - 1;
      if (groups_[page] == 0) pages_ &= pages_ - 1;
    }
    return {key, at};
  }

 private:
  static constexpr std::size_t kKeys = 65536;
  static constexpr std::uint32_t kEnd = 0;  // (Pixel 0 is of the frame.)
  struct Ends {
    std::uint32_t first = 0, last = 0;
  };
  std::vector<std::uint32_t> next_;  ///< By pixel.
  std::vector<Ends> ends_;           ///< By key.
  std::array<std::uint64_t, kKeys / 64> words_{};
  std::array<std::uint64_t, kKeys / 4096> groups_{};
  std::uint64_t pages_ = 0;
};

void Flood::begin(std::int64_t width, std::int64_t height, RowType values) {
  width_ = width;
  height_ = height;
  stride_ = width + 2;
  values_ = values;
  const auto pixels = static_cast<std::size_t>(stride_ * (height + 2));
  labels_.assign(pixels, kWall);
  keys_.resize(pixels);
  if (values == RowType::f64) wide_keys_.resize(pixels);
}

std::int64_t Flood::most_bytes(std::int64_t width, std::int64_t height, RowType values) {
  const std::int64_t pixels = (width + 2) * (height + 2);
  switch (values) {
    case RowType::u8:
    case RowType::u16: return pixels * (8 + 8 + 4) + (std::int64_t{1} << 20);
    // A heap that grows has its old half beside it.
    case RowType::f32: return pixels * (8 + 8 + 24);
    case RowType::f64: break;
  }
  return pixels * (8 + 8 + 8 + 8 + 24);
}

template <class T> void Flood::set_keys(std::size_t at, const std::byte* values, std::size_t n) {
  const T* const from = reinterpret_cast<const T*>(values);
  for (std::size_t i = 0; i < n; ++i) {
    if constexpr (sizeof(T) == 8) {
      wide_keys_[at + i] = key_of(from[i]);
    } else {
      keys_[at + i] = key_of(from[i]);
    }
  }
}

void Flood::set_values(std::int64_t y, std::int64_t x, const std::byte* values, std::size_t n) {
  const std::size_t at = index(x, y);
  switch (values_) {
    case RowType::u8: return set_keys<std::uint8_t>(at, values, n);
    case RowType::u16: return set_keys<std::uint16_t>(at, values, n);
    case RowType::f32: return set_keys<float>(at, values, n);
    case RowType::f64: return set_keys<double>(at, values, n);
  }
}

/// Keys of 64 bits become their places among those of the pixels that can be flooded.
void Flood::rank() {
  std::vector<std::uint64_t> sorted;
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    if (labels_[i] != kWall) sorted.push_back(wide_keys_[i]);
  }
  std::ranges::sort(sorted);
  const auto rest = std::ranges::unique(sorted);
  sorted.erase(rest.begin(), rest.end());
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    if (labels_[i] == kWall) continue;
    keys_[i] = static_cast<std::uint32_t>(std::ranges::lower_bound(sorted, wide_keys_[i]) -
                                          sorted.begin());
  }
}

/// Component by component: their order does not matter, but a short queue is a fast one.
template <class Queue> bool Flood::run_with(Queue& queue, const ReadContext& ctx) {
  const std::array<std::ptrdiff_t, 8> steps{-stride_,     -1,           1,           stride_,
                                            -stride_ - 1, -stride_ + 1, stride_ - 1, stride_ + 1};
  const std::size_t count = connectivity_ == label::Connectivity::four ? 4 : 8;
  std::uint32_t* const labels = labels_.data();
  // What has no dry neighbour has nothing to give any more.
  const auto push = [&](std::size_t at, std::uint32_t level) {
    for (std::size_t k = 0; k < count; ++k) {
      if (labels[static_cast<std::ptrdiff_t>(at) + steps[k]] != kDry) continue;
      queue.push(std::max(keys_[at], level), static_cast<std::uint32_t>(at));
      return;
    }
  };
  std::uint32_t popped = 0;
  const auto flood = [&] {
    while (!queue.empty()) {
      if (++popped % kLook == 0 && ctx.cancelled()) return false;
      const auto [level, at] = queue.pop();
      // All of them first: each has the neighbours that it has when the next one comes.
      std::array<std::size_t, 8> reached;
      std::size_t n = 0;
      for (std::size_t k = 0; k < count; ++k) {
        const auto to = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(at) + steps[k]);
        if (labels[to] != kDry) continue;
        labels[to] = labels[at];
        reached[n++] = to;
      }
      for (std::size_t k = 0; k < n; ++k) push(reached[k], level);
    }
    return true;
  };
  for (std::size_t i = 0; i < springs_.size();) {
    const std::uint32_t component = springs_[i].component;
    for (; i < springs_.size() && springs_[i].component == component; ++i) push(springs_[i].at, 0);
    if (!flood()) return false;
  }
  return true;
}

/// Markers by component, and of each by rows and columns.
void Flood::find_springs(const std::uint32_t* components) {
  springs_.clear();
  for (std::int64_t y = 0; y < height_; ++y) {
    const std::size_t begin = index(0, y);
    for (std::int64_t x = 0; x < width_; ++x) {
      const std::size_t at = begin + static_cast<std::size_t>(x);
      if (labels_[at] == kDry || labels_[at] == kWall) continue;
      const std::uint32_t component = components == nullptr ? 1 : components[y * width_ + x];
      springs_.push_back({component, static_cast<std::uint32_t>(at)});
    }
  }
  if (components == nullptr) return;
  std::ranges::sort(springs_, {},
                    [](const Spring& s) { return std::uint64_t{s.component} << 32 | s.at; });
}

bool Flood::run(const std::uint32_t* components, const ReadContext& ctx) {
  find_springs(components);
  if (values_ == RowType::u8 || values_ == RowType::u16) {
    Buckets queue(labels_.size());
    return run_with(queue, ctx);
  }
  if (values_ == RowType::f64) rank();
  Heap queue(labels_.size());
  return run_with(queue, ctx);
}

}  // namespace pantile::filter
