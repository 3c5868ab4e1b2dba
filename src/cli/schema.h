#pragma once
/// \file
/// The one table of options. Flags, TOML keys, --help, the man page, shell completion and the
/// documentation all come from it.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/settings.h"
#include "pantile/result.h"

namespace pantile::cli {

/// The form of an option's value; decides which TOML types are accepted.
enum class Type : std::uint8_t {
  flag,    ///< No value on the command line.
  on_off,  ///< TOML: boolean.
  integer,
  number,
  text,      ///< Any string; also paths.
  choice,    ///< One of Option::choices.
  pair,      ///< "a,b"; TOML: array of two numbers.
  bytes,     ///< "512MiB"; TOML: string or integer.
  previews,  ///< TOML: array of strings and integers, or one string.
  other,     ///< A string with a form of its own: size, rectangle, colour, share.
};

/// The subcommands, as bits of Option::commands.
enum CommandBit : unsigned {
  kGenerate = 1,
  kPlan = 2,
  kInfo = 4,
  kPreview = 8,
  kConvert = 16,
  kMan = 32,
  kCompletion = 64,
  kCheck = 128,
  kRepair = 256,
  kValidate = 512,
  kProcess = 1024,
};

/// One option or positional argument.
struct Option {
  std::string key{};   ///< TOML key, "image.width"; empty: command line only.
  std::string flag{};  ///< "--width"; a positional argument has no dashes: "INPUT".
  Type type = Type::text;
  std::string value_name{};  ///< What help calls the value: "PIXELS".
  std::string group{};       ///< Heading in help: "Image".
  std::string help{};        ///< One or two sentences.
  std::string range{};       ///< Legal values, in words; empty where `choices` says it.
  std::string example{};     ///< A legal value that is not the default.
  /// Of Type::choice all there are; of others, words that completion offers.
  std::vector<std::string> choices{};
  bool automatic = false;  ///< "auto" is legal and the default: Pantile decides.
  bool required = false;   ///< The command does not run without it.
  unsigned commands = 0;   ///< CommandBit.
  /// Parses and stores; its error does not name the option.
  std::function<Status(std::string_view, Settings&)> set{};
  /// The current value as text that `set` reads; empty where nothing is set. May be null.
  std::function<std::string(const Settings&)> show{};

  bool positional() const { return flag.empty() || flag.front() != '-'; }
  /// The default as text; empty: none.
  std::string default_text() const { return show && !required ? show(Settings{}) : std::string(); }
};

/// One subcommand.
struct Command {
  std::string name;
  CommandBit bit = kGenerate;
  std::string summary;      ///< One line, for the list of commands.
  std::string description;  ///< A paragraph.
  struct Example {
    std::string line, what;
  };
  std::vector<Example> examples;
};

struct Schema {
  std::vector<Command> commands;
  std::vector<Option> options;  ///< In the order of help; a flag is unique within a command.

  const Command* command(std::string_view name) const;
  /// Options of one command, in order.
  std::vector<const Option*> of(const Command& command) const;
  /// The option with that TOML key, for the commands that read TOML; null: none.
  const Option* key(std::string_view key) const;
};

/// Names that the schema lists but other floors own.
struct SchemaNames {
  std::vector<std::string> colormaps;  ///< Empty: any name is passed on.
  std::vector<std::string> formulas;   ///< Built-in formulas.
};

Schema make_schema(const SchemaNames& names);

/// The candidate that begins with `word`, or else nearest_word(); empty: none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace pantile::cli
