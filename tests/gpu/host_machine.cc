#include "gpu/host_machine.h"

#include <memory>
#include <string_view>
#include <type_traits>

#include "gpu/function_kernel.h"
#include "gpu/host_functions.h"
#include "ops/formula/compile.h"
#include "ops/formula/gpu/kernel_headers.h"
#include "ops/formula/gpu/kernel_text.h"
#include "pipeline/folder/kernel_files.h"
#include "support/host_kernels.h"

namespace pantile::formula {
namespace {
#include "kernel_samples.inc"
}  // namespace
}  // namespace pantile::formula

namespace pantile::gpu {
namespace {

using formula::PixelForm;
using testing_cuda::draw_on_host;

template <class Formula, PixelForm form>
void add_form(std::string_view words, Precision precision, HostCodes& codes) {
  const auto program = formula::compile(words, precision);
  codes[formula::kernel_text(*program, precision, form, true).code] =
      testing_cuda::kernel_code(&draw_on_host<Formula, form, true>, form);
  codes[formula::kernel_text(*program, precision, form, false).code] =
      testing_cuda::kernel_code(&draw_on_host<Formula, form, false>, form);
}

template <class Formula> void add_formula(std::string_view words, HostCodes& codes) {
  const Precision precision =
      std::is_same_v<typename Formula::Value, double> ? Precision::f64 : Precision::f32;
  add_form<Formula, PixelForm::rgb8>(words, precision, codes);
  if constexpr (Formula::kOutputs == 1) {
    add_form<Formula, PixelForm::u16>(words, precision, codes);
    add_form<Formula, PixelForm::f32>(words, precision, codes);
  }
}

}  // namespace

HostCodes host_codes() {
  HostCodes codes;
#define PANTILE_ADD(Sample, words) add_formula<formula::Sample>(words, codes);
  PANTILE_SAMPLES(PANTILE_ADD)
#undef PANTILE_ADD
#define PANTILE_ADD(function, T, Arrays, kernel) \
  codes[function_text<T>(function)] =            \
      testing_cuda::code_line(kFunctionKernel.data(), &run_on_host<Arrays, &kernel>);
  PANTILE_FUNCTION_KERNELS(PANTILE_ADD)
#undef PANTILE_ADD
  return codes;
}

HostMachine::HostMachine() : driver_(PANTILE_FAKE_CUDA) {
  driver_.control().memory_bytes = std::int64_t{2} << 30;
  for (const auto& [text, code] : host_codes()) use(text, code);
}

void HostMachine::use(const std::string& text, const std::string& code) {
  const Status kept =
      KernelFiles(folder_.path())
          .keep(cuda::KernelCompiler::key(text, formula::kernel_headers(), "sm_90"), code);
  EXPECT_TRUE(kept.ok()) << kept.error().message();
}

Result<GpuMachine> HostMachine::open() {
  return open_gpu_machine({PANTILE_FAKE_CUDA, "/nowhere/libnvrtc.so", {folder_.path()}});
}

Result<GpuMachine> open_host_machine() {
  const auto host = std::make_shared<HostMachine>();
  PANTILE_ASSIGN(GpuMachine machine, host->open());
  machine.host = host;
  return machine;
}

}  // namespace pantile::gpu
