#include "ops/formula/lexer.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <system_error>

#include "ops/formula/source_error.h"

namespace pantile::formula {
namespace {

// The C library's classification follows the locale; a formula must not.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

struct Symbol {
  std::string_view spelling;
  TokenKind kind;
};
// Longer spellings first.
constexpr Symbol kSymbols[] = {
    {"<=", TokenKind::le},    {">=", TokenKind::ge},    {"==", TokenKind::eq},
    {"!=", TokenKind::ne},    {"<", TokenKind::lt},     {">", TokenKind::gt},
    {"=", TokenKind::assign}, {"+", TokenKind::plus},   {"-", TokenKind::minus},
    {"*", TokenKind::times},  {"/", TokenKind::divide}, {"^", TokenKind::power},
    {"(", TokenKind::open},   {")", TokenKind::close},  {",", TokenKind::comma},
    {"×", TokenKind::times},  {"÷", TokenKind::divide}, {"−", TokenKind::minus},
};

// What other languages and keyboards would write, and how it is said here.
struct Foreign {
  std::string_view spelling, advice;
};
constexpr Foreign kForeign[] = {
    {"**", "a power is written ^"},
    {"&&", "write 'and'"},
    {"||", "write 'or'"},
    {"&", "write 'and'"},
    {"|", "write abs(…) or 'or'"},
    {"!", "write 'not'"},
    {"%", "write mod(a, b)"},
    {"[", "use round brackets"},
    {"]", "use round brackets"},
    {"{", "use round brackets"},
    {"}", "use round brackets"},
    {"?", "write if(condition, a, b)"},
    {"·", "write *"},
    {"⋅", "write *"},
    {"∗", "write *"},
    {"–", "write -"},
    {"—", "write -"},
    {"≤", "write <="},
    {"≥", "write >="},
    {"≠", "write !="},
    {"√", "write sqrt(…)"},
    {"∞", "write inf"},
    {"¹", "a power is written ^"},
    {"²", "write ^2"},
    {"³", "write ^3"},
    {"⁴", "write ^4"},
    {"⁻", "a power is written ^"},
    {"\u00a0", "this is a no-break space, type a plain one"},
    {";", "several names go into one let: let a = …, b = … in …"},
};

template <class Table>
auto match(const Table& table, std::string_view rest) -> const std::remove_extent_t<Table>* {
  for (const auto& entry : table) {
    if (rest.substr(0, entry.spelling.size()) == entry.spelling) return &entry;
  }
  return nullptr;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Tokens run() {
    while (out_.list.empty() || out_.list.back().kind < TokenKind::bad) next();
    return std::move(out_);
  }

 private:
  char at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }

  void emit(TokenKind kind, std::size_t size) {
    out_.list.push_back({kind, offset_, text_.substr(offset_, size), 0});
    offset_ += size;
  }
  void fail(std::string problem, std::string hint = "") {
    out_.problem = std::move(problem);
    out_.hint = std::move(hint);
    emit(TokenKind::bad, 0);
  }

  void next() {
    while (is_space(at(offset_))) ++offset_;
    if (offset_ == text_.size()) return emit(TokenKind::end, 0);
    const std::string_view rest = text_.substr(offset_);
    if (is_digit(rest[0]) || (rest[0] == '.' && is_digit(at(offset_ + 1)))) return number();
    if (is_letter(rest[0])) {
      std::size_t end = offset_;
      while (is_letter(at(end)) || is_digit(at(end))) ++end;
      return emit(TokenKind::name, end - offset_);
    }
    if (rest.starts_with("θ")) return named("θ", "theta");
    if (rest.starts_with("π")) return named("π", "pi");
    if (rest.starts_with("**")) return foreign(*match(kForeign, rest));
    if (const Symbol* symbol = match(kSymbols, rest)) {
      return emit(symbol->kind, symbol->spelling.size());
    }
    if (const Foreign* other = match(kForeign, rest)) return foreign(*other);
    stranger();
  }

  void named(std::string_view spelling, std::string_view name) {
    emit(TokenKind::name, spelling.size());
    out_.list.back().text = name;
  }

  void foreign(const Foreign& other) {
    fail(fmt::format("'{}' is not part of the language", other.spelling),
         fmt::format(" ({})", other.advice));
  }

  void stranger() {
    const Utf8 c = decode_utf8(text_, offset_);
    const auto code = static_cast<std::uint32_t>(c.code_point);
    if (!c.valid) {
      fail("a byte that is not UTF-8 text");
    } else if (code < 0x20 || (code >= 0x7f && code < 0xa0)) {
      fail(fmt::format("a control character (code {}) is not part of the language", code));
    } else {
      fail(fmt::format("'{}' is not part of the language", text_.substr(offset_, c.length)));
    }
  }

  void number() {
    std::size_t end = offset_;
    while (is_digit(at(end))) ++end;
    if (at(end) == '.') {
      ++end;
      while (is_digit(at(end))) ++end;
    }
    // "2e" is the number 2 followed by the constant e; only digits make an exponent.
    if (at(end) == 'e' || at(end) == 'E') {
      std::size_t digits = end + 1;
      if (at(digits) == '+' || at(digits) == '-') ++digits;
      if (is_digit(at(digits))) {
        while (is_digit(at(digits))) ++digits;
        end = digits;
      }
    }
    double value = 0;
    const char* first = text_.data() + offset_;
    const char* last = text_.data() + end;
    const auto [stop, code] = std::from_chars(first, last, value);
    if (code == std::errc::result_out_of_range) {
      return fail("a number outside what f64 can hold", " (4.9e-324 to 1.8e308)");
    }
    if (code != std::errc{} || stop != last) return fail("a number that cannot be read");
    emit(TokenKind::number, end - offset_);
    out_.list.back().number = value;
  }

  std::string_view text_;
  std::size_t offset_ = 0;
  Tokens out_;
};

}  // namespace

Tokens tokenize(std::string_view text) { return Lexer(text).run(); }

}  // namespace pantile::formula
