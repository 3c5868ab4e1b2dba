#include "core/nesting.h"

#include <gtest/gtest.h>

#include <string>

namespace pantile {
namespace {

TEST(JsonNesting, CountsBracketsOutsideOfStrings) {
  EXPECT_EQ(json_nesting(""), 0u);
  EXPECT_EQ(json_nesting("3"), 0u);
  EXPECT_EQ(json_nesting(R"({"a": [1, {"b": []}], "c": {}})"), 4u);
  EXPECT_EQ(json_nesting(R"(["[[[", "\"[[", "\\", []])"), 2u);
  EXPECT_EQ(json_nesting("]]][[[]"), 3u);
  EXPECT_EQ(json_nesting(std::string(1000, '[')), 1000u);
}

}  // namespace
}  // namespace pantile
