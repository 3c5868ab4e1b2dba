#include "pipeline/folder/job_record_mend.h"

#include <gtest/gtest.h>

namespace pantile {
namespace {

JobRecord record() {
  return {"generate",
          R"({"image":{"width":7,"height":9}})",
          {{"scale", "0.001"}, {"name", "x"}},
          {{"image.tiff", "tiff ome"}, {"previews/a.png", ""}}};
}

TEST(MendJobRecord, FindsEverySingleBit) {
  const std::string right = to_json(record());
  for (std::size_t i = 0; i < right.size(); i += 5) {
    std::string wrong = right;
    wrong[i] = static_cast<char>(wrong[i] ^ (1 << (i % 8)));
    const auto mended = mend_job_record(wrong);
    ASSERT_TRUE(mended.has_value()) << i;
    EXPECT_EQ(to_json(*mended), right) << i;
  }
}

TEST(MendJobRecord, DoesNotGuess) {
  std::string two = to_json(record());
  two[20] = static_cast<char>(two[20] ^ 1);
  two[40] = static_cast<char>(two[40] ^ 4);
  EXPECT_FALSE(mend_job_record(two).has_value());
  EXPECT_FALSE(mend_job_record("").has_value());
  EXPECT_FALSE(mend_job_record(to_json(record()).substr(0, 50)).has_value());
  EXPECT_FALSE(mend_job_record(std::string(1 << 20, '{')).has_value());
}

}  // namespace
}  // namespace pantile
