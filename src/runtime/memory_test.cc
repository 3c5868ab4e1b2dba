#include "runtime/memory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

namespace pantile {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;

TEST(Memory, ReadingsArePlausible) {
  const std::int64_t limit = memory_limit_bytes();
  EXPECT_GT(limit, 16 * kMiB);
  EXPECT_LT(limit, std::int64_t{1} << 50) << "no limit was found";
  EXPECT_GE(memory_available_bytes(), 0);
  EXPECT_LE(memory_available_bytes(), limit);
}

TEST(Memory, ThePeakGrowsWithWhatIsTouchedAndStays) {
  const std::int64_t before = peak_resident_bytes();
  EXPECT_GT(before, kMiB / 4);
  {
    const std::int64_t size = before + 64 * kMiB;
    const auto block = std::make_unique<char[]>(static_cast<std::size_t>(size));
    std::memset(block.get(), 1, static_cast<std::size_t>(size));
    const volatile char* last = block.get() + size - 1;
    EXPECT_EQ(*last, 1);
    EXPECT_GE(peak_resident_bytes(), size - kMiB);
  }
  EXPECT_GE(peak_resident_bytes(), before + 60 * kMiB);
}

}  // namespace
}  // namespace pantile
