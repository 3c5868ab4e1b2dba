#pragma once
/// \file
/// A formula's code as the driver of fake_cuda.h takes it.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include "ops/formula/halve_kernel.h"
#include "support/fake_cuda.h"

namespace pantile::testing_cuda {

/// Does what PANTILE_HALVE_KERNEL does, thread by thread.
template <formula::PixelForm form> void halve_on_host(const Launch& launch) {
  if (launch.threads == 0) {
    *static_cast<std::size_t*>(launch.arguments[0]) = sizeof(formula::PixelBatch);
    *static_cast<std::size_t*>(launch.arguments[1]) = 0;
    return;
  }
  const auto& batch = *static_cast<const formula::PixelBatch*>(launch.arguments[0]);
  const auto all = static_cast<std::int32_t>(launch.x * launch.threads);
  for (unsigned tile = 0; tile < launch.z; ++tile) {
    const formula::Halving<form> halving{batch, static_cast<std::int32_t>(tile)};
    for (std::int32_t k = 0; k < all; ++k) halving.halve(k, all);
  }
}

/// Code whose kernels are `draw` and `halve`; null: the halving of such pixels.
inline std::string kernel_code(HostKernel draw, formula::PixelForm form,
                               HostKernel halve = nullptr) {
  using formula::PixelForm;
  const HostKernel right = form == PixelForm::rgb8  ? halve_on_host<PixelForm::rgb8>
                           : form == PixelForm::u16 ? halve_on_host<PixelForm::u16>
                                                    : halve_on_host<PixelForm::f32>;
  if (halve == nullptr) halve = right;
  char code[128];
  std::snprintf(code, sizeof code, "pantile_formula at %llx\npantile_halve at %llx\n",
                reinterpret_cast<unsigned long long>(draw),
                reinterpret_cast<unsigned long long>(halve));
  return code;
}

}  // namespace pantile::testing_cuda
