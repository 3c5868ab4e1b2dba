#include "pipeline/folder/job_folder.h"
#include "pipeline/drain/disk_space.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "pipeline/folder/outputs.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;

class JobFolderTest : public testing::Test {
 protected:
  JobFolderTest() {
    std::string pattern = (fs::temp_directory_path() / "pantile-job-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  ~JobFolderTest() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  void write(const std::string& name, const std::string& text = "x") const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  std::string path() const { return (root_ / "job").string(); }
  Result<JobFolder> open(const RunOptions& run = {}) const {
    return open_job_folder(path(), pixels_, run);
  }
  /// Leaves a folder in which a job was recorded.
  void record() const {
    auto folder = open();
    ASSERT_TRUE(folder.ok());
    ASSERT_TRUE(write_job_record(*folder->files, {"generate", "{}", pixels_, {}}).ok());
  }
  static RunOptions share(int index, int count) {
    RunOptions run;
    run.share_index = index;
    run.share_count = count;
    return run;
  }

  fs::path root_;
  PixelSettings pixels_{{"scale", "0.5"}};
};

TEST_F(JobFolderTest, IsMadeWithItsParents) {
  const auto folder = open_job_folder((root_ / "a/b/c").string(), pixels_, {});
  ASSERT_TRUE(folder.ok()) << folder.error().message();
  EXPECT_TRUE(fs::is_directory(root_ / "a/b/c"));
  EXPECT_FALSE(folder->earlier);
}

TEST_F(JobFolderTest, AnswersWithTheEarlierRecord) {
  record();
  const auto folder = open();
  ASSERT_TRUE(folder.ok());
  ASSERT_TRUE(folder->earlier);
  EXPECT_EQ(folder->earlier->pixels, pixels_);
}

TEST_F(JobFolderTest, RefusesOtherPixelsByName) {
  record();
  pixels_ = {{"scale", "0.25"}};
  const auto refused = open();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::conflict);
  EXPECT_NE(refused.error().message().find("scale is 0.5 there and 0.25 here"), std::string::npos);
}

TEST_F(JobFolderTest, RefusesStrangersFoldersAndFiles) {
  write("job/photo.jpg");
  for (const bool restart : {false, true}) {
    RunOptions run;
    run.restart = restart;
    const auto refused = open(run);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code(), Code::foreign);
    EXPECT_NE(refused.error().message().find("photo.jpg"), std::string::npos);
  }
  EXPECT_TRUE(fs::exists(root_ / "job/photo.jpg"));
  write("file");
  const auto file = open_job_folder((root_ / "file").string(), pixels_, {});
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().code(), Code::foreign);
}

TEST_F(JobFolderTest, AStrangersJobFileMakesNoFolderOurs) {
  const std::vector<std::string> theirs{"image.tiff", "previews/a.txt"};
  for (const std::string& name : theirs) write("job/" + name);
  for (const std::string text : {R"({"name":"slurm job"})", R"(["slurm job"])", "slurm job"}) {
    write("job/job.json", text);
    for (const bool restart : {false, true}) {
      RunOptions run;
      run.restart = restart;
      const auto refused = open(run);
      ASSERT_FALSE(refused.ok()) << text;
      EXPECT_EQ(refused.error().code(), Code::foreign) << text;
    }
    for (const std::string& name : theirs) EXPECT_TRUE(fs::exists(root_ / "job" / name)) << name;
    EXPECT_TRUE(fs::exists(root_ / "job/job.json"));
  }
}

TEST_F(JobFolderTest, RestartReplacesADamagedRecordOfOurs) {
  const JobRecord ours{"generate", "{}", pixels_, {}};
  for (const std::string& text : {std::string(), to_json(ours).replace(20, 1, "#"),
                                  to_json(ours).substr(0, to_json(ours).size() / 2 + 40)}) {
    write("job/job.json", text);
    write("job/image.tiff");
    const auto refused = open();
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code(), Code::corrupt);
    EXPECT_TRUE(fs::exists(root_ / "job/image.tiff"));
    RunOptions run;
    run.restart = true;
    const auto folder = open(run);
    ASSERT_TRUE(folder.ok()) << folder.error().message();
    EXPECT_FALSE(fs::exists(root_ / "job/image.tiff"));
  }
}

TEST_F(JobFolderTest, GoesOnWhereAFirstRunDiedBeforeItsRecord) {
  write("job/.pantile/tiff/x");
  write("job/.tmp-1-0");
  ASSERT_TRUE(open().ok());
  EXPECT_FALSE(fs::exists(root_ / "job/.tmp-1-0"));
}

TEST_F(JobFolderTest, RestartRemovesWhatAJobMakesAndNothingElse) {
  record();
  const std::vector<std::string> ours{"image.ome.zarr/0/zarr.json", "image.tiff", "image.tiff.sums",
                                      "previews/a.png", ".pantile/tiff/x"};
  for (const std::string& name : ours) write("job/" + name);
  write("job/notes.txt");
  RunOptions run;
  run.restart = true;
  pixels_ = {{"scale", "0.25"}};
  const auto folder = open(run);
  ASSERT_TRUE(folder.ok());
  EXPECT_FALSE(folder->earlier);
  for (const std::string& name : ours) EXPECT_FALSE(fs::exists(root_ / "job" / name)) << name;
  EXPECT_FALSE(fs::exists(root_ / "job/job.json"));
  EXPECT_TRUE(fs::exists(root_ / "job/notes.txt"));
}

TEST_F(JobFolderTest, HasOneWriterOrManyShares) {
  {
    const auto whole = open();
    ASSERT_TRUE(whole.ok());
    for (const RunOptions& run : {RunOptions(), share(0, 2)}) {
      const auto second = open(run);
      ASSERT_FALSE(second.ok());
      EXPECT_EQ(second.error().code(), Code::conflict);
    }
  }
  const auto first = open(share(0, 2)), second = open(share(1, 2));
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(second.ok()) << second.error().message();
  EXPECT_EQ(open(share(1, 2)).error().code(), Code::conflict);
  EXPECT_EQ(open().error().code(), Code::conflict);
}

TEST_F(JobFolderTest, ASharesLeftoversMayBeAnothersWork) {
  record();
  write("job/.tmp-1-0");
  ASSERT_TRUE(open(share(0, 2)).ok());
  EXPECT_TRUE(fs::exists(root_ / "job/.tmp-1-0"));
  ASSERT_TRUE(open().ok());
  EXPECT_FALSE(fs::exists(root_ / "job/.tmp-1-0"));
}

TEST_F(JobFolderTest, RefusesSharesThatAreNone) {
  for (const auto& [index, count] : {std::pair(-1, 2), std::pair(2, 2), std::pair(0, 0)}) {
    const auto refused = open(share(index, count));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code(), Code::invalid);
  }
  EXPECT_FALSE(fs::exists(path()));
}

TEST_F(JobFolderTest, CountsBytes) {
  write("job/a", "12345");
  write("job/b/c", "678");
  EXPECT_EQ(disk_bytes(path()), 8);
  EXPECT_EQ(disk_bytes((root_ / "job/a").string()), 5);
  EXPECT_EQ(disk_bytes((root_ / "none").string()), 0);
}

}  // namespace
}  // namespace pantile
