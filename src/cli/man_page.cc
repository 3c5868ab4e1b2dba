// The schema as a manual page and as Markdown.
#include <fmt/format.h>

#include "cli/help.h"
#include "cli/toml_config.h"

namespace pantile::cli {
namespace {

/// Text with roff's special characters escaped, safe at the beginning of a line.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '^' || c == '~') {
      out += c == '^' ? "\\(ha" : "\\(ti";
    } else {
      out += c;
    }
  }
  return !out.empty() && (out.front() == '.' || out.front() == '\'') ? "\\&" + out : out;
}

std::string option_entry(const Option& option, bool with_key) {
  std::string out = ".TP\n\\fB" + roff(option.flag) + "\\fR";
  if (!option.positional() && option.type != Type::flag) {
    out += " \\fI" + roff(option.value_name) + "\\fR";
  }
  out += "\n" + roff(option.help) + "\n";
  const auto fact = [&](std::string_view what, const std::string& text) {
    if (!text.empty()) out += fmt::format(".br\n{}: {}\n", what, roff(text));
  };
  fact("Values", legal_values(option));
  fact("Default", option.default_text());
  if (with_key) fact("TOML", option.key);
  return out;
}

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string code(std::string_view text) {
  return text.empty() ? std::string() : "`" + cell(text) + "`";
}

}  // namespace

std::string man_page(const Schema& schema, std::string_view version) {
  std::string out = fmt::format(
      ".TH PANTILE 1 \"\" \"Pantile {}\" \"User Commands\"\n"
      ".SH NAME\npantile \\- make, convert and show images larger than memory\n.SH SYNOPSIS\n",
      version);
  for (const Command& command : schema.commands) {
    out += "\\fB" + roff(usage(schema, command)) + "\\fR\n.br\n";
  }
  out +=
      ".SH DESCRIPTION\n"
      "Pantile renders formulas to images of any size and stores them as OME\\-Zarr, pyramidal "
      "BigTIFF and PNG. Memory stays within a budget whatever the size, every job can be "
      "interrupted and goes on when it is run again, and the files do not depend on threads or "
      "interruptions.\n";
  for (const Command& command : schema.commands) {
    out += ".SH \"PANTILE " + roff(command.name) + "\"\n" + roff(command.description) + "\n";
    std::string group;
    for (const Option* option : schema.of(command)) {
      if (option->group != group) {
        group = option->group;
        out += ".SS " + group + "\n";
      }
      out += option_entry(*option, reads_toml(schema, command));
    }
    out += ".SS Examples\n";
    for (const Command::Example& example : command.examples) {
      out += ".TP\n\\fB" + roff(example.line) + "\\fR\n" + roff(example.what) + "\n";
    }
  }
  out +=
      ".SH ENVIRONMENT\nOf GPUs, where \\fB\\-\\-device\\fR uses them, and for \\fBpantile "
      "info\\fR:\n";
  for (const Variable& variable : environment_variables()) {
    out += fmt::format(".TP\n\\fB{}\\fR\n{}\n", variable.name, roff(variable.meaning));
  }
  out += ".SH \"EXIT STATUS\"\n";
  for (const ExitMeaning& exit : exit_meanings()) {
    out += fmt::format(".TP\n{}\n{}\n", exit.code, roff(exit.meaning));
  }
  out +=
      ".SH SIGNALS\n"
      "SIGINT (Ctrl\\-C) and SIGTERM finish the shards in flight and end with 5; a second one "
      "ends at once with 130. Neither loses what is committed.\n";
  return out;
}

std::string options_markdown(const Schema& schema) {
  std::string out;
  std::string group;
  for (const Option& option : schema.options) {
    if (option.positional()) continue;
    if (option.group != group) {
      group = option.group;
      out += fmt::format(
          "\n### {}\n\n| flag | TOML key | values | default | commands | meaning |\n"
          "|---|---|---|---|---|---|\n",
          group);
    }
    std::string commands;
    for (const Command& command : schema.commands) {
      if ((option.commands & command.bit) == 0) continue;
      commands += (commands.empty() ? "" : ", ") + command.name;
    }
    out += fmt::format("| {} | {} | {} | {} | {} | {} |\n", code(invocation(option)),
                       code(option.key), cell(legal_values(option)), code(option.default_text()),
                       commands, cell(option.help));
  }
  return out + "\n### A TOML file of all defaults\n\n```toml\n" + show_toml(schema, Settings{}) +
         "```\n";
}

}  // namespace pantile::cli
