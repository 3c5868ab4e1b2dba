#include "ops/filter/settle.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ops/filter/test_images.h"

namespace pantile::filter {
namespace {

using Pairs = std::vector<std::pair<double, double>>;

Graph graph_of(const std::string& text, DType dtype = DType::f32, int channels = 1) {
  auto graph = apply_chain(*parse_chain(text), Graph::leaf(noise(dtype, 20, 10, channels)));
  EXPECT_TRUE(graph.ok());
  return *graph;
}

TEST(Settle, GoesFromTheInnermostOutwards) {
  const Graph graph = graph_of("sobel | rescale(q=0.1:0.9) | box | rescale(q=0:1)");
  EXPECT_FALSE(is_settled(graph));
  EXPECT_FALSE(fuse(graph).ok());
  std::vector<std::string> asked;
  const auto settled = settle(
      graph,
      [&](const Wanted& wanted, const Graph& of) -> Result<Pairs> {
        EXPECT_TRUE(is_settled(of));
        EXPECT_TRUE(fuse(of).ok());
        asked.push_back(of.text());
        EXPECT_EQ(wanted.quantiles.second, asked.size() == 1 ? 0.9 : 1.0);
        return Pairs{{2, 5}};
      },
      stage_for_later);
  ASSERT_TRUE(settled.ok());
  EXPECT_TRUE(is_settled(*settled));
  EXPECT_EQ(asked.size(), 2u);
  EXPECT_NE(asked[1].find("rescale(range=2:5) | box"), std::string::npos) << asked[1];
  EXPECT_NE(settled->fingerprint(), graph.fingerprint());
  const Graph by_hand = graph_of("sobel | rescale(2:5) | box | rescale(2:5)");
  EXPECT_EQ(settled->fingerprint(), by_hand.fingerprint());
}

TEST(Settle, WhatIsFoundOfTheWholeImageStandsInItsPlace) {
  const auto none = [](const Wanted&, const Graph&) -> Result<Pairs> {
    return Error(Code::internal, "");
  };
  const Graph graph = graph_of("hysteresis(0.2, 0.9) | label(8) | gaussian(1)");
  EXPECT_FALSE(is_settled(graph));
  EXPECT_FALSE(fuse(graph).ok());
  int staged = 0;
  const auto settled = settle(graph, none, [&](const Graph& of) {
    ++staged;
    return stage_for_later(of);
  });
  ASSERT_TRUE(settled.ok());
  EXPECT_EQ(staged, 2);
  EXPECT_TRUE(is_settled(*settled));
  ASSERT_TRUE(settled->inputs().front().is_leaf());
  EXPECT_EQ(settled->inputs().front().spec().kind, Kind::label);
  const auto again = settle(graph, none, stage_for_later);
  EXPECT_EQ(settled->fingerprint(), again->fingerprint());
}

TEST(Settle, LeavesAloneWhatHasItsNumbers) {
  const Graph graph = graph_of("rescale(0:1) | sobel");
  const auto settled = settle(
      graph, [](const Wanted&, const Graph&) -> Result<Pairs> { return Error(Code::internal, ""); },
      stage_for_later);
  ASSERT_TRUE(settled.ok());
  EXPECT_EQ(settled->identity(), graph.identity());
}

TEST(Settle, ChannelsHaveNumbersOfTheirOwn) {
  const Graph graph = graph_of("gaussian(1) | rescale(q=0:1) | box", DType::f32, 3);
  const auto settled = settle(
      graph,
      [](const Wanted&, const Graph&) -> Result<Pairs> {
        return Pairs{{0, 0.5}, {0.1, 1}, {-1, 2}};
      },
      stage_for_later);
  ASSERT_TRUE(settled.ok());
  const auto together = compile_graph(*settled);
  ASSERT_TRUE(together.ok());
  expect_tiles_equal_whole(**together, "three ranges");
  const char* const alone[] = {"rescale(0:0.5)", "rescale(0.1:1)", "rescale(-1:2)"};
  for (int c = 0; c < 3; ++c) {
    const auto one =
        filtered(noise(DType::f32, 20, 10, 3), std::string("gaussian(1) | ") + alone[c] + " | box");
    const Rect all{0, 0, 20, 10};
    EXPECT_TRUE(same_pixels(View(read_rect(*one, all).view()).select_channels(c, c + 1),
                            View(read_rect(**together, all).view()).select_channels(c, c + 1)));
  }
}

/// The range that a rescale is given where this was measured.
Result<std::pair<double, double>> settled_range(std::pair<double, double> found, DType dtype) {
  PANTILE_ASSIGN(const Graph settled,
                 settle(
                     graph_of("rescale(q=0.02:0.98)", dtype),
                     [&](const Wanted&, const Graph&) -> Result<Pairs> { return Pairs{found}; },
                     stage_for_later));
  return settled.call().range("range");
}

TEST(Settle, QuantilesThatAreOneValueStillPartTheSamples) {
  for (const DType dtype : {DType::u8, DType::u16, DType::f32, DType::f64}) {
    for (const double value : {0.0, 7.0, -0x1p100}) {
      const auto range = settled_range({value, value}, dtype);
      ASSERT_TRUE(range.ok());
      const auto [lo, hi] = *range;
      EXPECT_EQ(lo, value);
      EXPECT_GT(hi, lo);
      if (dtype == DType::f64) continue;
      EXPECT_GT(static_cast<float>(hi - lo), 0.0f);
      EXPECT_LE(hi, std::nextafter(static_cast<float>(lo), 1e38f));
    }
  }
}

TEST(Settle, QuantilesThatAreInfiniteAreRefused) {
  const auto refused = settled_range({0, std::numeric_limits<double>::infinity()}, DType::f32);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::invalid);
  EXPECT_NE(refused.error().message().find("clip"), std::string::npos);
}

}  // namespace
}  // namespace pantile::filter
