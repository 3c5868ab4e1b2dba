// The benchmark of whole jobs, where the GPU is the host: that it runs, compares and judges.
#include "generate/device/job_rates.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "gpu/host_machine.h"

namespace pantile::bench {
namespace {

TEST(BenchTable, AFigureThatWasNeverJudgedIsNoSuccess) {
  Table table;
  EXPECT_TRUE(table.is_good());
  EXPECT_EQ(table.at_least(90, 91, "a"), "reach 90: met");
  EXPECT_EQ(table.not_judged("a", "the disk binds"), "not judged: the disk binds");
  EXPECT_TRUE(table.is_good()) << "it was judged elsewhere";
  EXPECT_EQ(table.not_judged("b", "encoding binds"), "not judged: encoding binds");
  EXPECT_FALSE(table.is_good());
  EXPECT_EQ(table.sum(), "0 figures missed; never judged: b");
  EXPECT_EQ(table.at_most(5, 4, "b"), "at most 5: met");
  EXPECT_TRUE(table.is_good());
  EXPECT_EQ(table.at_least(90, 89), "reach 90: MISSED");
  EXPECT_FALSE(table.is_good());
  EXPECT_EQ(table.sum(), "1 figure missed");
}

TEST(EncodingRates, TakeEveryLevelAsAJobHasThem) {
  GenerateOptions job;
  job.formula = "complex";
  job.width = job.height = 2048;
  job.scale = 6.0 / 2048;
  job.tile_px = 512;
  const auto rate = measure_encoding(job, {.set_bytes = 1, .seconds = 0.01});
  ASSERT_TRUE(rate.ok()) << rate.error().message();
  EXPECT_EQ(rate->tiles, 16 + 4 + 1);
  EXPECT_EQ(rate->set_bytes, 21 * 512 * 512 * 3);
  EXPECT_GT(rate->raw_bytes_s, 0);
  EXPECT_GT(rate->left, 0.01);
  EXPECT_LT(rate->left, 1);
  job.width = job.height = 5 * 512;  // 2560 = one block; 5 by 5 tiles, and 2 by 2 whole ones
  const auto odd = measure_encoding(job, {.set_bytes = 1, .seconds = 0.01});
  ASSERT_TRUE(odd.ok()) << odd.error().message();
  EXPECT_EQ(odd->tiles, 25 + 4 + 1);
}

TEST(JobRates, AreTakenAndJudged) {
  const auto machine = gpu::open_host_machine();
  ASSERT_TRUE(machine.ok()) << machine.error().message();
  const contract::TemporaryFolder disk, memory;
  JobBench bench;
  bench.size = 1024;
  bench.drawing_size = 512;
  bench.folder = disk.path() + "/bench";
  bench.memory_folder = memory.path() + "/bench";
  bench.rounds = 1;
  bench.disk_bytes = std::int64_t{32} << 20;
  bench.encoding = {.set_bytes = 1, .seconds = 0.01};
  Table table;
  testing::internal::CaptureStdout();
  const Status done = measure_jobs(*machine, 0, 1e9, bench, table);
  const std::string text = testing::internal::GetCapturedStdout();
  ASSERT_TRUE(done.ok()) << done.error().message();
  for (const char* line :
       {"all cores and levels", "\njob, CPU alone", "\njob, GPU draws, to memory", "\njob, hybrid",
        "\njob of 8x8 samples, hybrid", "CPU workers"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << " is not in\n" << text;
  }
  for (const std::string& folder : {bench.folder, bench.memory_folder}) {
    EXPECT_FALSE(std::filesystem::exists(folder + "/store")) << "nothing is left";
  }
}

}  // namespace
}  // namespace pantile::bench
