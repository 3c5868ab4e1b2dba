#include "pipeline/folder/kernel_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace pantile {
namespace {

class KernelFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = testing::TempDir() + "kernel_files_" + test->name();
    std::filesystem::remove_all(folder_);
  }
  std::string folder_;
};

TEST_F(KernelFilesTest, GiveBackWhatTheyKeep) {
  KernelFiles files(folder_);
  EXPECT_EQ(*files.find("a-sm_90"), "");
  const std::string code(
      "\x7f"
      "ELF\0code",
      9);
  ASSERT_TRUE(files.keep("a-sm_90", code).ok());
  EXPECT_EQ(*files.find("a-sm_90"), code);
  EXPECT_EQ(*KernelFiles(folder_).find("a-sm_90"), code);
  EXPECT_EQ(*files.find("b-sm_90"), "");
}

TEST_F(KernelFilesTest, DamageIsFound) {
  KernelFiles files(folder_);
  ASSERT_TRUE(files.keep("a", "some code").ok());
  const std::string path = folder_ + "/a";
  const auto size = std::filesystem::file_size(path);
  for (std::size_t at = 0; at < size; ++at) {
    ASSERT_TRUE(files.keep("a", "some code").ok());
    {
      std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(static_cast<std::streamoff>(at));
      const char byte = static_cast<char>(file.get() ^ 4);
      file.seekp(static_cast<std::streamoff>(at));
      file.put(byte);
    }
    const auto found = files.find("a");
    ASSERT_FALSE(found.ok()) << at;
    EXPECT_EQ(found.error().code(), Code::corrupt);
  }
  std::filesystem::resize_file(path, 5);
  EXPECT_FALSE(files.find("a").ok());
}

}  // namespace
}  // namespace pantile
