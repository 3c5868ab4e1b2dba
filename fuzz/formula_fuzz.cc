// Any bytes are a formula or an error that points into it; a program keeps program.h's promises.

#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "ops/formula/compile.h"
#include "ops/formula/parser.h"

namespace {

using pantile::formula::Precision;
using pantile::formula::Program;
using pantile::formula::Step;
using pantile::formula::Varies;

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const Program& program) {
  require(program.outputs.size() == 1 || program.outputs.size() == 3);
  std::set<std::int32_t> used(program.outputs.begin(), program.outputs.end());
  for (std::size_t k = 0; k < program.steps.size(); ++k) {
    const Step& step = program.steps[k];
    require((step.varies == Varies::constant) == std::holds_alternative<double>(step.op));
    for (const std::int32_t operand : {step.a, step.b, step.c}) {
      require(operand >= -1 && operand < static_cast<std::int32_t>(k));
      if (operand >= 0) used.insert(operand);
    }
  }
  require(used.size() == program.steps.size());
  require(*used.rbegin() == static_cast<std::int32_t>(program.steps.size()) - 1);
  require(!program.canonical.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const Precision precision : {Precision::f64, Precision::f32}) {
    const auto program = pantile::formula::compile(text, precision);
    if (program.ok()) {
      check(*program);
      const auto again = pantile::formula::compile("(" + std::string(text) + ")", precision);
      // A built-in's name and a formula nested to the limit do not stand in brackets.
      if (again.ok()) require(again->canonical == program->canonical);
    } else {
      require(program.error().code() == pantile::Code::invalid);
      require(program.error().message().starts_with("formula: "));
      if (size <= pantile::formula::kMaxTextBytes)
        require(program.error().message().ends_with("^"));
    }
  }
  return 0;
}
