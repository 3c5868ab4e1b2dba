#include "ops/formula/lexer.h"

#include <gtest/gtest.h>

#include <limits>

namespace pantile::formula {
namespace {

std::string kinds(std::string_view text) {
  constexpr std::string_view kLetters = "1n+-*/^lLgGeN(),=!.";
  std::string out;
  for (const Token& token : tokenize(text).list) {
    out += kLetters[static_cast<std::size_t>(token.kind)];
  }
  return out;
}

TEST(Lexer, SplitsEveryToken) {
  EXPECT_EQ(kinds("a+1-2*b/c^3 < <= > >= == != ( ) , ="), "n+1-1*n/n^1lLgGeN(),=.");
  EXPECT_EQ(kinds(""), ".");
  EXPECT_EQ(kinds(" \t\r\n "), ".");
  EXPECT_EQ(kinds("a<b"), "nln.");
  EXPECT_EQ(kinds("2×x÷3−π"), "1*n/1-n.");
}

TEST(Lexer, ReadsNumbersCorrectlyRounded) {
  const auto value = [](std::string_view text) {
    const Tokens tokens = tokenize(text);
    EXPECT_EQ(tokens.list.size(), 2U) << text;
    EXPECT_EQ(tokens.list[0].kind, TokenKind::number) << text;
    return tokens.list[0].number;
  };
  EXPECT_EQ(value("0"), 0.0);
  EXPECT_EQ(value(".5"), 0.5);
  EXPECT_EQ(value("5."), 5.0);
  EXPECT_EQ(value("1e3"), 1000.0);
  EXPECT_EQ(value("1E+3"), 1000.0);
  EXPECT_EQ(value("2.5e-3"), 0.0025);
  EXPECT_EQ(value("0.1"), 0.1);
  EXPECT_EQ(value("9007199254740993"), 9007199254740992.0);  // a tie goes to even
  EXPECT_EQ(value("9007199254740993.0000000000000000000001"), 9007199254740994.0);
  EXPECT_EQ(value("1.7976931348623157e308"), std::numeric_limits<double>::max());
  EXPECT_EQ(value("4.9406564584124654e-324"), std::numeric_limits<double>::denorm_min());
}

TEST(Lexer, AnExponentNeedsDigits) {
  EXPECT_EQ(kinds("2e"), "1n.");
  EXPECT_EQ(kinds("2e+x"), "1n+n.");
  EXPECT_EQ(kinds("2exp(x)"), "1n(n).");
  EXPECT_EQ(kinds("1.2.3"), "11.");
}

TEST(Lexer, GreekLettersAreNames) {
  const Tokens tokens = tokenize("θ*π");
  ASSERT_EQ(tokens.list.size(), 4U);
  EXPECT_EQ(tokens.list[0].text, "theta");
  EXPECT_EQ(tokens.list[2].text, "pi");
  EXPECT_EQ(tokens.list[1].offset, 2U);
}

TEST(Lexer, StopsAtWhatIsNoToken) {
  for (const std::string_view text : {"x**2", "x && y", "x | y", "x²", "[x]", "x ≤ y", "x # y",
                                      "1e999", "1e-999", "\xff", "x\xce", "é", ".", "x\x01"}) {
    const Tokens tokens = tokenize(text);
    EXPECT_EQ(tokens.list.back().kind, TokenKind::bad) << text;
    EXPECT_FALSE(tokens.problem.empty()) << text;
  }
  EXPECT_EQ(tokenize("x²").hint, " (write ^2)");
  EXPECT_EQ(tokenize("x**2").hint, " (a power is written ^)");
}

}  // namespace
}  // namespace pantile::formula
