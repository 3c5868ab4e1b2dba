#pragma once
/// \file
/// A formula's kernels on the host, and their code as the driver of fake_cuda.h takes it. A formula
/// is a struct of kernel_samples.inc.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compute/cuda/halve_kernel.h"
#include "ops/formula/gpu/pixel_kernel.h"
#include "support/fake_cuda.h"

namespace pantile::testing_cuda {

/// Does what PANTILE_FORMULA_KERNEL does, thread by thread.
template <class Formula, formula::PixelForm form, bool one_sample>
void draw_on_host(const Launch& launch) {
  using T = typename Formula::Value;
  if (launch.threads == 0) {
    *static_cast<std::size_t*>(launch.arguments[0]) = sizeof(formula::PixelParameters<T>);
    *static_cast<std::size_t*>(launch.arguments[1]) = sizeof(formula::PixelBatch);
    return;
  }
  const auto& parameters = *static_cast<const formula::PixelParameters<T>*>(launch.arguments[0]);
  const auto& batch = *static_cast<const formula::PixelBatch*>(launch.arguments[1]);
  std::vector<T> shared(launch.shared_bytes / sizeof(T) + 1);
  for (unsigned z = 0; z < launch.z; ++z) {
    for (unsigned y = 0; y < launch.y; ++y) {
      for (unsigned x = 0; x < launch.x; ++x) {
        const auto block = [&](std::int32_t thread) {
          return formula::Block<Formula, one_sample>{parameters,
                                                     batch,
                                                     static_cast<std::int32_t>(z),
                                                     static_cast<std::int32_t>(x) * batch.columns(),
                                                     static_cast<std::int32_t>(y) * batch.rows,
                                                     shared.data(),
                                                     thread};
        };
        const auto threads = static_cast<std::int32_t>(launch.threads);
        for (std::int32_t t = 0; t < threads; ++t) block(t).prepare();
        for (std::int32_t t = 0; t < threads; ++t) block(t).template draw<form>();
      }
    }
  }
}

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
    const cuda::Halving<form> halving{batch, static_cast<std::int32_t>(tile)};
    for (std::int32_t k = 0; k < all; ++k) halving.halve(k, all);
  }
}

/// The halving of such pixels.
inline HostKernel halving_of(formula::PixelForm form) {
  using formula::PixelForm;
  switch (form) {
    case PixelForm::rgb8: return halve_on_host<PixelForm::rgb8>;
    case PixelForm::u16: return halve_on_host<PixelForm::u16>;
    case PixelForm::f32: return halve_on_host<PixelForm::f32>;
  }
  return nullptr;
}

/// Code whose kernels are `draw` and `halve`; null: the halving of such pixels.
inline std::string kernel_code(HostKernel draw, formula::PixelForm form,
                               HostKernel halve = nullptr) {
  return code_line("pantile_formula", draw) +
         code_line("pantile_halve", halve == nullptr ? halving_of(form) : halve);
}

}  // namespace pantile::testing_cuda
