#pragma once
/// \file
/// The kernels of ceilings.cu as the build compiled them.

#include <string_view>

namespace pantile::bench {

/// A fatbin; empty where the build had no nvcc.
std::string_view ceilings_code();

}  // namespace pantile::bench
