#include "ops/filter/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/spelling.h"

namespace pantile::filter {
namespace {

constexpr double kAny = 1e300;
constexpr double kMostReach = 1024;  // pixels; a limit of memory, not of method

Parameter number(std::string_view name, std::string_view help, Value standard = {},
                 double least = -kAny, double most = kAny) {
  return {name, ValueKind::number, std::move(standard), least, most, {}, help, false};
}
Parameter sigma(std::string_view name, std::string_view help) {
  return number(name, help, {}, 0, kMostReach / 4);
}
Parameter boundary() {
  return {"boundary",
          ValueKind::word,
          std::string("reflect"),
          0,
          0,
          "reflect nearest constant wrap",
          "what lies beyond the image's edges",
          false};
}
Parameter outside() {
  return number("outside", "the value beyond the edges where boundary=constant", 0.0);
}
Parameter truncate() {
  return number("truncate", "how far the density reaches, in sigmas", 4.0, 0.5, 16);
}
Parameter size(double standard) {
  return {"size",
          ValueKind::odd,
          standard,
          1,
          2 * kMostReach + 1,
          {},
          "height and width of the square, in pixels",
          false};
}

std::vector<OperatorInfo> make_catalogue() {
  const Parameter types{"dtype",
                        ValueKind::word,
                        {},
                        0,
                        0,
                        "uint8 int8 uint16 int16 uint32 int32 float32 float64",
                        "the type of the samples",
                        false};
  const Parameter q{
      "q", ValueKind::range, {}, 0, 1, {}, "quantiles of all pixels that become 0 and 1", true};
  const Parameter range{
      "range", ValueKind::range, {}, -kAny, kAny, {}, "the values that become 0 and 1", true};
  return {
      {"cast", "another type; integers are rounded, ties to even, and limited", {types}},
      {"rescale", "(x - a) / (b - a), limited to 0 and 1, of a range or of quantiles", {range, q}},
      {"clip",
       "limits to a range",
       {{"range", ValueKind::range, {}, -kAny, kAny, {}, "least and greatest value", false}}},
      {"gamma", "x to a power", {number("exponent", "the power", {}, 1e-3, 1e3)}},
      {"invert", "high - x", {number("high", "what 0 becomes", 1.0)}},
      {"add", "x + value", {number("value", "what is added")}},
      {"subtract", "x - value", {number("value", "what is subtracted")}},
      {"multiply", "x * value", {number("value", "the factor")}},
      {"divide", "x / value", {number("value", "the divisor")}},
      {"abs", "the magnitude", {}},
      {"sqrt", "the square root", {}},
      {"gaussian",
       "smoothing by a Gaussian of standard deviation sigma",
       {sigma("sigma", "pixels"), truncate(), boundary(), outside()}},
      {"box", "the mean of a square", {size(3), boundary(), outside()}},
      {"sobel", "magnitude of Sobel's gradient", {boundary(), outside()}},
      {"scharr", "magnitude of Scharr's gradient", {boundary(), outside()}},
      {"laplacian", "the sum of both second differences", {boundary(), outside()}},
      {"log",
       "Laplacian of a Gaussian",
       {sigma("sigma", "pixels, above 0"), truncate(), boundary(), outside()}},
      {"dog",
       "difference of two Gaussians, the first less the second",
       {sigma("sigma1", "pixels"), sigma("sigma2", "pixels"), truncate(), boundary(), outside()}},
      {"unsharp",
       "x + amount * (x - gaussian(x))",
       {sigma("sigma", "pixels"), number("amount", "how much", 1.0, 0, 100), truncate(), boundary(),
        outside()}},
      {"erode", "the least value in a square", {size(3), boundary(), outside()}},
      {"dilate", "the greatest value in a square", {size(3), boundary(), outside()}},
      {"open",
       "erode, then dilate: bright things smaller than the square go",
       {size(3), boundary(), outside()}},
      {"close",
       "dilate, then erode: dark things smaller than the square go",
       {size(3), boundary(), outside()}},
      {"tophat",
       "x - open(x): bright things smaller than the square stay",
       {size(3), boundary(), outside()}},
      {"threshold", "1 where x > value, else 0, as a mask", {number("value", "the threshold")}},
  };
}

std::vector<std::string_view> split_words(std::string_view words) {
  std::vector<std::string_view> all;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    all.push_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return all;
}

std::string value_text(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  if (const auto* word = std::get_if<std::string>(&value)) return *word;
  if (const auto* range = std::get_if<std::pair<double, double>>(&value)) {
    return fmt::format("{}:{}", range->first, range->second);
  }
  return "";
}

std::string limits_text(const Parameter& p) {
  if (p.kind == ValueKind::word || (p.least <= -kAny && p.most >= kAny)) return "";
  return fmt::format(" from {} to {}", p.least, p.most);
}

/// Errors: invalid, when `value` is not what `p` takes.
Status check_value(std::string_view op, const Parameter& p, const Value& value) {
  const auto refuse = [&](std::string_view wanted) -> Status {
    return Error(Code::invalid, fmt::format("{} of {} has to be {}{}; it is '{}'", p.name, op,
                                            wanted, limits_text(p), value_text(value)));
  };
  const auto fits = [&](double v) { return std::isfinite(v) && v >= p.least && v <= p.most; };
  if (p.kind == ValueKind::word) {
    const auto* word = std::get_if<std::string>(&value);
    const auto words = split_words(p.words);
    if (word == nullptr || std::ranges::find(words, *word) == words.end()) {
      return refuse(fmt::format("one of {}", p.words));
    }
    return {};
  }
  if (p.kind == ValueKind::range) {
    const auto* range = std::get_if<std::pair<double, double>>(&value);
    if (range == nullptr || !fits(range->first) || !fits(range->second) ||
        !(range->first < range->second)) {
      return refuse("two numbers a:b, a < b,");
    }
    return {};
  }
  const auto* v = std::get_if<double>(&value);
  const char* const wanted = p.kind == ValueKind::number  ? "a number"
                             : p.kind == ValueKind::count ? "a whole number"
                                                          : "an odd whole number";
  if (v == nullptr || !fits(*v)) return refuse(wanted);
  if (p.kind != ValueKind::number && *v != std::floor(*v)) return refuse(wanted);
  if (p.kind == ValueKind::odd && std::fmod(*v, 2) != 1) return refuse(wanted);
  return {};
}

}  // namespace

std::span<const OperatorInfo> catalogue() {
  static const std::vector<OperatorInfo> kCatalogue = make_catalogue();
  return kCatalogue;
}

const OperatorInfo* find_operator(std::string_view name) {
  const auto at = std::ranges::find(catalogue(), name, &OperatorInfo::name);
  return at == catalogue().end() ? nullptr : &*at;
}

const Value& Call::value(std::string_view parameter) const {
  static const Value kNothing;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (info->parameters[i].name == parameter) return values[i];
  }
  return kNothing;
}

std::string Call::text() const {
  std::string inner;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::holds_alternative<std::monostate>(values[i])) continue;
    if (!inner.empty()) inner += ", ";
    inner += fmt::format("{}={}", info->parameters[i].name, value_text(values[i]));
  }
  return inner.empty() ? std::string(info->name) : fmt::format("{}({})", info->name, inner);
}

std::string text_of(const Chain& chain) {
  std::string all;
  for (const Call& call : chain) all += (all.empty() ? "" : " | ") + call.text();
  return all;
}

Result<Call> make_call(std::string_view name, const std::vector<Argument>& arguments) {
  const OperatorInfo* const info = find_operator(name);
  if (info == nullptr) {
    std::vector<std::string_view> names;
    for (const OperatorInfo& o : catalogue()) names.push_back(o.name);
    const std::string_view near = nearest_word(name, names);
    return Error(Code::invalid,
                 fmt::format("there is no operator '{}'{}", name,
                             near.empty() ? "" : fmt::format("; did you mean {}?", near)));
  }
  Call call{info, std::vector<Value>(info->parameters.size())};
  std::size_t place = 0;
  for (const Argument& argument : arguments) {
    std::size_t at = place;
    if (argument.name.empty()) {
      ++place;
    } else {
      at = 0;
      while (at < info->parameters.size() && info->parameters[at].name != argument.name) ++at;
    }
    if (at >= info->parameters.size()) {
      std::string known;
      for (const Parameter& p : info->parameters) {
        known += (known.empty() ? "" : ", ") + std::string(p.name);
      }
      return Error(Code::invalid,
                   argument.name.empty()
                       ? fmt::format("{} takes {} values: {}", name, info->parameters.size(),
                                     known.empty() ? "none" : known)
                       : fmt::format("{} has no '{}'; it has: {}", name, argument.name,
                                     known.empty() ? "nothing" : known));
    }
    if (!std::holds_alternative<std::monostate>(call.values[at])) {
      return Error(Code::invalid,
                   fmt::format("{} of {} is given twice", info->parameters[at].name, name));
    }
    PANTILE_TRY(check_value(name, info->parameters[at], argument.value));
    call.values[at] = argument.value;
  }
  for (std::size_t i = 0; i < call.values.size(); ++i) {
    const Parameter& p = info->parameters[i];
    if (!std::holds_alternative<std::monostate>(call.values[i])) continue;
    if (std::holds_alternative<std::monostate>(p.standard) && !p.optional) {
      return Error(Code::invalid, fmt::format("{} needs '{}': {}", name, p.name, p.help));
    }
    call.values[i] = p.standard;
  }
  if (name == "rescale" && call.given("range") == call.given("q")) {
    return Error(Code::invalid, "rescale needs either range=a:b or quantiles, q=a:b");
  }
  return call;
}

}  // namespace pantile::filter
