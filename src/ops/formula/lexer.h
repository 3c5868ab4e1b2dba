#pragma once
/// \file
/// A formula's text as tokens.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pantile::formula {

enum class TokenKind : std::uint8_t {
  number,
  name,
  plus,
  minus,
  times,
  divide,
  power,
  lt,
  le,
  gt,
  ge,
  eq,
  ne,
  open,
  close,
  comma,
  assign,
  bad,  ///< Not a token of the language; always the last one.
  end
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::size_t offset = 0;  ///< Bytes from the start of the formula.
  std::string_view text;   ///< As written; "theta" and "pi" for θ and π.
  double number = 0;       ///< Of a number: the nearest f64.
};

/// Tokens up to the end (the last is `end`) or up to the first character that is none (the last is
/// `bad`, and `problem` and `hint` say why in source_error's terms).
struct Tokens {
  std::vector<Token> list;
  std::string problem, hint;
};

/// Splits `text`, which must outlive the result. Never fails: see Tokens.
Tokens tokenize(std::string_view text);

}  // namespace pantile::formula
