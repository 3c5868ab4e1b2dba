#include "ops/filter/catalogue.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/spelling.h"
#include "ops/filter/operators.h"
#include "ops/filter/values.h"

namespace pantile::filter {
namespace {

bool is_missing(const Value& value) { return std::holds_alternative<std::monostate>(value); }

/// The value of a call's images, whichever way they are held.
template <class Call, class Use> void for_images(Call& call, Use use) {
  for (auto& value : call.values) {
    if (auto* one = std::get_if<ImageValue>(&value)) use(*one);
    if (auto* list = std::get_if<std::vector<ImageValue>>(&value)) {
      for (auto& image : *list) use(image);
    }
  }
}

Error no_operator(std::string_view name) {
  std::vector<std::string_view> names;
  for (const OperatorInfo& o : catalogue()) names.push_back(o.name);
  const std::string_view near = nearest_word(name, names);
  return {Code::invalid, fmt::format("there is no operator '{}'{}", name,
                                     near.empty() ? "" : fmt::format("; did you mean {}?", near))};
}

Error no_parameter(const OperatorInfo& info, const Argument& argument) {
  std::string known;
  for (const Parameter& p : info.parameters) {
    known += (known.empty() ? "" : ", ") + std::string(p.name);
  }
  if (!argument.name.empty()) {
    return {Code::invalid, fmt::format("{} has no '{}'; it has: {}", info.name, argument.name,
                                       known.empty() ? "nothing" : known)};
  }
  return {Code::invalid, fmt::format("{} takes {} values: {}", info.name, info.parameters.size(),
                                     known.empty() ? "none" : known)};
}

/// Rules between parameters. Errors: invalid.
Status check_together(const Call& call) {
  const std::string_view name = call.info->name;
  if (name == "rescale" && call.given("range") && call.given("q")) {
    return Error(Code::invalid, "rescale takes either range=a:b or quantiles, q=a:b");
  }
  if (name == "resize") {
    const bool has_size = call.given("width") || call.given("height");
    if (has_size == call.given("scale")) {
      return Error(Code::invalid, "resize takes either scale, or width and height or one of them");
    }
  }
  if (name == "hysteresis" && call.number("low") > call.number("high")) {
    return Error(Code::invalid, fmt::format("hysteresis: low is {}, above high, {}",
                                            call.number("low"), call.number("high")));
  }
  if (name == "hysteresis" || name == "label" || name == "watershed") {
    const double connectivity = call.number("connectivity");
    if (connectivity != 4 && connectivity != 8) {
      return Error(Code::invalid, fmt::format("connectivity of {} has to be 4 or 8; it is {}", name,
                                              connectivity));
    }
  }
  return {};
}

}  // namespace

std::span<const OperatorInfo> catalogue() {
  static const std::vector<OperatorInfo> kCatalogue = make_operators();
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

std::vector<ImageValue> Call::images() const {
  std::vector<ImageValue> all;
  for_images(*this, [&](const ImageValue& image) { all.push_back(image); });
  std::ranges::sort(all, {}, &ImageValue::input);
  return all;
}

Call Call::without_branches() const {
  Call made = *this;
  for_images(made, [](ImageValue& image) { image.branch.reset(); });
  return made;
}

std::string Call::text(const std::function<std::string(const ImageValue&)>& image) const {
  std::string inner;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (is_missing(values[i])) continue;
    if (!inner.empty()) inner += ", ";
    const Parameter& parameter = info->parameters[i];
    // (A list of images is always the rest of what is given by place.)
    if (parameter.kind != ValueKind::images) inner += fmt::format("{}=", parameter.name);
    inner += value_text(values[i], image);
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
  if (info == nullptr) return no_operator(name);
  Call call{info, std::vector<Value>(info->parameters.size())};
  std::size_t place = 0;
  for (const Argument& argument : arguments) {
    std::size_t at = place;
    if (!argument.name.empty()) {
      at = 0;
      while (at < info->parameters.size() && info->parameters[at].name != argument.name) ++at;
    }
    if (at >= info->parameters.size()) return no_parameter(*info, argument);
    const Parameter& parameter = info->parameters[at];
    PANTILE_ASSIGN(Value value, checked_value(name, parameter, argument.value));
    // A list in brackets is whole.
    const bool goes_on = argument.name.empty() && is_list(parameter.kind) &&
                         !std::holds_alternative<std::vector<double>>(argument.value);
    if (goes_on && !is_missing(call.values[at])) {
      append(call.values[at], std::move(value));
      continue;
    }
    if (argument.name.empty() && !goes_on) ++place;
    if (!is_missing(call.values[at])) {
      return Error(Code::invalid, fmt::format("{} of {} is given twice", parameter.name, name));
    }
    call.values[at] = std::move(value);
  }
  for (std::size_t i = 0; i < call.values.size(); ++i) {
    const Parameter& p = info->parameters[i];
    if (!is_missing(call.values[i])) continue;
    if (is_missing(p.standard) && !p.optional) {
      return Error(Code::invalid, fmt::format("{} needs '{}': {}", name, p.name, p.help));
    }
    call.values[i] = p.standard;
  }
  int count = 0;
  for_images(call, [&](ImageValue& image) { image.input = ++count; });
  PANTILE_TRY(check_together(call));
  return call;
}

}  // namespace pantile::filter
