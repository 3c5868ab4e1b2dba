#include "pipeline/drain/memory_plan.h"

#include <gtest/gtest.h>

namespace pantile {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;
std::int64_t ten_mib_each(int threads) { return 10 * kMiB * threads; }

TEST(PlanMemory, UsesAllThreadsWhenTheyFit) {
  RunOptions run;
  run.threads = 4;
  run.memory_bytes = 300 * kMiB;
  const auto plan = plan_memory(run, ten_mib_each, 2, 0);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->threads, 4);
  EXPECT_EQ(plan->spool_cap_bytes, (300 * kMiB - kBaseBytes - 40 * kMiB) / 2);
}

TEST(PlanMemory, TakesFewerThreadsRatherThanMoreMemory) {
  RunOptions run;
  run.threads = 8;
  run.memory_bytes = kBaseBytes + 2 * kLeastSpoolBytes + 35 * kMiB;
  const auto plan = plan_memory(run, ten_mib_each, 2, 0);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->threads, 3);
  EXPECT_LE(kBaseBytes + ten_mib_each(3) + 2 * plan->spool_cap_bytes, run.memory_bytes);
}

TEST(PlanMemory, NamesTheLeastThatWorksAndItDoes) {
  RunOptions run;
  run.threads = 2;
  run.memory_bytes = 10 * kMiB;
  const auto plan = plan_memory(run, ten_mib_each, 2, 0);
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().code(), Code::invalid);
  const std::int64_t least = (kBaseBytes + 10 * kMiB + 2 * kLeastSpoolBytes) / kMiB;
  EXPECT_NE(plan.error().message().find(std::to_string(least) + "MiB"), std::string::npos);
  run.memory_bytes = least * kMiB;
  EXPECT_TRUE(plan_memory(run, ten_mib_each, 2, 0).ok());
  run.memory_bytes -= 1;
  EXPECT_FALSE(plan_memory(run, ten_mib_each, 2, 0).ok());
}

TEST(PlanMemory, CountsWhatTheFinishTakes) {
  RunOptions run;
  run.threads = 1;
  run.memory_bytes = kBaseBytes + 50 * kMiB;
  EXPECT_TRUE(plan_memory(run, ten_mib_each, 1, 50 * kMiB).ok());
  EXPECT_FALSE(plan_memory(run, ten_mib_each, 1, 51 * kMiB).ok());
}

TEST(PlanMemory, WithoutABudgetTakesHalfOfWhatIsFree) {
  RunOptions run;
  run.threads = 4;
  const auto budget = [&](std::int64_t free_bytes) {
    const auto plan = plan_memory(run, ten_mib_each, 1, 0, kTakeLessAdvice, free_bytes);
    EXPECT_TRUE(plan.ok());
    return plan.ok() ? plan->budget_bytes : 0;
  };
  const std::int64_t least = kBaseBytes + kLeastSpoolBytes + 10 * kMiB;
  EXPECT_EQ(budget(std::int64_t{1} << 40), (192 + 4 * 160) * kMiB);
  EXPECT_EQ(budget(1000 * kMiB), 500 * kMiB);
  EXPECT_EQ(budget(least + kMiB), least);  // half of it would not do
  EXPECT_EQ(budget(least), least);
  const auto none = plan_memory(run, ten_mib_each, 1, 0, kTakeLessAdvice, least - 1);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), Code::out_of_memory);
  EXPECT_NE(none.error().message().find(kTakeLessAdvice), std::string::npos);

  // With one thread's worth free, the others stay at home.
  const auto plan = plan_memory(run, ten_mib_each, 1, 0, kTakeLessAdvice, least);
  EXPECT_EQ(plan->threads, 1);
}

}  // namespace
}  // namespace pantile
