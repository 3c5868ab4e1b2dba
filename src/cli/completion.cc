#include "cli/completion.h"

#include <fmt/format.h>

#include <string_view>

namespace pantile::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

/// Words that may follow the option; empty: a file name or free text.
std::string words_of(const Option& option) {
  return option.type == Type::on_off ? "on off" : joined(option.choices);
}

bool names_file(const Option& option) {
  return option.value_name == "FILE" || option.value_name == "FOLDER" ||
         (option.positional() && option.choices.empty());
}

std::string bash(const Schema& schema) {
  std::string cases;
  for (const Command& command : schema.commands) {
    std::string flags = "--help", values, positional;
    for (const Option* option : schema.of(command)) {
      if (option->positional()) {
        positional += (positional.empty() ? "" : " ") + joined(option->choices);
        continue;
      }
      flags += " " + option->flag;
      if (option->type == Type::flag) continue;
      const std::string reply =
          names_file(*option)
              ? "COMPREPLY=($(compgen -f -- \"$cur\"))"
              : fmt::format("COMPREPLY=($(compgen -W \"{}\" -- \"$cur\"))", words_of(*option));
      values += fmt::format("        {}) {}; return ;;\n", option->flag, reply);
    }
    cases += fmt::format(
        "    {})\n      case \"$prev\" in\n{}        *) ;;\n      esac\n"
        "      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W \"{}\" -- \"$cur\"))\n"
        "      else COMPREPLY=($(compgen -W \"{}\" -- \"$cur\") $(compgen -f -- \"$cur\")); fi "
        ";;\n",
        command.name, values, flags, positional);
  }
  std::string names;
  for (const Command& command : schema.commands) names += command.name + " ";
  return fmt::format(
      "_pantile() {{\n"
      "  local cur=\"${{COMP_WORDS[COMP_CWORD]}}\" prev=\"${{COMP_WORDS[COMP_CWORD-1]}}\"\n"
      "  COMPREPLY=()\n"
      "  if (( COMP_CWORD == 1 )); then\n"
      "    COMPREPLY=($(compgen -W \"{}--help --version\" -- \"$cur\")); return\n"
      "  fi\n"
      "  case \"${{COMP_WORDS[1]}}\" in\n{}  esac\n}}\n"
      "complete -o filenames -F _pantile pantile\n",
      names, cases);
}

/// Text inside single quotes, with what _arguments would take for syntax escaped.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string zsh_action(const Option& option) {
  if (names_file(option)) return "_files";
  const std::string words = words_of(option);
  return words.empty() ? " " : "(" + words + ")";
}

std::string zsh(const Schema& schema) {
  std::string commands, cases;
  for (const Command& command : schema.commands) {
    commands += fmt::format("    '{}:{}'\n", command.name, zsh_text(command.summary));
    std::string specs;
    for (const Option* option : schema.of(command)) {
      if (option->positional()) {
        specs += fmt::format(" \\\n        ':{}:{}'", option->flag, zsh_action(*option));
      } else if (option->type == Type::flag) {
        specs += fmt::format(" \\\n        '{}[{}]'", option->flag, zsh_text(option->help));
      } else {
        specs += fmt::format(" \\\n        '{}=[{}]:{}:{}'", option->flag, zsh_text(option->help),
                             zsh_text(option->value_name), zsh_action(*option));
      }
    }
    cases += fmt::format("    {}) _arguments '--help[print help]'{} ;;\n", command.name, specs);
  }
  return fmt::format(
      "#compdef pantile\n_pantile() {{\n  local -a commands=(\n{}  )\n"
      "  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n"
      "  local name=$words[2]\n  shift words\n  (( CURRENT-- ))\n"
      "  case $name in\n{}  esac\n}}\n"
      "if [[ $funcstack[1] == _pantile ]]; then _pantile \"$@\"; else compdef _pantile pantile; "
      "fi\n",
      commands, cases);
}

std::string fish_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string fish(const Schema& schema) {
  std::string out;
  for (const Command& command : schema.commands) {
    out += fmt::format("complete -c pantile -f -n __fish_use_subcommand -a {} -d {}\n",
                       command.name, fish_text(command.summary));
    const std::string seen = fmt::format("'__fish_seen_subcommand_from {}'", command.name);
    for (const Option* option : schema.of(command)) {
      const std::string words = words_of(*option);
      if (option->positional()) {
        out += fmt::format("complete -c pantile -n {} {}\n", seen,
                           words.empty() ? "-F" : "-f -a " + fish_text(words));
        continue;
      }
      out += fmt::format("complete -c pantile -n {} -l {} -d {}{}{}\n", seen,
                         option->flag.substr(2), fish_text(option->help),
                         option->type == Type::flag ? ""
                         : names_file(*option)      ? " -r -F"
                                                    : " -x",
                         words.empty() ? "" : " -a " + fish_text(words));
    }
  }
  return out;
}

}  // namespace

std::string completion_script(const Schema& schema, Shell shell) {
  switch (shell) {
    case Shell::bash: return bash(schema);
    case Shell::zsh: return zsh(schema);
    case Shell::fish: return fish(schema);
  }
  return {};
}

}  // namespace pantile::cli
