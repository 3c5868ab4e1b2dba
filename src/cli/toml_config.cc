#include "cli/toml_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "pipeline/folder/job_record.h"
#include "pipeline/generate/config.h"

namespace pantile::cli {
namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;

std::string_view type_words(Type type) {
  switch (type) {
    case Type::flag:
    case Type::on_off: return "a boolean";
    case Type::integer: return "an integer";
    case Type::number: return "a number";
    case Type::pair: return "an array of two numbers";
    case Type::bytes: return "a string such as \"1GiB\" or an integer";
    case Type::previews: return "an array of sizes or a string";
    case Type::text:
    case Type::choice:
    case Type::other: return "a string";
  }
  return "a string";
}

std::string_view type_words(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "an integer";
    case toml::node_type::floating_point: return "a number with a fraction";
    case toml::node_type::boolean: return "a boolean";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time: return "a date or time";
    case toml::node_type::none: break;
  }
  return "nothing";
}

/// A single number as text that the option's setter reads, or nothing.
std::optional<std::string> number_text(const toml::node& node) {
  if (const auto* integer = node.as_integer()) return fmt::format("{}", integer->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  return std::nullopt;
}

/// The elements of an array as text with commas, or nothing where one has a wrong type.
std::optional<std::string> array_text(const toml::array& array, bool strings) {
  std::string out;
  for (const toml::node& element : array) {
    std::optional<std::string> item;
    if (strings && element.is_string()) item = element.as_string()->get();
    if (strings ? element.is_integer() : element.is_number()) item = number_text(element);
    if (!item) return std::nullopt;
    out += (out.empty() ? "" : ",") + *item;
  }
  return out.empty() && strings ? std::string("none") : out;
}

/// The node as text that the option's setter reads, or nothing where its type does not fit.
std::optional<std::string> node_text(const toml::node& node, const Option& option) {
  if (node.is_string()) {
    const std::string& text = node.as_string()->get();
    if (option.automatic && text == "auto") return text;
    const bool fits = option.type == Type::text || option.type == Type::choice ||
                      option.type == Type::other || option.type == Type::bytes ||
                      option.type == Type::previews;
    return fits ? std::optional(text) : std::nullopt;
  }
  switch (option.type) {
    case Type::flag:
    case Type::on_off:
      if (const auto* boolean = node.as_boolean()) return boolean->get() ? "on" : "off";
      break;
    case Type::integer:
    case Type::bytes: return node.is_integer() ? number_text(node) : std::nullopt;
    case Type::number: return number_text(node);
    case Type::pair:
    case Type::previews:
      if (node.is_array()) return array_text(*node.as_array(), option.type == Type::previews);
      break;
    case Type::text:
    case Type::choice:
    case Type::other: break;
  }
  return std::nullopt;
}

/// Walks the sections of one file.
class Reader {
 public:
  Reader(const std::string& name, const Schema& schema, Settings& settings)
      : name_(name), schema_(schema), settings_(settings) {}

  Status table(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string path = prefix + std::string(key.str());
      const Option* option = schema_.key(path);
      if (option != nullptr) {
        PANTILE_TRY(value(path, key.source().begin.line, node, *option));
      } else if (prefix.empty() && node.is_table() && is_section(path)) {
        PANTILE_TRY(this->table(*node.as_table(), path + "."));
      } else if (prefix.empty() && node.is_table()) {
        return unknown_section(path, key.source().begin.line);
      } else {
        return unknown(path, key.source().begin.line);
      }
    }
    return {};
  }

 private:
  std::vector<std::string> sections() const {
    std::vector<std::string> names;
    for (const Option& option : schema_.options) {
      const std::string name = option.key.substr(0, option.key.find('.'));
      if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) continue;
      names.push_back(name);
    }
    return names;
  }

  bool is_section(const std::string& name) const {
    const auto names = sections();
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  Status value(const std::string& path, std::size_t line, const toml::node& node,
               const Option& option) {
    const std::optional<std::string> text = node_text(node, option);
    if (!text) {
      return Error(Code::invalid, fmt::format("{}:{}: {}: expected {}, found {}", name_, line, path,
                                              type_words(option.type), type_words(node)));
    }
    return option.set(*text, settings_).with_context(fmt::format("{}:{}: {}", name_, line, path));
  }

  Error unknown_section(const std::string& name, std::size_t line) const {
    const std::vector<std::string> known = sections();
    std::string list;
    for (const std::string& section : known) {
      list += fmt::format("{}[{}]", list.empty() ? "" : ", ", section);
    }
    const std::string near = nearest(name, known);
    return Error(Code::invalid,
                 fmt::format("{}:{}: unknown section \"[{}]\"; {}", name_, line, name,
                             near.empty() ? "expected one of " + list
                                          : fmt::format("did you mean \"[{}]\"?", near)));
  }

  static std::string leaf_of(const std::string& key) { return key.substr(key.rfind('.') + 1); }

  Status unknown(const std::string& path, std::size_t line) const {
    // The section may be wrong, the last part, or both.
    std::vector<std::string> keys, leaves;
    for (const Option& option : schema_.options) {
      if (option.key.empty()) continue;
      keys.push_back(option.key);
      leaves.push_back(leaf_of(option.key));
    }
    const std::string near_leaf = nearest(leaf_of(path), leaves);
    const auto at = std::find(leaves.begin(), leaves.end(), near_leaf) - leaves.begin();
    std::string near = near_leaf == leaf_of(path) ? std::string() : nearest(path, keys);
    if (near.empty() && !near_leaf.empty()) near = keys[static_cast<std::size_t>(at)];
    return Error(Code::invalid,
                 fmt::format("{}:{}: unknown key \"{}\"{}", name_, line, path,
                             near.empty() ? "; docs/configuration.md lists all keys"
                                          : fmt::format("; did you mean \"{}\"?", near)));
  }

  const std::string& name_;
  const Schema& schema_;
  Settings& settings_;
};

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string toml_value(const Option& option, const std::string& text) {
  if (text == "auto" && option.automatic) return toml_text(text);
  switch (option.type) {
    case Type::flag:
    case Type::on_off: return text == "on" ? "true" : "false";
    case Type::integer:
    case Type::number: return text;
    case Type::pair: {
      const auto comma = text.find(',');
      return fmt::format("[{}, {}]", text.substr(0, comma), text.substr(comma + 1));
    }
    default: return toml_text(text);
  }
}

}  // namespace

Status apply_toml(std::string_view text, const std::string& name, const Schema& schema,
                  Settings& settings) {
  const toml::parse_result parsed = toml::parse(text, name);
  if (!parsed) {
    return Error(Code::invalid, fmt::format("{}:{}: {}", name, parsed.error().source().begin.line,
                                            parsed.error().description()));
  }
  return Reader(name, schema, settings).table(parsed.table(), "");
}

namespace {

/// The text of a file of at most kMaxFileBytes that holds no zero byte.
Result<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::error_code error;
    const bool there = std::filesystem::exists(path, error);
    return Error(Code::not_found, there ? "cannot be opened for reading; check its permissions"
                                        : "there is no such file; check the path");
  }
  std::string text(kMaxFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return Error(Code::invalid, "cannot be read as a file");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxFileBytes) {
    return Error(Code::invalid, "expected a TOML file of at most 1 MiB, found more");
  }
  if (text.find('\0') != std::string::npos) {
    return Error(Code::invalid, "expected a TOML file, found binary data");
  }
  return text;
}

/// The settings of a job that was begun before, but for its folder.
Status apply_job(const std::string& text, Settings& settings) {
  const Result<JobRecord> parsed = parse_job_record(text);
  if (!parsed.ok()) {
    return Error(parsed.error().code(),
                 fmt::format("expected TOML or the job.json of a generate job, found JSON that is "
                             "not whole or not a job's ({}); give another file",
                             parsed.error().message()));
  }
  const JobRecord& record = *parsed;
  if (record.command != "generate") {
    return Error(Code::invalid, fmt::format("expected the record of a generate job, found one of "
                                            "{}; give a TOML file, or flags",
                                            record.command));
  }
  GenerateOptions& o = settings.generate;
  PANTILE_ASSIGN(o, options_from_config(record.config_json));
  if (o.range_origin != "given") {  // found again, or that of another formula
    o.range_lo.reset();
    o.range_hi.reset();
  }
  o.range_origin.clear();
  return {};
}

}  // namespace

Status apply_config_file(const std::string& path, const Schema& schema, Settings& settings) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::string file = path;
  if (fs::is_directory(path, error)) {
    file = (fs::path(path) / kJobFileName).string();
    if (!fs::exists(file, error)) {
      return Error(Code::invalid,
                   fmt::format("--config {}: expected a TOML file or a job's folder, "
                               "found a folder without job.json; name a file in it",
                               path));
    }
  }
  const Result<std::string> text = read_text(file);
  if (!text.ok()) return text.error().with_context("--config " + file);
  const std::size_t first = text->find_first_not_of(" \t\r\n");
  const bool is_json = first != std::string::npos && (*text)[first] == '{';
  if (is_json) return apply_job(*text, settings).with_context("--config " + file);
  return apply_toml(*text, path, schema, settings);
}

std::string show_toml(const Schema& schema, const Settings& settings) {
  std::string out;
  // By section rather than by help group: a table may be opened only once.
  for (const std::string_view wanted :
       {"image", "formula", "colour", "output", "tiff", "validate", "run"}) {
    out += fmt::format("{}[{}]\n", out.empty() ? "" : "\n", wanted);
    for (const Option& option : schema.options) {
      const std::string prefix = std::string(wanted) + ".";
      if (!option.key.starts_with(prefix)) continue;
      const std::string text = option.show(settings);
      const bool is_default = text == option.default_text();
      out += fmt::format("{}{} = {}\n", is_default ? "# " : "", option.key.substr(prefix.size()),
                         toml_value(option, text));
    }
  }
  return out;
}

}  // namespace pantile::cli
