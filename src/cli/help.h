#pragma once
/// \file
/// The schema as text for people: --help, the manual page, tables for the documentation.

#include <string>
#include <string_view>
#include <vector>

#include "cli/schema.h"

namespace pantile::cli {

/// What `pantile --help` prints.
std::string program_help(const Schema& schema);
/// What `pantile <command> --help` prints: usage, every option by group, examples.
std::string command_help(const Schema& schema, const Command& command);
/// The usage line: "pantile convert INPUT OUTPUT [options]".
std::string usage(const Schema& schema, const Command& command);
/// "--width PIXELS", or "INPUT".
std::string invocation(const Option& option);
/// True when the command takes its options from a TOML file too.
bool reads_toml(const Schema& schema, const Command& command);
/// Legal values in words: the choices, or the range, or nothing.
std::string legal_values(const Option& option);

/// The manual page in roff (man macros).
std::string man_page(const Schema& schema, std::string_view version);
/// The options as Markdown tables, and a TOML file of all defaults.
std::string options_markdown(const Schema& schema);

/// Exit codes and what they mean, for help and manual page.
struct ExitMeaning {
  int code;
  std::string_view meaning;
};
std::vector<ExitMeaning> exit_meanings();

/// Environment variables, for help and manual page: what `info` and commands with --device heed.
struct Variable {
  std::string_view name, meaning;
};
std::vector<Variable> environment_variables();

}  // namespace pantile::cli
