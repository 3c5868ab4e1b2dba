#pragma once
/// \file
/// What every ByteStore does. Instantiate ByteStoreContract with one case per store.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "io/store/byte_store.h"

namespace pantile::contract {

struct ByteStoreCase {
  std::string name;
  /// An empty store; what it needs lives as long as the returned pointer.
  std::function<std::shared_ptr<ByteStore>()> make;
};
inline void PrintTo(const ByteStoreCase& c, std::ostream* out) { *out << c.name; }

inline std::string case_name(const testing::TestParamInfo<ByteStoreCase>& info) {
  return info.param.name;
}

class ByteStoreContract : public testing::TestWithParam<ByteStoreCase> {
 protected:
  void SetUp() override { store_ = GetParam().make(); }
  ByteStore& store() { return *store_; }
  std::string text(std::string_view key) {
    const auto bytes = store().read(key);
    return bytes.ok() ? std::string(as_text(*bytes)) : std::string(code_name(bytes.error().code()));
  }
  std::vector<std::string> keys(std::string_view prefix) {
    std::vector<std::string> out;
    const auto entries = store().list(prefix);
    EXPECT_TRUE(entries.ok());
    if (entries.ok()) {
      for (const auto& entry : *entries) out.push_back(entry.key);
    }
    return out;
  }

 private:
  std::shared_ptr<ByteStore> store_;
};

using Keys = std::vector<std::string>;

TEST_P(ByteStoreContract, GivesBackWhatWasWritten) {
  ASSERT_TRUE(store().write("a/b/c", as_bytes("hello")).ok());
  EXPECT_EQ(text("a/b/c"), "hello");
  ASSERT_TRUE(store().write("empty", as_bytes("")).ok());
  EXPECT_EQ(text("empty"), "");
  EXPECT_EQ(**store().size("a/b/c"), 5);
  EXPECT_EQ(**store().size("empty"), 0);
  EXPECT_TRUE(*store().exists("empty"));
}

TEST_P(ByteStoreContract, JoinsParts) {
  const std::span<const std::byte> parts[] = {as_bytes("one "), as_bytes(""), as_bytes("two")};
  ASSERT_TRUE(store().write("k", parts).ok());
  EXPECT_EQ(text("k"), "one two");
}

TEST_P(ByteStoreContract, ReadsRangesAndRefusesThoseBeyondTheEnd) {
  ASSERT_TRUE(store().write("k", as_bytes("0123456789")).ok());
  const auto range = store().read_range("k", 3, 4);
  ASSERT_TRUE(range.ok());
  EXPECT_EQ(as_text(*range), "3456");
  EXPECT_EQ(store().read_range("k", 10, 0)->size(), 0u);
  EXPECT_EQ(store().read_range("k", 8, 3).error().code(), Code::corrupt);
  EXPECT_EQ(store().read_range("k", -1, 3).error().code(), Code::corrupt);
  EXPECT_EQ(store().read_range("k", 11, 0).error().code(), Code::corrupt);
  EXPECT_EQ(store().read_range("k", 5, std::int64_t{1} << 62).error().code(), Code::corrupt);
  EXPECT_EQ(store().read_range("k", 0, -1).error().code(), Code::invalid);
  Bytes out(4);
  EXPECT_EQ(store().read_into("k", 8, out).error().code(), Code::corrupt);
}

TEST_P(ByteStoreContract, ReadsNoMoreThanAllowed) {
  ASSERT_TRUE(store().write("k", as_bytes("0123456789")).ok());
  EXPECT_EQ(as_text(*store().read_at_most("k", 10)), "0123456789");
  EXPECT_EQ(store().read_at_most("k", 9).error().code(), Code::corrupt);
  EXPECT_EQ(store().read_at_most("other", 9).error().code(), Code::not_found);
  EXPECT_EQ(store().read_at_most("../k", 9).error().code(), Code::invalid);
}

TEST_P(ByteStoreContract, SaysWhatIsNotThere) {
  ASSERT_TRUE(store().write("a/b", as_bytes("x")).ok());
  for (const char* key : {"b", "a", "a/c", "a/b/c"}) {
    EXPECT_EQ(store().read(key).error().code(), Code::not_found) << key;
    EXPECT_EQ(store().read_range(key, 0, 1).error().code(), Code::not_found) << key;
    const auto size = store().size(key);
    ASSERT_TRUE(size.ok()) << key;
    EXPECT_FALSE(size->has_value()) << key;
    EXPECT_FALSE(*store().exists(key)) << key;
  }
}

TEST_P(ByteStoreContract, RefusesKeysThatLeaveIt) {
  for (const char* key : {"", "/a", "/etc/passwd", "a/", "a//b", "..", "../a", "a/../b", ".",
                          "a/./b", ".tmp-1", "a/.tmp-1-2"}) {
    EXPECT_EQ(store().write(key, as_bytes("x")).error().code(), Code::invalid) << key;
    EXPECT_EQ(store().read(key).error().code(), Code::invalid) << key;
    EXPECT_EQ(store().size(key).error().code(), Code::invalid) << key;
    EXPECT_EQ(store().remove(key).error().code(), Code::invalid) << key;
  }
  EXPECT_EQ(store().read(std::string_view("a\0b", 3)).error().code(), Code::invalid);
  EXPECT_EQ(keys(""), Keys{});
}

TEST_P(ByteStoreContract, ReplacesWholeObjects) {
  ASSERT_TRUE(store().write("k", as_bytes("a long first version")).ok());
  ASSERT_TRUE(store().write("k", as_bytes("short")).ok());
  EXPECT_EQ(text("k"), "short");
  EXPECT_EQ(keys(""), Keys{"k"});
}

TEST_P(ByteStoreContract, ShowsNothingBeforeCommit) {
  ASSERT_TRUE(store().write("k", as_bytes("old")).ok());
  auto writer = store().open_writer("k");
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->append(as_bytes("ne")).ok());
  EXPECT_EQ(text("k"), "old");
  EXPECT_EQ(keys(""), Keys{"k"});
  ASSERT_TRUE((*writer)->append(as_bytes("w")).ok());
  ASSERT_TRUE((*writer)->commit().ok());
  EXPECT_EQ(text("k"), "new");
}

TEST_P(ByteStoreContract, AWriterMayReplaceWhatItAppended) {
  auto writer = store().open_writer("a/late");
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->append(as_bytes("....body")).ok());
  ASSERT_TRUE((*writer)->overwrite(0, as_bytes("head")).ok());
  EXPECT_EQ((*writer)->overwrite(5, as_bytes("long")).error().code(), Code::invalid);
  EXPECT_EQ((*writer)->overwrite(-1, as_bytes("x")).error().code(), Code::invalid);
  ASSERT_TRUE((*writer)->append(as_bytes("!")).ok());
  ASSERT_TRUE((*writer)->commit().ok());
  const auto bytes = store().read("a/late");
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(as_text(*bytes), "headbody!");
}

TEST_P(ByteStoreContract, ForgetsAWriterThatDidNotCommit) {
  {
    auto writer = store().open_writer("folder/k");
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->append(as_bytes("lost")).ok());
  }
  EXPECT_EQ(keys(""), Keys{});
  EXPECT_EQ(text("folder/k"), "not_found");
}

TEST_P(ByteStoreContract, TwoWritersOfOneKeyDoNotMix) {
  auto first = store().open_writer("k");
  auto second = store().open_writer("k");
  ASSERT_TRUE(first.ok() && second.ok());
  ASSERT_TRUE((*first)->append(as_bytes("1111")).ok());
  ASSERT_TRUE((*second)->append(as_bytes("22")).ok());
  ASSERT_TRUE((*first)->append(as_bytes("1111")).ok());
  ASSERT_TRUE((*second)->commit().ok());
  EXPECT_EQ(text("k"), "22");
  ASSERT_TRUE((*first)->commit().ok());
  EXPECT_EQ(text("k"), "11111111");
}

TEST_P(ByteStoreContract, ListsByPrefixInOrder) {
  for (const char* key : {"b", "a/2", "a/10", "a/1/x", "ab", "a-b"}) {
    ASSERT_TRUE(store().write(key, as_bytes(key)).ok());
  }
  EXPECT_EQ(keys(""), (Keys{"a-b", "a/1/x", "a/10", "a/2", "ab", "b"}));
  EXPECT_EQ(keys("a"), (Keys{"a/1/x", "a/10", "a/2"}));
  EXPECT_EQ(keys("a/1"), Keys{"a/1/x"});
  EXPECT_EQ(keys("none"), Keys{});
  EXPECT_EQ(keys("b"), Keys{});
  EXPECT_EQ(store().list("../a").error().code(), Code::invalid);
  EXPECT_EQ((*store().list("a/1"))[0], (ByteStore::Entry{"a/1/x", 5}));
}

TEST_P(ByteStoreContract, Removes) {
  ASSERT_TRUE(store().write("a/k", as_bytes("x")).ok());
  EXPECT_TRUE(store().remove("a/k").ok());
  EXPECT_EQ(text("a/k"), "not_found");
  EXPECT_TRUE(store().remove("a/k").ok());
  EXPECT_TRUE(store().remove("never/was").ok());
}

TEST_P(ByteStoreContract, CountsBytes) {
  const auto written = store().bytes_written(), read = store().bytes_read();
  ASSERT_TRUE(store().write("k", as_bytes("12345")).ok());
  EXPECT_EQ(store().bytes_written() - written, 5);
  ASSERT_TRUE(store().read_range("k", 1, 3).ok());
  EXPECT_EQ(store().bytes_read() - read, 3);
}

TEST_P(ByteStoreContract, SpoolsGiveBackWhatTheyTook) {
  auto spool = store().open_spool();
  ASSERT_TRUE(spool.ok());
  const auto a = (*spool)->append(as_bytes("first"));
  const auto b = (*spool)->append(as_bytes("second"));
  ASSERT_TRUE(a.ok() && b.ok());
  Bytes out(6);
  ASSERT_TRUE((*spool)->read(*b, out).ok());
  EXPECT_EQ(as_text(out), "second");
  out.resize(5);
  ASSERT_TRUE((*spool)->read(*a, out).ok());
  EXPECT_EQ(as_text(out), "first");
  EXPECT_FALSE((*spool)->read(*b + 3, out).ok());
  EXPECT_EQ(keys(""), Keys{});
}

TEST_P(ByteStoreContract, TakesManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 25; ++i) {
        const std::string own = "t" + std::to_string(t) + "/" + std::to_string(i);
        EXPECT_TRUE(store().write(own, as_bytes(own)).ok());
        EXPECT_EQ(text(own), own);
        const std::string shared(static_cast<std::size_t>(1000 + t), static_cast<char>('a' + t));
        EXPECT_TRUE(store().write("shared", as_bytes(shared)).ok());
        const std::string seen = text("shared");
        ASSERT_FALSE(seen.empty());
        EXPECT_EQ(seen, std::string(static_cast<std::size_t>(1000 + seen[0] - 'a'), seen[0]));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(keys("").size(), 101u);
}

}  // namespace pantile::contract
