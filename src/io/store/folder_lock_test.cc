#include "io/store/folder_lock.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace pantile {
namespace {

class FolderLockTest : public testing::Test {
 protected:
  FolderLockTest() {
    path_ = testing::TempDir() + "folder_lock_" + std::to_string(::getpid());
    std::filesystem::create_directories(path_);
  }
  ~FolderLockTest() override { std::filesystem::remove_all(path_); }
  std::string path_;
};

TEST_F(FolderLockTest, ASecondWriterGetsAConflict) {
  auto first = FolderLock::take(path_, FolderLock::Mode::exclusive);
  ASSERT_TRUE(first.ok());
  auto second = FolderLock::take(path_, FolderLock::Mode::exclusive);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), Code::conflict);
  EXPECT_EQ(FolderLock::take(path_, FolderLock::Mode::shared).error().code(), Code::conflict);
}

TEST_F(FolderLockTest, SharersGoTogether) {
  auto a = FolderLock::take(path_, FolderLock::Mode::shared);
  auto b = FolderLock::take(path_, FolderLock::Mode::shared);
  EXPECT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(FolderLock::take(path_, FolderLock::Mode::exclusive).error().code(), Code::conflict);
}

TEST_F(FolderLockTest, IsGoneWithItsHolder) {
  { auto lock = FolderLock::take(path_, FolderLock::Mode::exclusive); }
  EXPECT_TRUE(FolderLock::take(path_, FolderLock::Mode::exclusive).ok());
}

TEST_F(FolderLockTest, IsGoneWhenItsProcessIsKilled) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto lock = FolderLock::take(path_, FolderLock::Mode::exclusive);
    const char answer = lock.ok() ? 'y' : 'n';
    if (::write(ready[1], &answer, 1) != 1) ::_exit(1);
    ::pause();
  }
  char answer = 0;
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  EXPECT_EQ(FolderLock::take(path_, FolderLock::Mode::exclusive).error().code(), Code::conflict);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(FolderLock::take(path_, FolderLock::Mode::exclusive).ok());
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(FolderLockTest, NamesAMissingFolder) {
  EXPECT_EQ(FolderLock::take(path_ + "/none", FolderLock::Mode::shared).error().code(),
            Code::not_found);
}

}  // namespace
}  // namespace pantile
