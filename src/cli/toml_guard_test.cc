#include "cli/toml_guard.h"

#include <gtest/gtest.h>

#include <string>

namespace pantile::cli {
namespace {

std::string key_of(int parts) {
  std::string key = "a";
  for (int i = 1; i < parts; ++i) key += " . \"a\"";
  return key;
}

TEST(TomlGuard, LetsOrdinaryFilesPass) {
  EXPECT_EQ(line_of_long_key(""), 0u);
  EXPECT_EQ(line_of_long_key("[image]\nwidth = 5 # a.b\n"), 0u);
  EXPECT_EQ(line_of_long_key(key_of(100) + " = 1"), 0u);
  std::string sum = "0.1*x";
  for (int i = 0; i < 500; ++i) sum += "+0.5*y";
  EXPECT_EQ(line_of_long_key("# " + sum), 0u);
  EXPECT_EQ(line_of_long_key("f = \"\\\"" + sum + "\"\n"), 0u);
  EXPECT_EQ(line_of_long_key("f = \"\"\"\"" + sum + "\n\"\"" + sum + "\"\"\"\"\"\n"), 0u);
  EXPECT_EQ(line_of_long_key("f = '''" + sum + "\n'" + sum + "'''"), 0u);
}

TEST(TomlGuard, FindsKeysOfManyParts) {
  EXPECT_EQ(line_of_long_key("a = 1\n" + key_of(101) + " = 1"), 2u);
  EXPECT_EQ(line_of_long_key("[" + key_of(101) + "]"), 1u);
  EXPECT_EQ(line_of_long_key("a = {b = '''c'''', " + key_of(101) + " = 1}"), 1u);
  EXPECT_EQ(line_of_long_key("a = \"\\\\\"\n" + key_of(101) + " = 1"), 2u);
  EXPECT_EQ(line_of_long_key("a = 'C:\\'\n" + key_of(101) + " = 1"), 2u);
  // A string that its line's end cuts off does not hide what comes behind it.
  EXPECT_EQ(line_of_long_key("a = \"\n" + key_of(101) + " = 1"), 2u);
}

}  // namespace
}  // namespace pantile::cli
