#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "ops/filter/catalogue.h"

namespace pantile::filter {
namespace {

constexpr std::size_t kMostText = 1 << 16, kMostCalls = 256, kMostArguments = 4096;
constexpr int kMostNesting = 16;  // of chains in brackets

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class ChainParser {
 public:
  explicit ChainParser(std::string_view text) : text_(text) {}

  Result<Chain> chain() {
    if (text_.size() > kMostText) {
      return Error(Code::invalid, fmt::format("operators: {} characters; at most {} are read",
                                              text_.size(), kMostText));
    }
    PANTILE_ASSIGN(Chain all, calls());
    if (at_ != text_.size()) return wrong("'|' or the end");
    return all;
  }

 private:
  Error wrong(std::string_view expected) const {
    const std::string found =
        at_ < text_.size() ? fmt::format("'{}'", text_.substr(at_, 1)) : std::string("the end");
    return Error(Code::invalid, fmt::format("operators '{}', character {}: expected {}, found {}",
                                            text_.substr(0, 200), at_ + 1, expected, found));
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) {
      ++at_;
    }
  }
  bool eat(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string_view word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || (at_ > begin && is_digit(text_[at_])))) {
      ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

  /// Operators joined by |.
  Result<Chain> calls() {
    Chain all;
    do {
      PANTILE_ASSIGN(Call next, call());
      all.push_back(std::move(next));
      if (all.size() > kMostCalls) return wrong("the end of so long a chain");
    } while (eat('|'));
    return all;
  }

  Result<std::string> quoted() {
    const std::size_t end = text_.find('"', at_ + 1);
    if (end == std::string_view::npos) return wrong("a text whose quotes are closed");
    const std::string_view inner = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return std::string(inner);
  }

  /// #1, #2, …
  Result<int> given() {
    int number = 0;
    for (++at_; at_ < text_.size() && is_digit(text_[at_]) && number < 10000; ++at_) {
      number = 10 * number + (text_[at_] - '0');
    }
    if (number == 0) return wrong("the number of an image, from 1");
    return number;
  }

  /// [a, b, …] or ["file" | operators] or [operators].
  Result<Value> in_brackets() {
    eat('[');
    skip();
    const char first = at_ < text_.size() ? text_[at_] : ']';
    if (first != '"' && first != '#' && !is_letter(first)) {
      std::vector<double> numbers;
      do {
        if (numbers.size() == kMostArguments) return wrong("the end of so long a list");
        PANTILE_ASSIGN(const double next, number());
        numbers.push_back(next);
      } while (eat(','));
      if (!eat(']')) return wrong("',' or ']'");
      return Value(std::move(numbers));
    }
    if (++nesting_ > kMostNesting) return wrong("brackets that are not so deep");
    Branch branch;
    if (first == '"') {
      PANTILE_ASSIGN(branch.path, quoted());
      if (branch.path.empty()) return wrong("the name of a file before it");
    }
    if (first == '#') {
      PANTILE_ASSIGN(branch.given, given());
    }
    if (is_letter(first) || eat('|')) {
      PANTILE_ASSIGN(branch.chain, calls());
    }
    if (!eat(']')) return wrong("'|' or ']'");
    --nesting_;
    return Value(ImageValue{0, std::make_shared<const Branch>(std::move(branch))});
  }

  Result<double> number() {
    skip();
    double value = 0;
    const char* const begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc() || !std::isfinite(value)) return wrong("a number");
    at_ += static_cast<std::size_t>(end - begin);
    return value;
  }

  Result<Value> value() {
    skip();
    const char next = at_ < text_.size() ? text_[at_] : ' ';
    if (is_letter(next)) return Value(std::string(word()));
    if (next == '[') return in_brackets();
    if (next == '#') {
      Branch branch;
      PANTILE_ASSIGN(branch.given, given());
      return Value(ImageValue{0, std::make_shared<const Branch>(std::move(branch))});
    }
    if (next == '"') {
      PANTILE_ASSIGN(std::string text, quoted());
      return Value(ImageValue{0, std::make_shared<const Branch>(Branch{std::move(text), {}, 0})});
    }
    PANTILE_ASSIGN(const double first, number());
    if (!eat(':')) return Value(first);
    PANTILE_ASSIGN(const double second, number());
    return Value(std::pair(first, second));
  }

  Result<Call> call() {
    skip();
    const std::string_view name = word();
    if (name.empty()) return wrong("an operator's name");
    std::vector<Argument> arguments;
    if (eat('(') && !eat(')')) {
      do {
        if (arguments.size() == kMostArguments) return wrong("the end of so many values");
        skip();
        Argument argument;
        const std::size_t begin = at_;
        const std::string_view first = word();
        if (!first.empty() && eat('=')) {
          argument.name = first;
        } else {
          at_ = begin;
        }
        PANTILE_ASSIGN(argument.value, value());
        arguments.push_back(std::move(argument));
      } while (eat(','));
      if (!eat(')')) return wrong("',' or ')'");
    }
    return make_call(name, arguments);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int nesting_ = 0;
};

}  // namespace

Result<Chain> parse_chain(std::string_view text) { return ChainParser(text).chain(); }

}  // namespace pantile::filter
