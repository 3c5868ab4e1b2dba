#include "pipeline/folder/job_record.h"

#include <gtest/gtest.h>

#include "io/store/memory_store.h"

namespace pantile {
namespace {

JobRecord sample() {
  return {"generate",
          R"({"image":{"width":10}})",
          {{"formula.text", "sin(x)"}, {"formula.scale", "0.001"}},
          {{"image.tiff", "deflate-1"}}};
}

TEST(JobRecord, RoundTrips) {
  const auto back = parse_job_record(to_json(sample()));
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(back->command, "generate");
  EXPECT_EQ(back->config_json, sample().config_json);
  EXPECT_EQ(back->pixels, sample().pixels);
  EXPECT_EQ(back->forms, sample().forms);
}

TEST(JobRecord, AnyFlippedByteIsNoticed) {
  const std::string text = to_json(sample());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    const auto result = parse_job_record(damaged);
    // White space between members is not content: all else must be refused.
    if (result.ok()) {
      EXPECT_EQ(to_json(*result), text) << "at byte " << i;
    }
  }
  EXPECT_EQ(parse_job_record(text.substr(0, text.size() / 2)).error().code(), Code::corrupt);
}

TEST(JobRecord, CannotNestWithoutEndOrBeOfAnySize) {
  const std::string deep = std::string(400'000, '[') + std::string(400'000, ']');
  const std::string text = R"({"pantile_job": 1, "config": )" + deep + "}";
  EXPECT_EQ(parse_job_record(text).error().code(), Code::corrupt);
  MemoryStore store;
  ASSERT_TRUE(store.write(kJobFileName, as_bytes(std::string(17 << 20, ' '))).ok());
  EXPECT_EQ(read_job_record(store).error().code(), Code::corrupt);
}

TEST(JobRecord, RefusesOthersFiles) {
  EXPECT_EQ(parse_job_record(R"({"name":"x"})").error().code(), Code::foreign);
  EXPECT_EQ(parse_job_record(R"({"pantile_job":99})").error().code(), Code::foreign);
  EXPECT_EQ(parse_job_record("[1,2]").error().code(), Code::corrupt);
}

TEST(JobRecord, LiesInAStore) {
  MemoryStore store;
  auto none = read_job_record(store);
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->has_value());
  ASSERT_TRUE(write_job_record(store, sample()).ok());
  auto there = read_job_record(store);
  ASSERT_TRUE(there.ok());
  EXPECT_EQ((*there)->pixels, sample().pixels);
}

TEST(DescribeDifferences, NamesEveryKeyThatDiffers) {
  const PixelSettings a{{"x", "1"}, {"y", "2"}, {"z", "3"}};
  const PixelSettings b{{"x", "1"}, {"y", "5"}, {"w", "6"}};
  EXPECT_EQ(describe_differences(a, b),
            "y is 2 there and 5 here; z is 3 there and unset here; w is unset there and 6 here");
  EXPECT_EQ(describe_differences(a, a), "");
}

}  // namespace
}  // namespace pantile
