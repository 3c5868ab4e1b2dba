// Prints formulas as code: what the build compiles for GPUs, and tests for the host.
//
//   pantile_kernel_text kernel <formula> f64|f32 rgb8|u16|f32 one|many
//   pantile_kernel_text table <folder> <formula>/f64/rgb8/one …
//       a C++ source with the codes that were compiled from kernels: <folder>/<formula>_….fatbin
//   pantile_kernel_text samples    the sample formulas as structs, and a list of them

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compute/cuda/kernel_compiler.h"
#include "ops/formula/compile.h"
#include "ops/formula/gpu/kernel_headers.h"
#include "ops/formula/gpu/kernel_text.h"
#include "ops/formula/gpu/text_tool/sample_formulas.h"

namespace {

using pantile::formula::PixelForm;
using pantile::formula::Precision;

int usage() {
  std::fputs(
      "usage: pantile_kernel_text kernel <formula> f64|f32 rgb8|u16|f32 one|many\n"
      "       pantile_kernel_text table <folder> <formula>/f64|f32/rgb8|u16|f32/one|many ...\n"
      "       pantile_kernel_text samples\n",
      stderr);
  return 2;
}

/// What a word stands for; nothing, and a line on stderr, where it is none of `meanings`.
template <class T>
std::optional<T> meaning(std::string_view what, const std::string& word,
                         std::initializer_list<std::pair<std::string_view, T>> meanings) {
  for (const auto& [known, value] : meanings) {
    if (word == known) return value;
  }
  std::fprintf(stderr, "\"%s\" is no %s:", word.c_str(), std::string(what).c_str());
  for (const auto& [known, value] : meanings) {
    std::fprintf(stderr, " %s", std::string(known).c_str());
  }
  std::fputs("\n", stderr);
  return std::nullopt;
}

/// `words`: formula, precision, form, samples. Nothing, and a line on stderr, where they are wrong.
std::optional<std::string> text_of(const std::vector<std::string>& words) {
  if (words.size() != 4) {
    std::fprintf(stderr, "formula, precision, form and samples are 4 words, not %zu\n",
                 words.size());
    return std::nullopt;
  }
  const auto precision =
      meaning<Precision>("precision", words[1], {{"f64", Precision::f64}, {"f32", Precision::f32}});
  const auto pixel = meaning<PixelForm>(
      "form of pixels", words[2],
      {{"rgb8", PixelForm::rgb8}, {"u16", PixelForm::u16}, {"f32", PixelForm::f32}});
  const auto one_sample =
      meaning<bool>("number of samples", words[3], {{"one", true}, {"many", false}});
  if (!precision || !pixel || !one_sample) return std::nullopt;
  const auto program = pantile::formula::compile(words[0], *precision);
  if (!program.ok()) {
    std::fprintf(stderr, "%s\n", program.error().message().c_str());
    return std::nullopt;
  }
  return kernel_text(*program, *precision, *pixel, *one_sample).code;
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == at) {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

int print_kernel(const std::vector<std::string>& words) {
  const auto text = text_of(words);
  if (!text) return 1;
  std::fputs(text->c_str(), stdout);
  return 0;
}

int print_table(const std::string& folder, const std::vector<std::string>& kernels) {
  std::string symbols, entries;
  for (const std::string& kernel : kernels) {
    const auto text = text_of(split(kernel, '/'));
    if (!text) return 1;
    std::string name = kernel;
    std::ranges::replace(name, '/', '_');
    const std::string symbol = "pantile_kernel_" + name;
    std::printf(
        "asm(\".pushsection .rodata,\\\"a\\\"\\n\"\n"
        "    \".balign 16\\n%s:\\n\"\n"
        "    \".incbin \\\"%s/%s.fatbin\\\"\\n%s_end:\\n\"\n"
        "    \".popsection\\n\");\n",
        symbol.c_str(), folder.c_str(), name.c_str(), symbol.c_str());
    symbols += "extern \"C\" const char " + symbol + "[], " + symbol + "_end[];\n";
    entries += "      {\"" +
               pantile::cuda::KernelCompiler::text_hash(*text, pantile::formula::kernel_headers()) +
               "\", {" + symbol + ", " + symbol + "_end}},\n";
  }
  std::printf(
      "%s#include \"ops/formula/gpu/builtin_kernels/builtin_kernels.h\"\n"
      "namespace pantile::formula {\n"
      "std::span<const BuiltinKernel> builtin_kernels() {\n",
      symbols.c_str());
  if (kernels.empty()) {
    std::printf("  return {};\n");
  } else {
    std::printf(
        "  static const BuiltinKernel kKernels[] = {\n%s  };\n"
        "  return kKernels;\n",
        entries.c_str());
  }
  std::printf("}\n}  // namespace pantile::formula\n");
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
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::string what = words.empty() ? "" : words[0];
  if (what == "samples" && words.size() == 1) return print_samples();
  if (what == "kernel" && words.size() == 5) return print_kernel({words.begin() + 1, words.end()});
  if (what == "table" && words.size() >= 2) {
    return print_table(words[1], {words.begin() + 2, words.end()});
  }
  return usage();
}
