#include "core/hash.h"

#include <gtest/gtest.h>

namespace pantile {
namespace {

TEST(Hash, IsTheSameInEveryVersion) {
  // Recorded jobs compare these across versions and machines.
  EXPECT_EQ(fingerprint_of("checkerboard").hex(), "df85b9c9a6558523e9dcbe34a8a8009b");
  EXPECT_EQ(fingerprint_of("abc").hex(), "45bcdc88efffd44520b986a5e7fe1438");
}

TEST(Hash, TellsTextsAndFieldsApart) {
  EXPECT_EQ(fingerprint_of("a"), hash_text("a"));
  EXPECT_NE(fingerprint_of("a"), fingerprint_of("b"));
  EXPECT_NE(fingerprint_of("a"), Fingerprint{});
  EXPECT_NE(Hasher().add("ab").add("c").finish(), Hasher().add("a").add("bc").finish());
}

TEST(Hash, FramesItsFields) {
  const auto of = [](auto... fields) {
    Hasher hasher;
    (hasher.add(fields), ...);
    return hasher.finish();
  };
  using Text = std::string_view;
  EXPECT_NE(of(Text("ab")), of(Text("a"), Text("b")));
  EXPECT_NE(of(Text("a"), Text("")), of(Text(""), Text("a")));
  EXPECT_NE(of(Text("a")), of(Text("a"), Text("")));
  EXPECT_NE(of(std::int64_t{1}), of(std::int64_t{256}));
  EXPECT_NE(of(0.0), of(-0.0)) << "by their bits";
  EXPECT_EQ(of(1.0), of(std::int64_t{0x3ff0000000000000}));
  // A text is its length, then its bytes: eight bytes "abcdefgh" are one little-endian number.
  EXPECT_EQ(of(Text("abcdefgh")), of(std::int64_t{8}, std::int64_t{0x6867666564636261}));
}

TEST(Hash, HexIsInByteOrder) {
  Fingerprint f;
  f.bytes[0] = 0x0a;
  f.bytes[15] = 0xf1;
  EXPECT_EQ(f.hex(), "0a0000000000000000000000000000f1");
}

}  // namespace
}  // namespace pantile
