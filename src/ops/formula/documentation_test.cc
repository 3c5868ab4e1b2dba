// What docs/formulas.md shows is what compiles.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "ops/formula/compile.h"
#include "ops/formula/vocabulary.h"

namespace pantile::formula {
namespace {

std::string file(const std::string& name) {
  std::ifstream in(std::string(PANTILE_DOCS_DIR) + "/" + name);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

TEST(Documentation, EveryExampleCompilesAndIsOnThePage) {
  const std::string page = file("formulas.md");
  std::istringstream list(file("formulas.toml"));
  const std::string key = "formula = \"";
  int examples = 0;
  for (std::string line; std::getline(list, line);) {
    if (!line.starts_with(key)) continue;
    ++examples;
    const std::string text = line.substr(key.size(), line.size() - key.size() - 1);
    for (const Precision precision : {Precision::f64, Precision::f32}) {
      const Result<Program> program = compile(text, precision);
      EXPECT_TRUE(program.ok()) << (program.ok() ? "" : program.error().message());
    }
    EXPECT_NE(page.find(text), std::string::npos) << text << ": run scripts/docs-pictures --text";
  }
  EXPECT_GE(examples, 8);
}

TEST(Documentation, EveryWordIsOnThePage) {
  const std::string page = file("formulas.md");
  for (const Builtin& builtin : builtins()) {
    EXPECT_NE(page.find("`" + std::string(builtin.text) + "`"), std::string::npos) << builtin.name;
  }
  for (const Function& function : functions()) {
    EXPECT_NE(page.find(function.name), std::string::npos) << function.name;
  }
  for (const Variable& variable : variables()) {
    EXPECT_NE(page.find("`" + std::string(variable.name) + "`"), std::string::npos)
        << variable.name;
  }
}

}  // namespace
}  // namespace pantile::formula
