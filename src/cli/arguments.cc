#include "cli/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>

#include "cli/toml_config.h"

namespace pantile::cli {
namespace {

/// One option of the command and what CLI11 found for it.
struct Slot {
  const Option* option = nullptr;
  std::string text;
  CLI::Option* parsed = nullptr;
};

bool takes_value(const std::vector<const Option*>& options, std::string_view word) {
  return std::any_of(options.begin(), options.end(), [&](const Option* option) {
    return !option->positional() && option->type != Type::flag && option->flag == word;
  });
}

/// Joins "--flag" "value" to "--flag=value", so that a value may begin with a minus sign as in
/// "--range -3,3". A value that is another flag, or that is not there, is an error.
Result<std::vector<std::string>> join_values(const std::vector<const Option*>& options,
                                             const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    out.push_back(words[i]);
    const std::string flag = words[i].substr(0, words[i].find('='));
    if (!takes_value(options, flag)) continue;
    if (flag == words[i]) {
      const bool there =
          i + 1 < words.size() && !words[i + 1].starts_with("--") && words[i + 1] != "-h";
      out.back() += "=" + (there ? words[++i] : std::string());
    }
    if (out.back().size() == flag.size() + 1) {
      return Error(Code::invalid,
                   fmt::format("{0}: expected a value after it, found none; one that begins with "
                               "-- is given as {0}=VALUE",
                               flag));
    }
  }
  return out;
}

Error unknown_word(const Command& command, const std::vector<const Option*>& options,
                   const std::string& word) {
  const std::string more = fmt::format("`pantile {} --help` lists what it takes", command.name);
  if (!word.starts_with("-")) {
    return Error(Code::invalid,
                 fmt::format("{}: unexpected argument \"{}\"; {}", command.name, word, more));
  }
  std::vector<std::string> flags{"--help"};
  for (const Option* option : options) {
    if (!option->positional()) flags.push_back(option->flag);
  }
  const std::string near = nearest(word.substr(0, word.find('=')), flags);
  return Error(Code::invalid,
               fmt::format("{}: unknown option \"{}\"; {}", command.name, word,
                           near.empty() ? more : fmt::format("did you mean {}?", near)));
}

Status apply_slots(const std::deque<Slot>& slots, Settings& settings) {
  // Positional arguments and flags go in the schema's order, in which --size precedes --width.
  for (const Slot& slot : slots) {
    if (slot.parsed->count() == 0) continue;
    PANTILE_TRY(slot.option->set(slot.text, settings).with_context(slot.option->flag));
  }
  return {};
}

}  // namespace

Result<Arguments> parse_arguments(const Schema& schema, const Command& command,
                                  const std::vector<std::string>& words) {
  const std::vector<const Option*> options = schema.of(command);
  CLI::App app(command.summary, "pantile " + command.name);
  app.set_help_flag("-h,--help");
  app.allow_extras();
  std::deque<Slot> slots;  // CLI11 keeps references to the texts
  for (const Option* option : options) {
    Slot& slot = slots.emplace_back();
    slot.option = option;
    if (option->type == Type::flag) {
      slot.parsed = app.add_flag(option->flag);
    } else {
      slot.parsed = app.add_option(option->flag, slot.text)->take_last();
    }
  }

  PANTILE_ASSIGN(std::vector<std::string> reversed, join_values(options, words));
  std::reverse(reversed.begin(), reversed.end());  // as CLI11 wants it
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return Arguments{.settings = {}, .help = true};
  } catch (const CLI::ParseError& error) {
    return Error(Code::invalid, fmt::format("{}: {}; `pantile {} --help` explains", command.name,
                                            error.what(), command.name));
  }
  if (const auto extras = app.remaining(); !extras.empty()) {
    return unknown_word(command, options, extras.front());
  }
  for (const Slot& slot : slots) {
    if (slot.option->required && slot.parsed->count() == 0) {
      return Error(Code::invalid, fmt::format("{}: {} is missing; `pantile {} --help` explains",
                                              command.name, slot.option->flag, command.name));
    }
  }

  Arguments arguments;
  PANTILE_TRY(apply_slots(slots, arguments.settings));
  if (!arguments.settings.config.empty()) {
    const std::string path = arguments.settings.config;
    Settings layered;
    PANTILE_TRY(apply_config_file(path, schema, layered));
    PANTILE_TRY(apply_slots(slots, layered));
    arguments.settings = layered;
  }
  return arguments;
}

}  // namespace pantile::cli
