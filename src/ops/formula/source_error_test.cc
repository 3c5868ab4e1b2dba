#include "ops/formula/source_error.h"

#include <gtest/gtest.h>

#include <string>

namespace pantile::formula {
namespace {

TEST(SourceError, PointsAtTheCharacter) {
  const Error error = source_error("1+sine(x)", 2, "unknown function 'sine'", " (try harder)");
  EXPECT_EQ(error.code(), Code::invalid);
  EXPECT_EQ(error.message(),
            "formula: unknown function 'sine' at character 3 (try harder)\n"
            "  1+sine(x)\n"
            "    ^");
}

TEST(SourceError, CountsCharactersNotBytes) {
  EXPECT_EQ(source_error("θ×q", 4, "p").message(), "formula: p at character 3\n  θ×q\n    ^");
}

TEST(SourceError, PointsBehindTheEnd) {
  EXPECT_EQ(source_error("x+", 2, "p").message(), "formula: p at character 3\n  x+\n    ^");
  EXPECT_EQ(source_error("", 0, "p").message(), "formula: p at character 1\n  \n  ^");
}

TEST(SourceError, ShowsTheLineOfTheError) {
  EXPECT_EQ(source_error("x +\n  q\n+ y", 6, "p").message(),
            "formula: p at character 7\n    q\n    ^");
  EXPECT_EQ(source_error("x +\nq", 3, "p").message(), "formula: p at character 4\n  x +\n     ^");
}

TEST(SourceError, ReplacesWhatATerminalCannotShow) {
  EXPECT_EQ(source_error("\t\x01\xff?", 3, "p").message(),
            "formula: p at character 4\n   ???\n     ^");
}

TEST(SourceError, ShowsAWindowOfALongLine) {
  const std::string text = std::string(500, 'a') + "!" + std::string(500, 'b');
  const std::string message = source_error(text, 500, "p").message();
  const std::size_t first = message.find('\n') + 1, second = message.find('\n', first) + 1;
  const std::string line = message.substr(first, second - 1 - first);
  EXPECT_LE(line.size(), 2 + 72 + 2 * std::string("…").size());
  // The ellipsis is three bytes and one column.
  EXPECT_EQ(line.find('!') - 2, message.find('^') - second);
}

TEST(Utf8, RefusesWhatIsNot) {
  for (const char* text : {"\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                           "\xf8", "\xce", "\xe2\x82", "\xc3("}) {
    const Utf8 c = decode_utf8(text, 0);
    EXPECT_FALSE(c.valid);
    EXPECT_EQ(c.length, 1U);
  }
  EXPECT_EQ(decode_utf8("π", 0).code_point, U'π');
  EXPECT_EQ(decode_utf8("√", 0).length, 3U);
  EXPECT_EQ(decode_utf8("𝛑", 0).length, 4U);
}

}  // namespace
}  // namespace pantile::formula
