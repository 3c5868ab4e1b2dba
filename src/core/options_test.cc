#include "pantile/options.h"

#include <gtest/gtest.h>

#include <set>

namespace pantile {
namespace {

template <class E> class Words : public testing::Test {};
using Choices = testing::Types<Precision, Sampling, StoreKind, TiffCompression, TiffDialect>;
TYPED_TEST_SUITE(Words, Choices);

TYPED_TEST(Words, NameEveryValueOnce) {
  std::set<std::string_view> words;
  std::set<TypeParam> values;
  for (const Word<TypeParam>& w : words_of<TypeParam>()) {
    EXPECT_TRUE(words.insert(w.word).second) << w.word;
    EXPECT_TRUE(values.insert(w.value).second) << w.word;
    EXPECT_EQ(word_for(w.value), w.word);
  }
  // The values are 0, 1, 2 …: as many as the last one says, so none has been forgotten in between.
  EXPECT_EQ(values.size(), static_cast<std::size_t>(*values.rbegin()) + 1);
}

TEST(HexColor, RoundTrips) {
  EXPECT_EQ(hex_color({1, 128, 255}), "#0180ff");
  EXPECT_EQ(parse_hex_color("#0180ff"), (Rgb8{1, 128, 255}));
  EXPECT_EQ(parse_hex_color("#0180FF"), (Rgb8{1, 128, 255}));
  for (const char* bad : {"", "#", "#0180f", "#0180fff", "0180ff", "#0180fg", "#-180ff"}) {
    EXPECT_FALSE(parse_hex_color(bad)) << bad;
  }
}

}  // namespace
}  // namespace pantile
