#include "ops/filter/describe.h"

#include <fmt/format.h>

#include <string_view>

#include "ops/filter/catalogue.h"
#include "ops/filter/values.h"

namespace pantile::filter {
namespace {

/// As it is written: "sigma", "truncate=4", "range=a:b".
std::string invocation(const Parameter& p) {
  const std::string standard = value_text(p.standard);
  if (!standard.empty()) return fmt::format("{}={}", p.name, standard);
  switch (p.kind) {
    case ValueKind::range: return fmt::format("{}=a:b", p.name);
    case ValueKind::numbers:
    case ValueKind::counts: return fmt::format("{}=[a, b, …]", p.name);
    case ValueKind::images: return fmt::format("{}…", p.name);
    default: return std::string(p.name);
  }
}

/// The same for every operator that has them; said once, beside the table.
bool is_about_edges(const Parameter& p) { return p.name == "boundary" || p.name == "outside"; }

std::string legal(const Parameter& p) {
  std::string kind;
  switch (p.kind) {
    case ValueKind::number: kind = ""; break;
    case ValueKind::count: kind = "whole"; break;
    case ValueKind::odd: kind = "odd"; break;
    case ValueKind::range: kind = "a < b"; break;
    case ValueKind::word: return std::string(p.words);
    case ValueKind::text: return "text in quotes";
    case ValueKind::numbers: kind = "numbers"; break;
    case ValueKind::counts: kind = "whole numbers"; break;
    case ValueKind::image: return "image";
    case ValueKind::images: return "images";
    case ValueKind::operand: kind = "number or image"; break;
  }
  if (p.least <= -kAny || p.most >= kAny) return kind;
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
