#include "gpu/test_kernels.h"

#include "gpu/function_kernel.h"
#include "ops/formula/compile.h"
#include "ops/formula/gpu/kernel_text.h"

namespace pantile::gpu {

std::string text_of(const Picture& picture) {
  const formula::FormulaImage& image = picture.image;
  const auto program = formula::compile(picture.formula, image.precision);
  return formula::kernel_text(*program, image.precision, formula::pixel_form(image.output),
                              image.frame.samples == 1)
      .code;
}

std::set<std::string> texts_of_the_tests() {
  std::set<std::string> texts;
  for (const Function& f : all_functions()) {
    texts.insert(function_text<double>(f));
    texts.insert(function_text<float>(f));
  }
  for (const Picture& picture : pictures()) texts.insert(text_of(picture));
  return texts;
}

}  // namespace pantile::gpu
