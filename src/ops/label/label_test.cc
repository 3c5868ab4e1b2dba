#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <random>
#include <vector>

#include "core/buffer.h"
#include "ops/label/block_labels.h"
#include "ops/label/merge.h"

namespace pantile::label {
namespace {

using Labels = std::vector<std::uint32_t>;

/// The plainest way: flood fill, numbered row by row.
Labels flooded(const std::vector<std::uint8_t>& mask, int width, int height, bool corners) {
  Labels labels(mask.size(), 0);
  std::uint32_t count = 0;
  std::vector<int> stack;
  for (int i = 0; i < width * height; ++i) {
    if (mask[static_cast<std::size_t>(i)] == 0 || labels[static_cast<std::size_t>(i)] != 0)
      continue;
    labels[static_cast<std::size_t>(i)] = ++count;
    stack.push_back(i);
    while (!stack.empty()) {
      const int at = stack.back();
      stack.pop_back();
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
          if (!corners && dx != 0 && dy != 0) continue;
          const int x = at % width + dx, y = at / width + dy;
          if (x < 0 || x >= width || y < 0 || y >= height) continue;
          const auto to = static_cast<std::size_t>(y * width + x);
          if (mask[to] == 0 || labels[to] != 0) continue;
          labels[to] = count;
          stack.push_back(static_cast<int>(to));
        }
      }
    }
  }
  return labels;
}

std::vector<std::uint8_t> random_mask(int width, int height, double share, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(width * height));
  for (auto& m : mask) m = random() < share * 4294967296.0 ? 255 : 0;
  return mask;
}

View view_of(const std::vector<std::uint8_t>& mask, int width, int height) {
  return {reinterpret_cast<const std::byte*>(mask.data()),
          Layout::interleaved(DType::u8, height, width, 1)};
}

Labels identity(std::uint32_t count) {
  Labels table(count + 1);
  for (std::uint32_t i = 0; i <= count; ++i) table[i] = i;
  return table;
}

TEST(BlockLabels, AreThoseOfFloodFill) {
  for (const double share : {0.0, 0.1, 0.4, 0.5, 0.6, 0.9, 1.0}) {
    for (const bool corners : {false, true}) {
      for (const auto& [width, height] : {std::pair{1, 1}, {37, 29}, {64, 3}, {1, 50}, {130, 70}}) {
        const auto mask = random_mask(width, height, share, 5);
        BlockLabeller labeller(corners ? Connectivity::eight : Connectivity::four);
        const BlockLabels& found = labeller.find(view_of(mask, width, height));
        Labels labels(mask.size(), 77);
        const MutableView out(reinterpret_cast<std::byte*>(labels.data()),
                              Layout::interleaved(DType::u32, height, width, 1));
        found.write({0, 0, width, height}, identity(found.count()), out);
        EXPECT_EQ(labels, flooded(mask, width, height, corners)) << share << width;
      }
    }
  }
}

TEST(BlockLabels, OfEveryType) {
  const auto with = [](auto zero, DType dtype) {
    using T = decltype(zero);
    const std::vector<T> samples{T(0), T(3), T(0), T(0), T(1), T(1)};
    BlockLabeller labeller(Connectivity::four);
    const BlockLabels& labels = labeller.find(
        {reinterpret_cast<const std::byte*>(samples.data()), Layout::interleaved(dtype, 1, 6, 1)});
    EXPECT_EQ(labels.count(), 2U);
    EXPECT_EQ(labels.borders().top, (Labels{0, 1, 0, 0, 2, 2}));
  };
  with(std::int8_t{}, DType::i8);
  with(std::uint16_t{}, DType::u16);
  with(std::uint16_t{}, DType::f16);
  with(std::int64_t{}, DType::i64);
  with(-0.0F, DType::f32);
  with(0.0, DType::f64);
}

/// Labels block by block; then with those of the whole, up to their order.
void expect_merged(const std::vector<std::uint8_t>& mask, int width, int height, int block,
                   bool corners) {
  const Connectivity connectivity = corners ? Connectivity::eight : Connectivity::four;
  const int columns = (width + block - 1) / block, rows = (height + block - 1) / block;
  LabelMerge merge(columns, rows, connectivity);
  BlockLabeller labeller(connectivity);
  const View whole = view_of(mask, width, height);
  const auto rect_of = [&](int column, int row) {
    return intersect({column * block, row * block, (column + 1) * block, (row + 1) * block},
                     {0, 0, width, height});
  };
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      merge.set(column, row, labeller.find(whole.window(rect_of(column, row))).borders());
    }
  }
  ASSERT_TRUE(merge.finish().ok());
  Labels labels(mask.size(), 77), table;
  const MutableView out(reinterpret_cast<std::byte*>(labels.data()),
                        Layout::interleaved(DType::u32, height, width, 1));
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const Rect rect = rect_of(column, row);
      const BlockLabels& found = labeller.find(whole.window(rect));
      merge.table(column, row, table);
      found.write({0, 0, rect.width(), rect.height()}, table, out.window(rect));
    }
  }
  const Labels expected = flooded(mask, width, height, corners);
  std::map<std::uint32_t, std::uint32_t> forth, back;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    ASSERT_EQ(forth.try_emplace(labels[i], expected[i]).first->second, expected[i]) << i;
    ASSERT_EQ(back.try_emplace(expected[i], labels[i]).first->second, labels[i]) << i;
  }
  EXPECT_EQ(forth.contains(0) ? forth[0] : 0, 0U);
  // All numbers from 1 to the count are there.
  back.erase(0);
  EXPECT_EQ(back.size(), merge.count());
  for (const auto& [_, label] : back) EXPECT_LE(label, merge.count());
}

TEST(LabelMerge, OfAnyGridIsTheWhole) {
  for (const double share : {0.05, 0.35, 0.45, 0.55, 0.65, 1.0}) {
    for (const bool corners : {false, true}) {
      for (const int block : {1, 5, 8, 16, 100}) {
        expect_merged(random_mask(61, 47, share, 11), 61, 47, block, corners);
      }
    }
  }
}

TEST(LabelMerge, FollowsASpiralThroughAllBlocks) {
  constexpr int kSide = 63;
  std::vector<std::uint8_t> mask(kSide * kSide, 0);
  int x = 0, y = 0, dx = 1, dy = 0, left = kSide - 1;
  const auto set = [&] { mask[static_cast<std::size_t>(y * kSide + x)] = 1; };
  set();
  for (int turn = 0; left > 0; ++turn) {
    for (int k = 0; k < left; ++k) {
      x += dx;
      y += dy;
      set();
    }
    std::swap(dx, dy);
    dx = -dx;
    if (turn >= 2 && turn % 2 == 0) left -= 2;
  }
  for (const bool corners : {false, true}) expect_merged(mask, kSide, kSide, 8, corners);
}

TEST(LabelMerge, JoinsAcrossACornerOnlyWhereCornersCount) {
  std::vector<std::uint8_t> mask(16 * 16, 0);
  mask[7 * 16 + 7] = mask[8 * 16 + 8] = 1;
  mask[7 * 16 + 8] = 0;
  for (const bool corners : {false, true}) expect_merged(mask, 16, 16, 8, corners);
  mask.assign(16 * 16, 0);
  mask[7 * 16 + 8] = mask[8 * 16 + 7] = 1;
  for (const bool corners : {false, true}) expect_merged(mask, 16, 16, 8, corners);
}

TEST(BlockLabels, WritesAnyPart) {
  const auto mask = random_mask(40, 30, 0.5, 3);
  BlockLabeller labeller(Connectivity::eight);
  const BlockLabels& labels = labeller.find(view_of(mask, 40, 30));
  const Labels all = flooded(mask, 40, 30, true);
  const Rect part{7, 5, 23, 21};
  PixelBuffer out(DType::u32, part.height(), part.width(), 1);
  labels.write(part, identity(labels.count()), out.view());
  for (std::int64_t y = 0; y < part.height(); ++y) {
    for (std::int64_t x = 0; x < part.width(); ++x) {
      std::uint32_t label;
      std::memcpy(&label, out.view().at(y, x), sizeof label);
      EXPECT_EQ(label, all[static_cast<std::size_t>((y + 5) * 40 + x + 7)]);
    }
  }
}

}  // namespace
}  // namespace pantile::label
