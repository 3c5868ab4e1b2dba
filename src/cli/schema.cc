#include "cli/schema.h"

#include <algorithm>

#include "cli/schema_options.h"
#include "core/spelling.h"

namespace pantile::cli {
const Command* Schema::command(std::string_view name) const {
  const auto at = std::find_if(commands.begin(), commands.end(),
                               [&](const Command& c) { return c.name == name; });
  return at == commands.end() ? nullptr : &*at;
}

std::vector<const Option*> Schema::of(const Command& command) const {
  std::vector<const Option*> out;
  for (const Option& option : options) {
    if ((option.commands & command.bit) != 0) out.push_back(&option);
  }
  return out;
}

const Option* Schema::key(std::string_view name) const {
  const auto at = std::find_if(options.begin(), options.end(),
                               [&](const Option& o) { return !o.key.empty() && o.key == name; });
  return at == options.end() ? nullptr : &*at;
}

Schema make_schema(const SchemaNames& names) {
  Schema schema;
  schema.commands = make_commands();
  add_output_options(schema.options);
  add_generate_options(names, schema.options);
  add_file_options(names, schema.options);
  add_validate_options(schema.options);
  add_run_options(schema.options);
  // Help shows groups in this order, and options of a group in the order they were added.
  static constexpr std::string_view kGroups[] = {"Arguments", "Image", "Formula",    "Colour",
                                                 "Output",    "TIFF",  "Validation", "Run"};
  const auto rank = [](const Option& option) {
    return std::find(std::begin(kGroups), std::end(kGroups), option.group) - std::begin(kGroups);
  };
  std::stable_sort(schema.options.begin(), schema.options.end(),
                   [&](const Option& a, const Option& b) { return rank(a) < rank(b); });
  return schema;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  // Half a word is more likely meant than another short word that is as many letters away.
  for (const std::string& candidate : candidates) {
    if (word.size() >= 2 && candidate.starts_with(word)) return candidate;
  }
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  return std::string(nearest_word(word, views));
}

}  // namespace pantile::cli
