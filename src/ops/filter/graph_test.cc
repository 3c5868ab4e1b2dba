#include "ops/filter/graph.h"

#include <gtest/gtest.h>

#include <string>

#include "ops/filter/graph_rules.h"
#include "ops/filter/test_images.h"

namespace pantile::filter {
namespace {

Call call_of(const std::string& text) { return parse_chain(text)->front(); }

TEST(Graph, OfNothingIsTheImage) {
  const auto image = noise(DType::u8, 20, 10, 3);
  const Graph graph = Graph::leaf(image);
  EXPECT_TRUE(graph.is_leaf());
  EXPECT_EQ(graph.text(), "image");
  EXPECT_EQ(graph.fingerprint(), image->fingerprint());
  EXPECT_EQ(*compile_graph(graph), image);
}

TEST(Graph, SaysWhatItIsBeforeAnythingIsRead) {
  const Graph image = Graph::leaf(noise(DType::u8, 20, 10, 3));
  const auto smooth = Graph::apply(call_of("gaussian(2)"), {image});
  ASSERT_TRUE(smooth.ok());
  EXPECT_EQ(smooth->spec().dtype, DType::f32);
  EXPECT_EQ(smooth->spec().channels, 3);
  const auto mask = Graph::apply(call_of("threshold(0.5)"), {*smooth});
  ASSERT_TRUE(mask.ok());
  EXPECT_EQ(mask->spec().kind, Kind::mask);
  EXPECT_EQ(mask->text(), "image | " + text_of(*parse_chain("gaussian(2) | threshold(0.5)")));
  EXPECT_EQ((*compile_graph(*mask))->fingerprint(), mask->fingerprint());
}

TEST(Graph, ChannelsThatAreMadeAlikeShareAPipeline) {
  const Graph image = Graph::leaf(noise(DType::u16, 20, 10, 40));
  const auto fused = fuse(*apply_chain(*parse_chain("gaussian(2) | sobel"), image));
  ASSERT_TRUE(fused.ok());
  EXPECT_EQ(fused->pipelines.size(), 1u);
  EXPECT_EQ(fused->sources.size(), 1u);
  ASSERT_EQ(fused->channels.size(), 40u);
  EXPECT_EQ(fused->channels[7].leaves, (std::vector<Fused::Leaf>{{0, 7}}));
}

TEST(Graph, KnowsWhichChannelIsWhose) {
  const auto image = noise(DType::u8, 20, 10, 3), other = noise(DType::u8, 20, 10, 3);
  const auto origin = [&](const std::string& text, int channel) {
    const Graph graph =
        *apply_chain(*parse_chain(text), Graph::leaf(image), {}, {Graph::leaf(other)});
    return origin_channel(graph, *image, channel);
  };
  EXPECT_EQ(origin("gaussian(2) | threshold(9) | label", 2), 2);
  EXPECT_EQ(origin("select(2, 0) | label", 0), 2);
  EXPECT_EQ(origin("select(2, 0) | select(1) | label", 0), 0);
  EXPECT_EQ(origin("subtract(#1) | threshold(9) | label", 1), 1);
  EXPECT_EQ(origin("merge(#1) | label", 1), 1);
  EXPECT_EQ(origin("merge(#1) | label", 4), -1);
  EXPECT_EQ(origin("expression(\"b0+b1\") | threshold(9) | label", 0), -1);
  EXPECT_EQ(origin("expression(\"2*b1\") | threshold(9) | label", 0), 1);
}

TEST(Graph, RefusesWhatCannotBe) {
  const Graph image = Graph::leaf(noise(DType::u8, 20, 10));
  const auto two = Graph::apply(call_of("sobel"), {image, image});
  ASSERT_FALSE(two.ok());
  EXPECT_EQ(two.error().code(), Code::invalid);
  EXPECT_EQ(Graph::apply({call_of("add(1)"), call_of("add(2)")}, {image}).error().code(),
            Code::invalid);
  Graph deep = image;
  Status done;
  for (int i = 0; i < 1001 && done.ok(); ++i) {
    auto next = Graph::apply(call_of("add(1)"), {deep});
    if (!next.ok()) done = next.error();
    if (next.ok()) deep = *next;
  }
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code(), Code::invalid);
}

}  // namespace
}  // namespace pantile::filter
