#pragma once
/// \file
/// The texts that kernel_text() includes, for a compiler at run time. The source is made by the
/// build from the headers themselves.

#include <span>

#include "compute/cuda/nvrtc.h"

namespace pantile::formula {

std::span<const cuda::HeaderText> kernel_headers();

}  // namespace pantile::formula
