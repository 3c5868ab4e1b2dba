#include "ops/filter/values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace pantile::filter {
namespace {

std::vector<std::string_view> split_words(std::string_view words) {
  std::vector<std::string_view> all;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    all.push_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return all;
}

bool is_limited(const Parameter& p) {
  return p.kind != ValueKind::word && p.kind != ValueKind::text && p.kind != ValueKind::image &&
         p.kind != ValueKind::images && (p.least > -kAny || p.most < kAny);
}

std::string wanted_text(const Parameter& p) {
  switch (p.kind) {
    case ValueKind::number: return "a number";
    case ValueKind::count: return "a whole number";
    case ValueKind::odd: return "an odd whole number";
    case ValueKind::word: return fmt::format("one of {}", p.words);
    case ValueKind::range: return "two numbers a:b, a < b,";
    case ValueKind::text: return "a text in double quotes, with none inside,";
    case ValueKind::numbers: return "a list of numbers [a, b, …]";
    case ValueKind::counts: return "a list of whole numbers [a, b, …]";
    case ValueKind::image:
    case ValueKind::images: return "another image (a file in double quotes, or [operators])";
    case ValueKind::operand:
      return "a number, or another image (a file in double quotes, or [operators])";
  }
  return "";
}

class Check {
 public:
  explicit Check(const Parameter& p) : p_(p) {}

  /// Nothing when `value` is not what the parameter takes.
  std::optional<Value> run(const Value& value) const {
    switch (p_.kind) {
      case ValueKind::number:
      case ValueKind::count:
      case ValueKind::odd: return number(value);
      case ValueKind::word: return word(value);
      case ValueKind::range: return range(value);
      case ValueKind::text: return text(value);
      case ValueKind::numbers:
      case ValueKind::counts: return numbers(value);
      case ValueKind::image: return image(value);
      case ValueKind::operand: {
        const auto as_number = number(value);
        return as_number ? as_number : image(value);
      }
      case ValueKind::images: {
        if (std::holds_alternative<std::vector<ImageValue>>(value)) return value;
        const auto one = image(value);
        if (!one) return std::nullopt;
        return std::vector<ImageValue>{std::get<ImageValue>(*one)};
      }
    }
    return std::nullopt;
  }

 private:
  bool fits(double v) const {
    if (!std::isfinite(v) || v < p_.least || v > p_.most) return false;
    const bool is_whole = p_.kind == ValueKind::count || p_.kind == ValueKind::counts;
    if (is_whole || p_.kind == ValueKind::odd) {
      if (v != std::floor(v)) return false;
    }
    return p_.kind != ValueKind::odd || std::fmod(v, 2) == 1;
  }
  std::optional<Value> number(const Value& value) const {
    const auto* v = std::get_if<double>(&value);
    if (v == nullptr || !fits(*v)) return std::nullopt;
    return value;
  }
  /// What was written without quotes or with them.
  static const std::string* text_in(const Value& value) {
    if (const auto* image = std::get_if<ImageValue>(&value)) {
      const Branch* const branch = image->branch.get();
      const bool is_text = branch != nullptr && branch->chain.empty() && branch->given == 0;
      return is_text ? &branch->path : nullptr;
    }
    return std::get_if<std::string>(&value);
  }
  std::optional<Value> word(const Value& value) const {
    const std::string* const word = text_in(value);
    const auto words = split_words(p_.words);
    if (word == nullptr || std::ranges::find(words, *word) == words.end()) return std::nullopt;
    return *word;
  }
  std::optional<Value> range(const Value& value) const {
    const auto* range = std::get_if<std::pair<double, double>>(&value);
    if (range == nullptr || !fits(range->first) || !fits(range->second)) return std::nullopt;
    if (!(range->first < range->second)) return std::nullopt;
    return value;
  }
  std::optional<Value> text(const Value& value) const {
    const std::string* const text = text_in(value);
    if (text == nullptr || text->find('"') != std::string::npos) return std::nullopt;
    return *text;
  }
  std::optional<Value> numbers(const Value& value) const {
    if (const auto* one = std::get_if<double>(&value)) {
      if (!fits(*one)) return std::nullopt;
      return std::vector<double>{*one};
    }
    const auto* all = std::get_if<std::vector<double>>(&value);
    if (all == nullptr || all->empty()) return std::nullopt;
    if (!std::ranges::all_of(*all, [&](double v) { return fits(v); })) return std::nullopt;
    return value;
  }
  static std::optional<Value> image(const Value& value) {
    const auto* image = std::get_if<ImageValue>(&value);
    if (image == nullptr) return std::nullopt;
    const Branch* const branch = image->branch.get();
    const bool is_named =
        branch == nullptr || !branch->path.empty() || !branch->chain.empty() || branch->given > 0;
    return is_named ? std::optional(value) : std::nullopt;
  }

  const Parameter& p_;
};

std::string image_text(const ImageValue& image) {
  if (image.branch == nullptr) return fmt::format("#{}", image.input);
  const Branch& branch = *image.branch;
  std::string from = branch.path.empty() ? "" : fmt::format("\"{}\"", branch.path);
  if (branch.given > 0) from = fmt::format("#{}", branch.given);
  if (from.empty()) return fmt::format("[{}]", text_of(branch.chain));
  if (branch.chain.empty()) return from;
  return fmt::format("[{} | {}]", from, text_of(branch.chain));
}

}  // namespace

Result<Value> checked_value(std::string_view op, const Parameter& p, const Value& value) {
  if (auto checked = Check(p).run(value)) return *std::move(checked);
  return Error(Code::invalid,
               fmt::format("{} of {} has to be {}{}; it is '{}'", p.name, op, wanted_text(p),
                           is_limited(p) ? fmt::format(" from {} to {}", p.least, p.most) : "",
                           value_text(value)));
}

bool is_list(ValueKind kind) {
  return kind == ValueKind::numbers || kind == ValueKind::counts || kind == ValueKind::images;
}

void append(Value& list, Value more) {
  const auto join = [](auto& to, auto&& from) { to.insert(to.end(), from.begin(), from.end()); };
  if (auto* numbers = std::get_if<std::vector<double>>(&list)) {
    join(*numbers, std::get<std::vector<double>>(more));
  } else {
    join(std::get<std::vector<ImageValue>>(list), std::get<std::vector<ImageValue>>(more));
  }
}

std::string value_text(const Value& value,
                       const std::function<std::string(const ImageValue&)>& image) {
  const auto of_image = [&](const ImageValue& v) { return image ? image(v) : image_text(v); };
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  if (const auto* word = std::get_if<std::string>(&value)) {
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    const bool is_plain =
        !word->empty() && is_letter(word->front()) &&
        std::ranges::all_of(*word, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
    return is_plain ? *word : fmt::format("\"{}\"", *word);
  }
  if (const auto* range = std::get_if<std::pair<double, double>>(&value)) {
    return fmt::format("{}:{}", range->first, range->second);
  }
  if (const auto* numbers = std::get_if<std::vector<double>>(&value)) {
    return fmt::format("[{}]", fmt::join(*numbers, ", "));
  }
  if (const auto* one = std::get_if<ImageValue>(&value)) return of_image(*one);
  std::string all;
  if (const auto* list = std::get_if<std::vector<ImageValue>>(&value)) {
    for (const ImageValue& v : *list) all += (all.empty() ? "" : ", ") + of_image(v);
  }
  return all;
}

}  // namespace pantile::filter
