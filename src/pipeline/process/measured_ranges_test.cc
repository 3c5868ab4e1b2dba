#include "pipeline/process/measured_ranges.h"

#include <gtest/gtest.h>

#include "io/store/memory_store.h"

namespace pantile {
namespace {

const Ranges kRanges{{-0.1, 1e-300}, {3, 5e9}};

TEST(MeasuredRanges, AreReadBackAsTheyWere) {
  MemoryStore parts;
  EXPECT_EQ(*read_ranges(parts, "settled/a.json", "x", 2), std::nullopt);
  ASSERT_TRUE(write_ranges(parts, "settled/a.json", "x", kRanges).ok());
  EXPECT_EQ(*read_ranges(parts, "settled/a.json", "x", 2), kRanges);
}

TEST(MeasuredRanges, OfSomethingElseAreNone) {
  MemoryStore parts;
  ASSERT_TRUE(write_ranges(parts, "a.json", "x", kRanges).ok());
  EXPECT_EQ(*read_ranges(parts, "a.json", "y", 2), std::nullopt);
  EXPECT_EQ(*read_ranges(parts, "a.json", "x", 3), std::nullopt);
}

TEST(MeasuredRanges, WithAnyBitWrongAreNoneOrTheSame) {
  MemoryStore parts;
  ASSERT_TRUE(write_ranges(parts, "a.json", "x", kRanges).ok());
  const Bytes bytes = *parts.read("a.json");
  std::size_t none = 0;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    Bytes wrong = bytes;
    wrong[bit / 8] ^= std::byte{1} << (bit % 8);
    ASSERT_TRUE(parts.write("b.json", wrong).ok());
    const std::optional<Ranges> read = *read_ranges(parts, "b.json", "x", 2);
    EXPECT_TRUE(!read || *read == kRanges) << bit;  // "e" and "E" are the same in a number
    none += read ? 0 : 1;
  }
  EXPECT_GT(none, 8 * bytes.size() - 20);
}

}  // namespace
}  // namespace pantile
