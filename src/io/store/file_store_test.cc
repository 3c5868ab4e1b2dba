#include "io/store/file_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "io/store/file_handle.h"
#include "io/store/os_error.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;

class FileStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "pantile-test-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { fs::remove_all(root_); }
  void touch(const std::string& name) { std::ofstream(root_ + "/" + name) << "x"; }
  std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
      count += entry.is_regular_file() ? 1 : 0;
    }
    return count;
  }
  std::string root_;
};

TEST_F(FileStoreTest, KeysAreFiles) {
  FileStore store(root_ + "/");
  ASSERT_TRUE(store.write("a/b", as_bytes("text")).ok());
  std::string text;
  std::ifstream(root_ + "/a/b") >> text;
  EXPECT_EQ(text, "text");
  EXPECT_EQ(files(), 1u);
}

TEST_F(FileStoreTest, TouchesNothingUntilWritten) {
  FileStore store(root_ + "/new");
  EXPECT_TRUE(store.list("")->empty());
  EXPECT_FALSE(*store.exists("a"));
  EXPECT_TRUE(store.remove_leftovers().ok());
  EXPECT_FALSE(fs::exists(root_ + "/new"));
}

TEST_F(FileStoreTest, RemovesLeftoversAndNothingElse) {
  FileStore store(root_);
  ASSERT_TRUE(store.write("a/b", as_bytes("x")).ok());
  touch(".tmp-1-0");
  touch("a/.tmp-77-3");
  touch(".other");
  EXPECT_EQ(store.list("")->size(), 2u);
  ASSERT_TRUE(store.remove_leftovers().ok());
  EXPECT_EQ(files(), 2u);
  EXPECT_TRUE(fs::exists(root_ + "/.other"));
}

TEST_F(FileStoreTest, WritesBesideALeftoverOfItsOwnName) {
  FileStore store(root_);
  touch(".tmp-" + std::to_string(::getpid()) + "-0");
  ASSERT_TRUE(store.write("k", as_bytes("new")).ok());
  EXPECT_EQ(as_text(*store.read("k")), "new");
}

TEST_F(FileStoreTest, AnAbortedWriterLeavesNoFile) {
  FileStore store(root_);
  {
    auto writer = store.open_writer("k");
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->append(as_bytes("x")).ok());
    EXPECT_EQ(files(), 1u);
  }
  EXPECT_EQ(files(), 0u);
}

TEST_F(FileStoreTest, ASpoolHasNoName) {
  FileStore store(root_);
  auto spool = store.open_spool();
  ASSERT_TRUE(spool.ok());
  EXPECT_EQ(files(), 0u);
}

TEST_F(FileStoreTest, HoldsLargeObjects) {
  FileStore store(root_);
  auto writer = store.open_writer("k");
  ASSERT_TRUE(writer.ok());
  const Bytes part(std::size_t{3} << 20, std::byte{7});
  for (int i = 0; i < 7; ++i) ASSERT_TRUE((*writer)->append(part).ok());
  ASSERT_TRUE((*writer)->commit().ok());
  EXPECT_EQ(**store.size("k"), std::int64_t{21} << 20);
  EXPECT_EQ((*store.read_range("k", (std::int64_t{21} << 20) - 1, 1))[0], std::byte{7});
}

TEST_F(FileStoreTest, SaysWhenAFileIsInTheWay) {
  touch("file");
  FileStore store(root_ + "/file");
  const Status status = store.write("k", as_bytes("x"));
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message().find(root_ + "/file"), std::string::npos);
  FileStore inside(root_ + "/file/deeper");
  EXPECT_FALSE(inside.write("k", as_bytes("x")).ok());
}

TEST_F(FileStoreTest, AFolderIsNoObject) {
  FileStore store(root_);
  ASSERT_TRUE(store.write("a/b", as_bytes("x")).ok());
  EXPECT_EQ(store.read("a").error().code(), Code::not_found);
  EXPECT_FALSE(store.write("a", as_bytes("y")).ok());
  EXPECT_EQ(files(), 1u);
}

TEST_F(FileStoreTest, ALinkCannotLeadOutOfIt) {
  const std::string inside = root_ + "/store";
  FileStore store(inside);
  ASSERT_TRUE(store.write("a/b", as_bytes("text")).ok());
  ASSERT_TRUE(FileStore(root_ + "/elsewhere").write("b", as_bytes("secret")).ok());
  fs::create_symlink(root_ + "/elsewhere/b", inside + "/file");
  fs::create_directory_symlink("../elsewhere", inside + "/folder");
  fs::create_symlink("/dev/zero", inside + "/device");
  fs::create_directory_symlink(root_ + "/storehouse", inside + "/dangling");
  for (const char* key : {"file", "folder/b", "folder/new", "folder/deep/new", "device"}) {
    EXPECT_EQ(store.read(key).error().code(), Code::foreign) << key;
    EXPECT_EQ(store.read_range(key, 0, 1).error().code(), Code::foreign) << key;
    EXPECT_EQ(store.size(key).error().code(), Code::foreign) << key;
    EXPECT_EQ(store.write(key, as_bytes("mine")).error().code(), Code::foreign) << key;
    EXPECT_EQ(store.remove(key).error().code(), Code::foreign) << key;
  }
  EXPECT_EQ(store.list("folder").error().code(), Code::foreign);
  // What a link leads to need not be there: nothing is made on its other side.
  EXPECT_FALSE(store.write("dangling/new", as_bytes("mine")).ok());
  EXPECT_FALSE(fs::exists(root_ + "/storehouse"));
  EXPECT_EQ(as_text(*FileStore(root_ + "/elsewhere").read("b")), "secret");
  EXPECT_EQ(FileStore(root_ + "/elsewhere").list("")->size(), 1u);
}

TEST_F(FileStoreTest, ALinkThatStaysInsideIsFollowed) {
  const std::string inside = root_ + "/store";
  ASSERT_TRUE(FileStore(inside).write("a/b", as_bytes("text")).ok());
  fs::create_directory_symlink("a", inside + "/also");
  fs::create_directory_symlink(inside, root_ + "/link");
  EXPECT_EQ(as_text(*FileStore(inside).read("also/b")), "text");
  EXPECT_EQ(as_text(*FileStore(root_ + "/link").read("also/b")), "text");
  EXPECT_TRUE(FileStore(root_ + "/link").write("also/c", as_bytes("new")).ok());
  EXPECT_TRUE(fs::exists(inside + "/a/c"));
}

TEST(OsError, SaysWhatKindItIs) {
  EXPECT_EQ(os_error(ENOSPC, "write", "f").code(), Code::out_of_space);
  EXPECT_EQ(os_error(EDQUOT, "write", "f").code(), Code::out_of_space);
  EXPECT_EQ(os_error(ENOENT, "open", "f").code(), Code::not_found);
  EXPECT_EQ(os_error(EACCES, "open", "f").code(), Code::io);
  EXPECT_EQ(os_error(EROFS, "open", "f").code(), Code::io);
  EXPECT_EQ(os_error(EIO, "read", "f").code(), Code::io);
  EXPECT_NE(os_error(EACCES, "open", "some/file").message().find("cannot open some/file"),
            std::string::npos);
}

TEST(FileHandle, AFullDeviceIsOutOfSpace) {
  const auto handle = open_file("/dev/full", O_WRONLY, "open");
  ASSERT_TRUE(handle.ok());
  const Status status = write_all(handle->get(), as_bytes("x"), "/dev/full");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::out_of_space);
}

TEST(FileHandle, ContinuesShortWritesAndReads) {
  // A pipe takes 64 KiB at a time, so a larger write to it is never done in one call.
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const FileHandle reader(ends[0]);
  FileHandle writer(ends[1]);
  const Bytes sent(300'000, std::byte{5});
  const pid_t child = ::fork();
  if (child == 0) {
    const bool ok = write_all(writer.get(), sent, "pipe").ok();
    ::_exit(ok ? 0 : 1);
  }
  writer.close();
  std::size_t received = 0;
  Bytes buffer(10'000);
  for (ssize_t n; (n = ::read(reader.get(), buffer.data(), buffer.size())) > 0;) {
    received += static_cast<std::size_t>(n);
  }
  EXPECT_EQ(received, sent.size());
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace pantile
