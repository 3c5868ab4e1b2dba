// Every single bit of a tiny job's files, flipped one at a time: check() must find each by the name
// of its file, and repair() must bring back the bytes, after every one of them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <tuple>

#include "contract/temporary_folder.h"
#include "pantile/check.h"
#include "pantile/generate.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;

using Files = std::map<std::string, std::string>;

Files read_all(const fs::path& folder) {
  Files files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[fs::relative(entry.path(), folder).string()] =
        std::string(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

class FlipEveryBit : public testing::Test {
 protected:
  void SetUp() override {
    GenerateOptions options;
    options.formula = "simple";
    options.width = 75;
    options.height = 67;
    options.scale = 0.02;
    options.tile_px = 64;
    options.shard_px = 64;
    options.previews = {{"small", 20, 0}};
    options.out = job_;
    run_.threads = 1;
    ASSERT_TRUE(run_generate(options, run_).ok());
    whole_ = read_all(job_);
  }

  void write_byte(const std::string& file, std::size_t at, char byte) const {
    std::fstream stream(fs::path(job_) / file, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put(byte);
    stream.flush();
    ASSERT_TRUE(stream.good());
  }

  /// Flips bits of the files that `wanted` likes, from `first` on, `step` apart; counts them.
  std::int64_t flip(bool (*wanted)(const std::string&), std::size_t first, std::size_t step) {
    std::int64_t flipped = 0;
    for (const auto& [file, content] : whole_) {
      if (!wanted(file)) continue;
      for (std::size_t bit = first; bit < 8 * content.size(); bit += step) {
        const char right = content[bit / 8];
        const char wrong = static_cast<char>(right ^ (1 << (bit % 8)));
        write_byte(file, bit / 8, wrong);
        const auto report = run_check({job_, false}, run_);
        const std::string where = file + ", bit " + std::to_string(bit);
        EXPECT_TRUE(report.ok()) << where << ": " << report.error().message();
        if (!report.ok()) return flipped;
        std::string answer;
        bool named = false;
        for (const Finding& finding : report->findings) {
          named = named || finding.file == file;
          answer += std::string(word_for(finding.kind)) + " " + finding.file + "; ";
        }
        EXPECT_TRUE(named) << where << " is not found; instead: " << answer;
        ++flipped;
        const auto repaired = run_repair(job_, run_);
        EXPECT_TRUE(repaired.ok() && repaired->whole())
            << where << ": " << (repaired.ok() ? answer : repaired.error().message());
        EXPECT_TRUE(read_all(job_) == whole_) << where << " is not mended";
        if (HasFailure()) return flipped;  // the first says enough
      }
    }
    return flipped;
  }

  const contract::TemporaryFolder folder_;
  const std::string job_ = folder_.path() + "/job";
  RunOptions run_;
  Files whole_;
};

struct Part {
  const char* name;
  bool (*wanted)(const std::string& file);
  std::size_t step;         ///< Bits from one to the next, over all phases.
  std::int64_t least_bits;  ///< Of one phase.
};
constexpr std::size_t kPhases = 8;  // so that a busy machine ends each in its time
constexpr Part kParts[] = {
    {"Store", [](const std::string& file) { return file.starts_with("image.ome.zarr/"); }, kPhases,
     5000},
    {"Tiff", [](const std::string& file) { return file.starts_with("image.tiff"); }, kPhases, 5000},
    {"Preview", [](const std::string& file) { return file.ends_with(".png"); }, kPhases, 150},
    // Not every one: to tell which bit it was takes as long as trying them all.
    {"Record", [](const std::string& file) { return file == "job.json"; }, 61 * kPhases, 25},
};

class Every : public FlipEveryBit,
              public testing::WithParamInterface<std::tuple<Part, std::size_t>> {};

TEST_P(Every, BitIsFoundAndMended) {
  const auto& [part, phase] = GetParam();
  const std::int64_t flipped = flip(part.wanted, phase * (part.step / kPhases), part.step);
  std::cout << flipped << " bits\n";
  EXPECT_GT(flipped, part.least_bits);
}

INSTANTIATE_TEST_SUITE_P(Flip, Every,
                         testing::Combine(testing::ValuesIn(kParts),
                                          testing::Range(std::size_t{0}, kPhases)),
                         [](const auto& test) {
                           return std::string(std::get<0>(test.param).name) +
                                  std::to_string(std::get<1>(test.param));
                         });

}  // namespace
}  // namespace pantile
