#include "cli/schema.h"

#include <gtest/gtest.h>

#include <set>

#include "cli/completion.h"
#include "cli/help.h"

namespace pantile::cli {
namespace {

const SchemaNames kNames{{"blue-black-red", "viridis", "inferno"}, {"complex", "simple"}};

TEST(Schema, FlagsAreUniqueWithinACommandAndKeysEverywhere) {
  const Schema schema = make_schema(kNames);
  for (const Command& command : schema.commands) {
    std::set<std::string> flags;
    for (const Option* option : schema.of(command)) {
      EXPECT_TRUE(flags.insert(option->flag).second) << command.name << " " << option->flag;
    }
  }
  std::set<std::string> keys;
  for (const Option& option : schema.options) {
    if (option.key.empty()) continue;
    EXPECT_TRUE(keys.insert(option.key).second) << option.key;
  }
}

TEST(Schema, EveryOptionIsDescribedAndTakesItsExampleAndItsDefault) {
  const Schema schema = make_schema(kNames);
  for (const Option& option : schema.options) {
    SCOPED_TRACE(option.flag);
    EXPECT_FALSE(option.help.empty());
    EXPECT_FALSE(option.group.empty());
    EXPECT_NE(option.commands, 0u);
    ASSERT_TRUE(option.set);
    Settings settings;
    if (option.type == Type::flag) {
      EXPECT_TRUE(option.set("", settings).ok());
      continue;
    }
    EXPECT_FALSE(option.positional() ? option.flag.empty() : option.value_name.empty());
    const Status example = option.set(option.example, settings);
    ASSERT_TRUE(example.ok()) << example.error().message();
    if (option.show) {
      EXPECT_EQ(option.show(settings), option.example);
      EXPECT_NE(option.example, option.default_text()) << "an example should show something new";
      if (option.default_text().empty()) continue;
      const Status back = option.set(option.default_text(), settings);
      ASSERT_TRUE(back.ok()) << back.error().message();
      EXPECT_EQ(option.show(settings), option.default_text());
    }
  }
}

TEST(Schema, KeysCanBeShown) {
  // The plan's JSON and the TOML of all defaults rely on it.
  for (const Option& option : make_schema(kNames).options) {
    if (option.key.empty()) continue;
    EXPECT_TRUE(option.show) << option.key;
    EXPECT_FALSE(option.default_text().empty()) << option.key;
  }
}

TEST(Schema, HelpManualCompletionAndTablesNameEveryOption) {
  const Schema schema = make_schema(kNames);
  const std::string manual = man_page(schema, "1.2.3");
  const std::string table = options_markdown(schema);
  EXPECT_NE(manual.find("Pantile 1.2.3"), std::string::npos);
  for (const Command& command : schema.commands) {
    const std::string help = command_help(schema, command);
    EXPECT_NE(program_help(schema).find("  " + command.name + " "), std::string::npos);
    EXPECT_FALSE(command.examples.empty()) << command.name;
    for (const auto& [shell, word] : words_of<Shell>()) {
      SCOPED_TRACE(word);
      EXPECT_NE(completion_script(schema, shell).find(command.name), std::string::npos);
    }
    for (const Option* option : schema.of(command)) {
      SCOPED_TRACE(command.name + " " + option->flag);
      EXPECT_NE(help.find(option->positional() ? "  " + option->flag : invocation(*option)),
                std::string::npos);
      if (option->positional()) continue;
      EXPECT_NE(table.find("`" + option->flag), std::string::npos);
      EXPECT_NE(completion_script(schema, Shell::bash).find(option->flag), std::string::npos);
      EXPECT_NE(completion_script(schema, Shell::zsh)
                    .find("'" + option->flag + (option->type == Type::flag ? "[" : "=[")),
                std::string::npos);
      EXPECT_NE(completion_script(schema, Shell::fish).find(" -l " + option->flag.substr(2)),
                std::string::npos);
    }
  }
}

TEST(Schema, HelpFitsEightyColumnsApartFromExamples) {
  const Schema schema = make_schema(kNames);
  for (const Command& command : schema.commands) {
    std::string help = command_help(schema, command);
    help.resize(help.find("\nExamples:\n"));
    for (std::size_t at = 0; at < help.size();) {
      const std::size_t end = std::min(help.find('\n', at), help.size());
      EXPECT_LE(end - at, 80u) << help.substr(at, end - at);
      at = end + 1;
    }
  }
}

TEST(Schema, NearestFindsTyposAndPrefixesButNotStrangers) {
  const std::vector<std::string> words{"man", "generate", "convert", "preview"};
  EXPECT_EQ(nearest("generte", words), "generate");
  EXPECT_EQ(nearest("gen", words), "generate");
  EXPECT_EQ(nearest("perview", words), "preview");
  EXPECT_EQ(nearest("xyzzyxyzzy", words), "");
}

TEST(Schema, ColormapsAreCheckedWhereTheirNamesAreKnown) {
  Settings settings;
  const Schema strict = make_schema(kNames);
  const Status status = strict.key("colour.colormap")->set("viridiss", settings);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message().find("did you mean viridis?"), std::string::npos);
  EXPECT_TRUE(make_schema({}).key("colour.colormap")->set("viridiss", settings).ok());
}

}  // namespace
}  // namespace pantile::cli
