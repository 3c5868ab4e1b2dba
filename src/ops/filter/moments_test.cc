#include "ops/filter/moments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "ops/filter/histogram.h"

namespace pantile::filter {
namespace {

View view_of(const std::vector<float>& samples, std::int64_t width) {
  return {
      reinterpret_cast<const std::byte*>(samples.data()),
      Layout::interleaved(DType::f32, static_cast<std::int64_t>(samples.size()) / width, width, 1)};
}

TEST(Moments, AreThoseOfTheNumbers) {
  const Moments m = moments_of(view_of({1, 2, std::nanf(""), 3, 6, 0}, 3));
  EXPECT_EQ(m.count, 5);
  EXPECT_EQ(m.least, 0);
  EXPECT_EQ(m.greatest, 6);
  EXPECT_DOUBLE_EQ(m.mean, 2.4);
  EXPECT_DOUBLE_EQ(m.deviation(), std::sqrt((1.96 + 0.16 + 0.36 + 12.96 + 5.76) / 5));
  EXPECT_EQ(moments_of(view_of({std::nanf("")}, 1)).count, 0);
}

TEST(MomentsTree, GivesTheSameBitsInAnyOrder) {
  std::mt19937_64 random(3);
  for (const std::int64_t blocks : {1, 2, 3, 7, 64, 101}) {
    std::vector<Moments> of;
    for (std::int64_t i = 0; i < blocks; ++i) {
      std::vector<float> samples(17 + static_cast<std::size_t>(i % 5));
      for (float& v : samples) v = static_cast<float>(random() % 1000) / 7;
      of.push_back(moments_of(view_of(samples, 1)));
    }
    Moments first;
    for (int k = 0; k < 5; ++k) {
      std::vector<std::int64_t> order(static_cast<std::size_t>(blocks));
      for (std::int64_t i = 0; i < blocks; ++i) order[static_cast<std::size_t>(i)] = i;
      if (k > 0) std::ranges::shuffle(order, random);
      MomentsTree tree(blocks);
      for (const std::int64_t i : order) tree.add(i, of[static_cast<std::size_t>(i)]);
      if (k == 0) first = tree.result();
      EXPECT_EQ(tree.result().count, first.count);
      EXPECT_EQ(tree.result().mean, first.mean);
      EXPECT_EQ(tree.result().squares, first.squares);
    }
  }
}

TEST(Histogram, PutsTheGreatestIntoTheLastBin) {
  Histogram histogram({0, 4, 4});
  histogram.count(view_of({0, 0.5, 1, 3.9f, 4, 4.1f, -0.1f, std::nanf("")}, 4));
  EXPECT_EQ(histogram.counts(), (std::vector<std::uint64_t>{2, 1, 0, 2}));
}

TEST(Otsu, PartsTwoGroups) {
  Histogram histogram(bins_of_values(DType::u8));
  histogram.count(view_of({10, 11, 12, 12, 200, 210, 211, 212}, 4));
  EXPECT_EQ(otsu_threshold(histogram), 12);
  Histogram one(bins_of_values(DType::u8));
  one.count(view_of({77, 77}, 1));
  EXPECT_EQ(otsu_threshold(one), 77);
  EXPECT_EQ(otsu_threshold(Histogram(bins_of_values(DType::i16))), 0);
}

}  // namespace
}  // namespace pantile::filter
