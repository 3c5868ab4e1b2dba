#include "ops/label/merge.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace pantile::label {

LabelMerge::LabelMerge(std::int64_t columns, std::int64_t rows, Connectivity connectivity)
    : columns_(columns),
      rows_(rows),
      connectivity_(connectivity),
      blocks_(static_cast<std::size_t>(columns * rows)) {}

void LabelMerge::set(std::int64_t column, std::int64_t row, BorderLabels borders) {
  at(column, row).borders = std::move(borders);
}

/// Where `label` of `block` is among parents_.
std::size_t LabelMerge::index(const Block& block, std::uint32_t label) const {
  const auto found = std::ranges::lower_bound(block.touching, label, {}, &Touching::label);
  return block.first + static_cast<std::size_t>(found - block.touching.begin());
}

std::size_t LabelMerge::root(std::size_t i) {
  while (parents_[i] != i) {
    parents_[i] = parents_[parents_[i]];
    i = parents_[i];
  }
  return i;
}

void LabelMerge::join(const Block& a, std::uint32_t label_a, const Block& b,
                      std::uint32_t label_b) {
  if (label_a == 0 || label_b == 0) return;
  const std::size_t i = root(index(a, label_a)), j = root(index(b, label_b));
  parents_[std::max(i, j)] = std::min(i, j);
}

void LabelMerge::find_touching() {
  std::vector<std::uint32_t> labels;
  for (Block& block : blocks_) {
    labels.clear();
    const BorderLabels& b = block.borders;
    for (const auto* line : {&b.top, &b.bottom, &b.left, &b.right}) {
      labels.insert(labels.end(), line->begin(), line->end());
    }
    std::ranges::sort(labels);
    labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
    block.first = parents_.size();
    for (const std::uint32_t label : labels) {
      if (label == 0) continue;
      block.touching.push_back({label, 0});
      parents_.push_back(parents_.size());
    }
  }
}

/// Below each row of blocks lies a line of the image; corners belong to it.
void LabelMerge::join_rows() {
  const int aside = connectivity_ == Connectivity::eight ? 1 : 0;
  for (std::int64_t row = 0; row + 1 < rows_; ++row) {
    for (std::int64_t column = 0; column < columns_; ++column) {
      const Block& above = at(column, row);
      const auto& line = above.borders.bottom;
      const auto width = static_cast<std::int64_t>(line.size());
      for (std::int64_t x = 0; x < width; ++x) {
        const std::uint32_t label = line[static_cast<std::size_t>(x)];
        if (label == 0) continue;
        for (std::int64_t k = x - aside; k <= x + aside; ++k) {
          const std::int64_t to = k < 0 ? column - 1 : k < width ? column : column + 1;
          if (to < 0 || to >= columns_) continue;
          const Block& below = at(to, row + 1);
          const auto& top = below.borders.top;
          const std::size_t i = k < 0       ? top.size() - 1
                                : k < width ? static_cast<std::size_t>(k)
                                            : 0;
          join(above, label, below, top[i]);
        }
      }
    }
  }
}

void LabelMerge::join_columns() {
  const std::int64_t aside = connectivity_ == Connectivity::eight ? 1 : 0;
  for (std::int64_t row = 0; row < rows_; ++row) {
    for (std::int64_t column = 0; column + 1 < columns_; ++column) {
      const Block &here = at(column, row), &next = at(column + 1, row);
      const auto height = static_cast<std::int64_t>(here.borders.right.size());
      for (std::int64_t y = 0; y < height; ++y) {
        const std::uint32_t label = here.borders.right[static_cast<std::size_t>(y)];
        if (label == 0) continue;
        for (std::int64_t k = std::max<std::int64_t>(0, y - aside);
             k <= std::min(height - 1, y + aside); ++k) {
          join(here, label, next, next.borders.left[static_cast<std::size_t>(k)]);
        }
      }
    }
  }
}

Status LabelMerge::finish() {
  find_touching();
  join_rows();
  join_columns();
  std::vector<std::uint32_t> numbers(parents_.size(), 0);  // by root
  std::uint64_t next = 1;
  for (Block& block : blocks_) {
    const std::uint32_t labels = block.borders.count;
    block.borders = {};
    block.borders.count = labels;
    block.base = static_cast<std::uint32_t>(next - 1);
    std::vector<Touching> elsewhere;
    for (std::size_t k = 0; k < block.touching.size(); ++k) {
      std::uint32_t& number = numbers[root(block.first + k)];
      const std::uint32_t label = block.touching[k].label;
      if (number == 0) {  // met here for the first time: one of the block's own
        number = static_cast<std::uint32_t>(next + label - 1 - elsewhere.size());
      } else {
        elsewhere.push_back({label, number});
      }
    }
    elsewhere.shrink_to_fit();
    next += labels - elsewhere.size();
    block.touching = std::move(elsewhere);
    if (next > std::numeric_limits<std::uint32_t>::max()) {
      return Error(Code::invalid,
                   "the image has more than 4294967294 components, which 32 bits "
                   "cannot number; smooth or open it first");
    }
  }
  count_ = static_cast<std::uint32_t>(next - 1);
  parents_ = {};
  return {};
}

void LabelMerge::table(std::int64_t column, std::int64_t row,
                       std::vector<std::uint32_t>& table) const {
  const Block& block = blocks_[static_cast<std::size_t>(row * columns_ + column)];
  table.resize(std::size_t{block.borders.count} + 1);
  table[0] = 0;
  std::uint32_t number = block.base;
  auto elsewhere = block.touching.begin();
  for (std::uint32_t label = 1; label <= block.borders.count; ++label) {
    if (elsewhere != block.touching.end() && elsewhere->label == label) {
      table[label] = (elsewhere++)->number;
    } else {
      table[label] = ++number;
    }
  }
}

std::int64_t LabelMerge::most_bytes(std::int64_t columns, std::int64_t rows,
                                    std::int64_t block_px) {
  // Four lines of labels; of every other sample one that touches, its parent and its number.
  const std::int64_t lines = 4 * block_px * 4;
  const std::int64_t touching = 2 * block_px * (2 * 8 + 8 + 4);
  return columns * rows * (static_cast<std::int64_t>(sizeof(Block)) + lines + touching);
}

}  // namespace pantile::label
