#include "support/fault_store.h"

#include <gtest/gtest.h>

#include "io/store/memory_store.h"

namespace pantile {
namespace {

using Call = FaultStore::Call;

TEST(FaultStore, FailsTheCallAskedForAndNoOther) {
  FaultStore store(std::make_shared<MemoryStore>());
  ASSERT_TRUE(store.write("a", as_bytes("x")).ok());
  store.fail(Call::read, 2, Code::io);
  EXPECT_TRUE(store.read("a").ok());
  EXPECT_EQ(store.read("a").error().code(), Code::io);
  EXPECT_TRUE(store.read("a").ok());
  EXPECT_EQ(store.calls(Call::read), 3);
}

TEST(FaultStore, AFailedWriteLeavesTheOldObject) {
  FaultStore store(std::make_shared<MemoryStore>());
  ASSERT_TRUE(store.write("a", as_bytes("old")).ok());
  for (const Call call : {Call::open_writer, Call::append, Call::commit}) {
    store.fail(call, 1, Code::out_of_space);
    const Status status = store.write("a", as_bytes("new"));
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), Code::out_of_space);
    EXPECT_EQ(as_text(*store.read("a")), "old");
  }
  store.fail(Call::spool, 1, Code::out_of_space);
  EXPECT_FALSE(store.open_spool().ok());
  EXPECT_TRUE(store.open_spool().ok());
}

}  // namespace
}  // namespace pantile
