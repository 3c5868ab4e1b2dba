#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

namespace pantile::cli {
namespace {

constexpr std::size_t kColumns = 80, kIndent = 28;

/// `text` in lines of at most kColumns; every line but the first begins with `indent` blanks.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (column > indent && column + 1 + end > kColumns) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += text.substr(0, end);
    column += end;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// Two columns: `left`, and `right` wrapped beside it, or below where `left` is long.
std::string row(std::string_view left, std::string_view right) {
  std::string out = fmt::format("  {}", left);
  if (out.size() + 2 > kIndent) {
    out += '\n' + std::string(kIndent, ' ');
  } else {
    out += std::string(kIndent - out.size(), ' ');
  }
  return out + wrapped(right, kIndent) + '\n';
}

/// `with_key`: also tell the key in a TOML file, for commands that read one.
std::string described(const Option& option, bool with_key) {
  std::string out = option.help;
  const std::string legal = legal_values(option);
  const std::string fallback = option.default_text();
  std::string facts;
  const auto fact = [&](const std::string& text) { facts += (facts.empty() ? "" : "; ") + text; };
  if (!legal.empty()) fact(legal);
  if (!fallback.empty()) fact("default " + fallback);
  if (with_key && !option.key.empty()) fact("TOML: " + option.key);
  return facts.empty() ? out : out + " [" + facts + "]";
}

}  // namespace

std::string invocation(const Option& option) {
  if (option.positional() || option.type == Type::flag) return option.flag;
  return option.flag + " " + option.value_name;
}

std::string legal_values(const Option& option) {
  if (!option.range.empty()) return option.range;
  std::string out;
  for (const std::string& choice : option.choices) out += (out.empty() ? "" : ", ") + choice;
  return out;
}

bool reads_toml(const Schema& schema, const Command& command) {
  const auto options = schema.of(command);
  return std::any_of(options.begin(), options.end(),
                     [](const Option* option) { return option->flag == "--config"; });
}

std::string usage(const Schema& schema, const Command& command) {
  std::string out = "pantile " + command.name;
  bool options = false;
  for (const Option* option : schema.of(command)) {
    if (!option->positional()) {
      options = true;
      if (option->required) out += " " + invocation(*option);
    } else {
      out += option->required ? " " + option->flag : " [" + option->flag + "]";
    }
  }
  return options ? out + " [options]" : out;
}

std::string command_help(const Schema& schema, const Command& command) {
  std::string out = wrapped(command.description, 0) + "\n\nUsage: " + usage(schema, command) + "\n";
  std::string group;
  for (const Option* option : schema.of(command)) {
    if (option->group != group) {
      group = option->group;
      out += "\n" + group + ":\n";
    }
    out += row(invocation(*option), described(*option, reads_toml(schema, command)));
  }
  if (group.empty()) out += "\nOptions:\n";
  out += row("-h, --help", "Print this text.");
  const bool has_gpus = std::ranges::any_of(
      schema.of(command), [](const Option* option) { return option->flag == "--device"; });
  if (has_gpus || command.name == "info") {
    out += "\nEnvironment:\n";
    for (const Variable& variable : environment_variables()) {
      out += row(variable.name, variable.meaning);
    }
  }
  out += "\nExamples:\n";
  for (const Command::Example& example : command.examples) {
    out += "  " + example.line + "\n      " + wrapped(example.what, 6) + "\n";
  }
  return out;
}

std::string program_help(const Schema& schema) {
  std::string out =
      "Pantile makes and shows images that do not fit in memory.\n\n"
      "Usage: pantile COMMAND [options]\n\nCommands:\n";
  for (const Command& command : schema.commands) out += row(command.name, command.summary);
  out += "\nOptions:\n";
  out += row("-h, --help", "Print this text; `pantile COMMAND --help` prints a command's.");
  out += row("--version", "Print the version; with --verbose also target and libraries.");
  out += "\nExit codes:\n";
  for (const ExitMeaning& exit : exit_meanings()) {
    out += row(fmt::format("{}", exit.code), exit.meaning);
  }
  out += "\nExample:\n  " + schema.commands.front().examples.front().line + "\n";
  return out;
}

std::vector<Variable> environment_variables() {
  return {{"PANTILE_CUDA_DRIVER",
           "Library of NVIDIA's driver. [default libcuda.so.1, where the loader finds it]"},
          {"PANTILE_NVRTC",
           "Library of NVIDIA's run-time compiler. [default libnvrtc.so.13 or .12, where the "
           "loader finds it or in /usr/local/cuda/lib64]"},
          {"PANTILE_KERNELS",
           "Folder for compiled GPU kernels; empty: keep none. [default pantile/kernels in "
           "$XDG_CACHE_HOME or ~/.cache]"}};
}

std::vector<ExitMeaning> exit_meanings() {
  return {{0, "Done."},
          {1, "The operating system refused something: the message says what."},
          {2, "Bad usage or input, also an output that belongs to something else."},
          {3, "Data on disk is corrupt, or a check failed."},
          {4, "Out of disk space or memory, also when foreseen before starting."},
          {5, "Interrupted; the same command goes on where it stopped."},
          {70, "A fault of Pantile itself: please report it."},
          {130, "Stopped at once by a second Ctrl-C; the same command goes on."}};
}

}  // namespace pantile::cli
