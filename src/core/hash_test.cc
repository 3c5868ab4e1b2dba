#include "core/hash.h"

#include <gtest/gtest.h>

namespace pantile {
namespace {

TEST(Hash, IsTheSameInEveryVersion) {
  // Recorded jobs compare these across versions and machines.
  EXPECT_EQ(fingerprint_of("checkerboard").hex(), "df85b9c9a6558523e9dcbe34a8a8009b");
}

TEST(Hash, TellsTextsAndFieldsApart) {
  EXPECT_EQ(fingerprint_of("a"), hash_text("a"));
  EXPECT_NE(fingerprint_of("a"), fingerprint_of("b"));
  EXPECT_NE(fingerprint_of("a"), Fingerprint{});
  EXPECT_NE(Hasher().add("ab").add("c").finish(), Hasher().add("a").add("bc").finish());
}

}  // namespace
}  // namespace pantile
