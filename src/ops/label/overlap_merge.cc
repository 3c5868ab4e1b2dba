#include "ops/label/overlap_merge.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace pantile::label {
namespace {

std::uint32_t root(std::vector<std::uint32_t>& parents, std::uint32_t i) {
  while (parents[i] != i) {
    parents[i] = parents[parents[i]];
    i = parents[i];
  }
  return i;
}

}  // namespace

void OverlapMerge::set(std::int64_t window, std::vector<bool> is_kept, std::vector<Join> joins) {
  Window& w = windows_[static_cast<std::size_t>(window)];
  w.count = static_cast<std::uint32_t>(is_kept.size());
  w.is_kept = std::move(is_kept);
  w.joins = std::move(joins);
}

Status OverlapMerge::finish() {
  std::uint64_t total = 0;
  for (Window& w : windows_) {
    w.first = total;
    total += w.count;
  }
  if (total >= std::numeric_limits<std::uint32_t>::max()) {
    return Error(Code::invalid,
                 "the windows have more than 4294967294 labels, which 32 bits "
                 "cannot number");
  }
  std::vector<std::uint32_t> parents(total);
  for (std::uint32_t i = 0; i < total; ++i) parents[i] = i;
  for (Window& w : windows_) {
    for (const Join& join : w.joins) {
      const Window& other = windows_[static_cast<std::size_t>(join.other)];
      const auto a = root(parents, static_cast<std::uint32_t>(w.first + join.label - 1));
      const auto b = root(parents, static_cast<std::uint32_t>(other.first + join.other_label - 1));
      parents[std::max(a, b)] = std::min(a, b);
    }
    w.joins = {};
  }
  numbers_.assign(total, 0);  // first by root
  for (Window& w : windows_) {
    for (std::uint32_t k = 0; k < w.count; ++k) {
      if (!w.is_kept[k]) continue;
      std::uint32_t& number = numbers_[root(parents, static_cast<std::uint32_t>(w.first + k))];
      if (number == 0) number = ++count_;
    }
    w.is_kept = {};
  }
  // A root comes before what it stands for.
  for (std::uint32_t i = 0; i < total; ++i) numbers_[i] = numbers_[root(parents, i)];
  return {};
}

std::vector<std::uint32_t> OverlapMerge::table(std::int64_t window) const {
  const Window& w = windows_[static_cast<std::size_t>(window)];
  std::vector<std::uint32_t> table(std::size_t{w.count} + 1, 0);
  for (std::uint32_t k = 0; k < w.count; ++k) table[k + 1] = numbers_[w.first + k];
  return table;
}

}  // namespace pantile::label
