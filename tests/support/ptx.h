#pragma once
/// \file
/// What tests look for in PTX, the text between a compiler and the assembler of a GPU.

#include <algorithm>
#include <array>
#include <cstddef>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pantile::testing_cuda {

/// The text with blanks in place of comments.
inline std::string without_comments(std::string ptx) {
  for (std::size_t at = 0; (at = ptx.find('/', at)) != std::string::npos; ++at) {
    const bool line = ptx.compare(at, 2, "//") == 0;
    if (!line && ptx.compare(at, 2, "/*") != 0) continue;
    const std::size_t end = line ? ptx.find('\n', at) : ptx.find("*/", at + 2);
    const std::size_t behind =
        std::min(end == std::string::npos ? end : end + (line ? 0 : 2), ptx.size());
    std::fill(ptx.begin() + static_cast<std::ptrdiff_t>(at),
              ptx.begin() + static_cast<std::ptrdiff_t>(behind), ' ');
  }
  return ptx;
}

/// Reads a PTX text statement by statement, wherever its lines end.
class PtxReader {
 public:
  explicit PtxReader(const std::string& ptx) : text_(without_comments(ptx)) {}

  /// The next instruction, without guard and label; empty at the end.
  std::string next() {
    while (at_ < text_.size()) {
      const char first = text_[at_];
      if (first == '.') {
        skip_directive();
      } else if (first == '@') {  // a guard: @p, @!%p1
        ++at_;
        take(" \t\n!");
        take_name();
      } else if (first >= '0' && first <= '9') {
        take_name();
      } else if (is_in_name(first) && first != '%') {
        const std::size_t start = at_;
        take_name();
        if (is_label()) continue;
        while (at_ < text_.size() &&
               (is_in_name(text_[at_]) || text_[at_] == '.' || text_[at_] == ':')) {
          ++at_;
        }
        const std::string instruction = text_.substr(start, at_ - start);
        at_ = std::min(text_.find(';', at_), text_.size());
        return instruction;
      } else {
        ++at_;
      }
    }
    return {};
  }

 private:
  static bool is_in_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || c == '%';
  }
  void take(std::string_view these) {
    at_ = std::min(text_.find_first_not_of(these, at_), text_.size());
  }
  void take_name() {
    while (at_ < text_.size() && is_in_name(text_[at_])) ++at_;
  }
  bool is_label() {
    const std::size_t colon = text_.find_first_not_of(" \t\n", at_);
    if (colon == std::string::npos || text_[colon] != ':' || text_.compare(colon, 2, "::") == 0) {
      return false;
    }
    at_ = colon + 1;
    return true;
  }
  /// To the end of its line, of its brackets where a line ends in them, or to what begins or ends a
  /// block or statement.
  void skip_directive() {
    int open = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '(') ++open;
      if (c == ')') --open;
      if (open <= 0 && (c == '\n' || c == ';' || c == '{' || c == '}')) return;
    }
  }

  std::string text_;
  std::size_t at_ = 0;
};

/// The instructions of a PTX text, in order.
inline std::vector<std::string> instructions_of(const std::string& ptx) {
  PtxReader reader(ptx);
  std::vector<std::string> all;
  for (std::string one; !(one = reader.next()).empty();) all.push_back(std::move(one));
  return all;
}

/// Does it name a type of floating-point numbers, of any width?
inline bool is_float(const std::string& instruction) {
  static const std::regex kType(R"(.*\.((b|t)?f\d|e\dm\d)[^.]*(\..*)?)");
  return std::regex_match(instruction, kType);
}

/// Does it only bring numbers from one place to another?
inline bool moves(const std::string& instruction) {
  return std::ranges::any_of(std::array{"ld.", "st.", "mov."},
                             [&](const char* word) { return instruction.starts_with(word); });
}

/// The instructions that calculate with floating-point numbers, each followed by a space.
inline std::string float_instructions(const std::string& ptx) {
  std::string words;
  for (const std::string& instruction : instructions_of(ptx)) {
    if (is_float(instruction) && !moves(instruction)) words += instruction + " ";
  }
  return words;
}

/// Instructions on floating-point numbers that are neither exact nor rounded to the nearest as
/// IEEE 754 says, or that ptxas may contract (a sum or product without a rounding of its own); each
/// once, followed by a space. What is not known to be right is wrong.
inline std::string wrong_instructions(const std::string& ptx) {
  static const std::regex kRight(
      R"((add|sub|mul|fma|div|sqrt|rcp)\.rn\.f(32|64))"
      R"(|(abs|neg|min|max|copysign|selp)\.f(32|64))"
      R"(|setp\.(eq|ne|lt|le|gt|ge|equ|neu|ltu|leu|gtu|geu|num|nan)(\.(and|or|xor))?\.f(32|64))"
      // From whole numbers and to them, as C++ converts; to the next whole number; to another type.
      R"(|cvt\.rn\.f(32|64)\.[su](8|16|32|64))"
      R"(|cvt\.rzi\.[su](8|16|32|64)\.f(32|64))"
      R"(|cvt\.r[nzmp]i\.(f32\.f32|f64\.f64))"
      R"(|cvt\.rn\.f32\.f64|cvt\.f64\.f32)"
      R"(|cvt\.sat\.f32\.f32)");  // clamps to [0, 1]: exact
  static const std::regex kNever(R"(.*\.(approx|full|ftz)(\..*)?)");
  const std::vector<std::string> all = instructions_of(ptx);
  std::string words;
  for (const std::string& one : std::set<std::string>(all.begin(), all.end())) {
    const bool is_right = !is_float(one) || moves(one) || std::regex_match(one, kRight);
    if (!is_right || std::regex_match(one, kNever)) words += one + " ";
  }
  return words;
}

}  // namespace pantile::testing_cuda
