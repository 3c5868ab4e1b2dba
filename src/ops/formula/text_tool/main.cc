// Prints a formula as code: what the build compiles for GPUs, and tests for the host.
//
//   pantile_kernel_text kernel <formula> f64|f32 rgb8|u16 |f32 one|many
//   pantile_kernel_text samples    the sample formulas as structs, and a list of them

#include <cstdio>
#include <string>
#include <string_view>

#include "ops/formula/compile.h"
#include "ops/formula/kernel_text.h"
#include "ops/formula/text_tool/sample_formulas.h"

namespace {

using pantile::formula::PixelForm;
using pantile::formula::Precision;

int usage() {
  std::fputs(
      "usage: pantile_kernel_text kernel <formula> f64|f32 rgb8|u16|f32 one|many\n"
      "       pantile_kernel_text samples\n",
      stderr);
  return 2;
}

int print_kernel(std::string_view formula, std::string_view precision_word, std::string_view form,
                 bool one_sample) {
  const Precision precision = precision_word == "f32" ? Precision::f32 : Precision::f64;
  const auto program = pantile::formula::compile(formula, precision);
  if (!program.ok()) {
    std::fprintf(stderr, "%s\n", program.error().message().c_str());
    return 1;
  }
  const PixelForm pixel = form == "rgb8"  ? PixelForm::rgb8
                          : form == "u16" ? PixelForm::u16
                                          : PixelForm::f32;
  std::fputs(kernel_text(*program, precision, pixel, one_sample).code.c_str(), stdout);
  return 0;
}

int print_samples() {
  std::string list;
  int number = 0;
  for (const std::string_view formula : pantile::formula::kSampleFormulas) {
    for (const Precision precision : {Precision::f64, Precision::f32}) {
      const auto program = pantile::formula::compile(formula, precision);
      if (!program.ok()) {
        std::fprintf(stderr, "%s\n", program.error().message().c_str());
        return 1;
      }
      const std::string name = "Sample" + std::to_string(number++);
      std::fputs(formula_text(*program, precision, name).code.c_str(), stdout);
      list += " \\\n  X(" + name + ", \"" + std::string(formula) + "\")";
    }
  }
  std::printf("#define PANTILE_SAMPLES(X)%s\n", list.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "samples" && argc == 2) return print_samples();
  if (what != "kernel" || argc != 6) return usage();
  return print_kernel(argv[2], argv[3], argv[4], std::string_view(argv[5]) == "one");
}
