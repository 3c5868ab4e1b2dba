#include "ops/filter/describe.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "ops/filter/catalogue.h"

namespace pantile::filter {
namespace {

std::string value_text(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  if (const auto* word = std::get_if<std::string>(&value)) return *word;
  return "";
}

/// As it is written: "sigma", "truncate=4", "range=a:b".
std::string invocation(const Parameter& p) {
  const std::string standard = value_text(p.standard);
  if (!standard.empty()) return fmt::format("{}={}", p.name, standard);
  return p.kind == ValueKind::range ? fmt::format("{}=a:b", p.name) : std::string(p.name);
}

/// The same for every operator that has them; said once, beside the table.
bool is_about_edges(const Parameter& p) { return p.name == "boundary" || p.name == "outside"; }

std::string legal(const Parameter& p) {
  constexpr double kNoLimit = 1e299;
  std::string kind;
  switch (p.kind) {
    case ValueKind::number: kind = ""; break;
    case ValueKind::count: kind = "whole"; break;
    case ValueKind::odd: kind = "odd"; break;
    case ValueKind::range: kind = "a < b"; break;
    case ValueKind::word: return std::string(p.words);
  }
  if (std::abs(p.least) > kNoLimit || std::abs(p.most) > kNoLimit) return kind;
  return fmt::format("{}{}{} to {}", kind, kind.empty() ? "" : ", ", p.least, p.most);
}

}  // namespace

std::string catalogue_markdown() {
  std::string text = "| operator | result | values |\n|---|---|---|\n";
  for (const OperatorInfo& op : catalogue()) {
    std::string call, values;
    for (const Parameter& p : op.parameters) {
      call += (call.empty() ? "" : ", ") + invocation(p);
      if (is_about_edges(p)) continue;
      const std::string range = legal(p);
      values += fmt::format("{}`{}`: {}{}", values.empty() ? "" : "; ", p.name, p.help,
                            range.empty() ? "" : fmt::format(" ({})", range));
    }
    if (!call.empty()) call = "(" + call + ")";
    text += fmt::format("| `{}{}` | {} | {} |\n", op.name, call, op.help, values);
  }
  return text;
}

}  // namespace pantile::filter
