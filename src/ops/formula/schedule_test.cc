#include "ops/formula/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "ops/formula/compile.h"
#include "ops/formula/sparse.h"

namespace pantile::formula {
namespace {

Schedule schedule_of(const char* text) {
  auto program = compile(text);
  EXPECT_TRUE(program.ok());
  return make_schedule(*program);
}

std::ptrdiff_t masked(const Schedule& s) {
  return std::ranges::count_if(s.demand, [](std::int32_t d) { return d >= 0; });
}

TEST(Schedule, OperandsAndMasksPrecedeTheirUsers) {
  for (const char* text : {"complex", "if(x*y > 0, exp(x*y), log(-x*y))/y", "x", "gradient",
                           "if(sin(x*y) > 0, cos(x*y), if(exp(x*y) > y, pow(x, y), 0))"}) {
    const Schedule s = schedule_of(text);
    for (std::size_t k = 0; k < s.steps.size(); ++k) {
      for (const std::int32_t o : {s.steps[k].a, s.steps[k].b, s.steps[k].c, s.demand[k]}) {
        EXPECT_LT(o, static_cast<std::int32_t>(k)) << text;
      }
    }
  }
}

TEST(Schedule, OnlyCostlyStepsOfOneBranchAreMasked) {
  EXPECT_EQ(masked(schedule_of("if(x*y > 0, exp(x*y), log(-x*y))")), 2);
  EXPECT_EQ(masked(schedule_of("if(x*y > 0, exp(x*y), 0) + exp(x*y)")), 0);
  EXPECT_EQ(masked(schedule_of("if(exp(x*y) > 2, exp(x*y), 0)")), 0);
  EXPECT_EQ(masked(schedule_of("if(x*y > 0, abs(x*y), 0)")), 0);
  EXPECT_EQ(masked(schedule_of("complex")), 1);  // the power
}

TEST(Sparse, UnpackingPutsBackWhatPackingTook) {
  std::vector<double> mask(256), from(256), packed(256 + 16), to(256, -1);
  std::size_t wanted = 0;
  for (std::size_t k = 0; k < 256; ++k) {
    mask[k] = k % 7 == 3 || k > 200 ? 1 : 0;
    from[k] = static_cast<double>(k);
    wanted += mask[k] != 0;
  }
  ASSERT_EQ(count_where(mask.data(), 256), wanted);
  pack_where(mask.data(), from.data(), packed.data(), 256);
  EXPECT_TRUE(std::is_sorted(packed.begin(), packed.begin() + static_cast<long>(wanted)));
  unpack_where(mask.data(), packed.data(), to.data(), 256);
  for (std::size_t k = 0; k < 256; ++k) EXPECT_EQ(to[k], mask[k] != 0 ? from[k] : -1);
}

}  // namespace
}  // namespace pantile::formula
