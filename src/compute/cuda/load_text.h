#pragma once
/// \file
/// From a kernel's text to code on a device.

#include <memory>
#include <span>
#include <string>

#include "compute/cuda/device.h"
#include "compute/cuda/kernel_compiler.h"

namespace pantile::cuda {

/// The text's code, loaded. Code of a cache that the driver does not take, since it is of another
/// compiler, is compiled anew. Errors: those of KernelCompiler::compile and Module::load.
Result<Module> load_text(const std::string& text, std::span<const HeaderText> headers,
                         const std::shared_ptr<const Device>& device, KernelCompiler& compiler);

}  // namespace pantile::cuda
