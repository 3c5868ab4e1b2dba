// Checks and repairs with several threads, and beside a job that runs; under the thread sanitizer
// too.
#include "pantile/check.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "contract/temporary_folder.h"
#include "pantile/generate.h"
#include "pipeline/job_test_util.h"

namespace pantile::job_tests {
namespace {

namespace fs = std::filesystem;

GenerateOptions picture(const std::string& out) {
  GenerateOptions options;
  options.formula = "simple";
  options.width = 600;
  options.height = 450;
  options.scale = 0.02;
  options.tile_px = 64;
  options.shard_px = 128;
  options.previews = {{"small", 90, 0}};
  options.out = out;
  return options;
}

void damage(const fs::path& path) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(200);
  file << "damage";
  ASSERT_TRUE(file.good()) << path;
}

RunOptions with_threads(int threads) {
  RunOptions run;
  run.threads = threads;
  return run;
}

TEST(Check, FindsTheSameWithAnyNumberOfThreads) {
  const contract::TemporaryFolder folder;
  const std::string out = folder.path() + "/job";
  expect_ok(run_generate(picture(out), with_threads(4)));
  for (const char* file : {"image.ome.zarr/0/c/0/1/1", "image.ome.zarr/1/c/0/0/1", "image.tiff"}) {
    damage(fs::path(out) / file);
  }
  std::vector<std::multiset<std::string>> found;
  for (const int threads : {1, 2, 5}) {
    const auto report = run_check({out}, with_threads(threads));
    expect_ok(report);
    auto& texts = found.emplace_back();
    for (const Finding& finding : report->findings) texts.insert(finding.file + finding.text);
  }
  EXPECT_GE(found[0].size(), 3u);
  EXPECT_EQ(found[1], found[0]);
  EXPECT_EQ(found[2], found[0]);
}

TEST(Check, SeveralAtATimeAgreeAndARepairMendsWithSeveralThreads) {
  const contract::TemporaryFolder folder;
  const std::string out = folder.path() + "/job";
  expect_ok(run_generate(picture(out), with_threads(3)));
  damage(fs::path(out) / "image.ome.zarr/0/c/0/2/3");
  std::atomic<std::int64_t> found{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        const auto report = run_check({out}, with_threads(2));
        if (report.ok()) found += report->finding_count;
      });
    }
  }
  EXPECT_GE(found, 3);
  EXPECT_EQ(found % 3, 0);
  const auto repaired = run_repair(out, with_threads(4));
  expect_ok(repaired);
  EXPECT_TRUE(repaired->whole());
}

TEST(Check, BesideARunningJobNothingIsWrong) {
  const contract::TemporaryFolder folder;
  const std::string out = folder.path() + "/job";
  // Until it is locked there is nothing to check; unfinished or complete, nothing is wrong.
  for (const char* formula : {"simple", "complex"}) {
    std::atomic<bool> done{false};
    std::jthread job([&] {
      GenerateOptions options = picture(out);
      options.formula = formula;
      RunOptions run = with_threads(2);
      run.restart = true;
      expect_ok(run_generate(options, run));
      done = true;
    });
    while (!done) {
      const auto report = run_check({out}, with_threads(2));
      if (!report.ok()) {
        const Code code = report.error().code();
        EXPECT_TRUE(code == Code::not_found || code == Code::foreign) << report.error().message();
        continue;
      }
      EXPECT_TRUE(report->whole())
          << report->findings.front().file << ": " << report->findings.front().text;
    }
    fs::remove_all(out);
  }
  expect_ok(run_generate(picture(out), {}));
  const auto report = run_check({out}, {});
  expect_ok(report);
  EXPECT_EQ(report->state, CheckState::complete);
}

}  // namespace
}  // namespace pantile::job_tests
